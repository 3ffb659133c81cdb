"""What survivorship reads of each attribute: its number, its cells in standardise.record, how believable they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.golden.letters import Fold, letters_sql
from engine.golden.preferences import Preference, resolve
from engine.rulebook.survivorship import AttributeRule, Survivorship
from engine.sql import identifier, literal
from engine.tables import DATE, STANDARDISE_RECORD
from engine.vocabulary import CONTACT_ATTRIBUTES
from engine.workspace import in_list

NUMBER: dict[str, int] = {name: number for number, name in enumerate(CONTACT_ATTRIBUTES, start=1)}
"""Attributes travel as small numbers through the working tables; 0 is the home as a whole."""

HOME_NO = 0

NAMES = ("first_name", "last_name", "birth_name")

_TYPES = {column.name: column.type for column in STANDARDISE_RECORD.columns}
_REASONED = {column.name for column in STANDARDISE_RECORD.columns if column.name.endswith("_reason")}
_THIRD_EMAIL = "list_filter(emails, mail -> mail is distinct from email and mail is distinct from email2)[1]"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the golden record with its rule, ready to become SQL.

    Attributes:
        name / number: the word and its number.
        rule: what the rule file says.
        shared: chosen over the whole structure (relays repeat it), not over the contact.
        at_home: a part of the address, chosen inside the winning home.
    """

    name: str
    number: int
    rule: AttributeRule
    shared: bool
    at_home: bool
    variant: tuple[Preference, ...]
    letters: tuple[Preference, ...]
    form: tuple[Preference, ...]

    @property
    def group(self) -> str:
        """Column of golden_multi that says over which records the attribute is chosen."""
        return "block_no" if self.shared else "cluster_no"

    @property
    def group_size(self) -> str:
        """Column of golden_multi with the number of records of that group."""
        return "block_size" if self.shared else "cluster_size"


def attributes(rules: Survivorship) -> tuple[Attribute, ...]:
    """Every attribute that has a rule, in the order of the golden record."""
    found = []
    for name in CONTACT_ATTRIBUTES:
        rule = rules.attributes.get(name)
        if rule is None:
            continue
        first = resolve(["source"] if rule.prefer_sources or rules.prefer_sources else [])
        letters = rules.defaults.letters if rule.letters is None else rule.letters
        form = rules.defaults.form if rule.form is None else rule.form
        found.append(
            Attribute(
                name=name,
                number=NUMBER[name],
                rule=rule,
                shared=name in rules.structure_block.attributes,
                at_home=name in rules.home.members,
                variant=first + resolve(rule.variant) if rule.variant else (),
                letters=first + resolve(letters),
                form=resolve(form),
            )
        )
    return tuple(found)


def value_sql(attribute: str) -> str:
    """The attribute of one row of standardise.record as text, NULL when empty."""
    if attribute == "email3":
        return _THIRD_EMAIL
    column = identifier(attribute)
    if _TYPES[attribute] == DATE:
        return f"{column}::varchar"
    return f"nullif({column}, '')"


def valid_sql(attribute: Attribute, rules: Survivorship) -> str:
    """How believable the attribute's value is in itself: 2 plain, 1 doubted, 0 hardly. Reads one row of records."""
    column = identifier(attribute.name)
    grades = []
    if f"{attribute.name}_reason" in _REASONED and rules.valid.doubts:
        grades.append(f"when {identifier(attribute.name + '_reason')} in {in_list(rules.valid.doubts)} then 1")
    if attribute.name == "birth_date":
        first, last = rules.valid.birth_years
        grades.insert(0, f"when year(birth_date) not between {first} and {last} then 0")
    if attribute.name in NAMES:
        # an initial is an abbreviation of the name, a digit is none of its letters
        grades.insert(0, f"when regexp_matches({column}, '[0-9]') then 0")
        grades.append(f"when regexp_matches({column}, '(^|[ .-])\\p{{L}}([ .-]|$)') then 1")
    if attribute.name == "email":
        grades.insert(0, "when email_class = 'disposable' then 0")
        grades.append("when email_class = 'role' and kind <> 'structure' then 1")
    return f"(case {' '.join(grades)} else 2 end)" if grades else "2"


def source_rank_sql(attribute: Attribute, rules: Survivorship) -> str:
    """Place of the row's source in ``prefer_sources``, larger is better; 0 for every source when none is named."""
    preferred = attribute.rule.prefer_sources or rules.prefer_sources
    if not preferred:
        return "0"
    cases = " ".join(f"when {literal(source)} then {len(preferred) - place}" for place, source in enumerate(preferred))
    return f"(case source {cases} else 0 end)"


def cells_sql(attribute: Attribute, rules: Survivorship, *, away: bool = False) -> str:
    """SELECT of the attribute's cells in golden_multi: one row per record and value it offers.

    With ``away``, of the records that live elsewhere than the winning home, else of all others.
    """
    offers = [(value_sql(attribute.name), 1, valid_sql(attribute, rules))]
    if attribute.name == "email":
        # a second address is an offer for the first field too: it may be the newer one
        offers += [(value_sql("email2"), 0, "2"), (value_sql("email3"), 0, "2")]
    letters = f", {folded_sql({attribute.number: attribute})} as letters" if away else ""
    place = ("away" if away else "not away") if attribute.at_home else "true"
    return " union all ".join(
        f"""
        select group_no, attribute_no, record_no, value, valid, {main}::utinyint as main,
            {source_rank_sql(attribute, rules)}::tinyint as source_rank, newest{letters}
        from (
            select *, {attribute.group} as group_no, {attribute.number}::utinyint as attribute_no, {value} as value,
                {valid}::utinyint as valid
            from golden_multi where {attribute.group_size} > 1 and {place}
        )
        where value is not null
        """
        for value, main, valid in offers
    )


def folded_sql(attributes: Mapping[int, Attribute]) -> str:
    """The letters of ``value`` in a row that has ``attribute_no``."""
    by_fold: dict[Fold, list[int]] = {}
    for number, attribute in attributes.items():
        by_fold.setdefault(attribute.rule.fold, []).append(number)
    cases = " ".join(
        f"when attribute_no in ({', '.join(map(str, numbers))}) then {letters_sql('value', fold)}"
        for fold, numbers in by_fold.items()
    )
    return f"(case {cases} end)"
