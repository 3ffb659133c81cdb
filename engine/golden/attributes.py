"""What survivorship reads of each attribute: its number, its cells in standardise.record, how believable they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.golden.letters import letters_sql
from engine.golden.preferences import Preference, resolve
from engine.rulebook.survivorship import AttributeRule, Home, Survivorship
from engine.sql import identifier, literal
from engine.tables import DATE, STANDARDISE_RECORD
from engine.vocabulary import CONTACT_ATTRIBUTES

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
        first = resolve(["source"] if ranks_sources(rule, rules) else [])
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


def valid_sql(attribute: Attribute, rules: Survivorship) -> str | None:
    """How believable the attribute's value is in itself: NULL plain, 1 less, 0 hardly; None where nothing is graded."""
    column = identifier(attribute.name)
    if attribute.name == "birth_date":
        first, last = rules.valid.birth_years
        return f"case when year(birth_date) not between {first} and {last} then 0 end"
    if attribute.name in NAMES:
        # an initial is an abbreviation of the name, a digit is none of its letters
        return (
            f"case when regexp_matches({column}, '[0-9]') then 0"
            f" when regexp_matches({column}, '(^|[ .-])\\p{{L}}([ .-]|$)') then 1 end"
        )
    if attribute.name == "email":
        return (
            "case when email_class = 'disposable' then 0 when email_class = 'role' and kind <> 'structure' then 1 end"
        )
    return None


def flaws_sql(chosen: Sequence[Attribute], rules: Survivorship) -> str:
    """SELECT of the few cells of golden_multi with a flaw: record_no, attribute_no, valid (2 = plain), undoubted."""
    graded = {str(a.number): grade for a in chosen if (grade := valid_sql(a, rules)) is not None}
    doubted = {str(a.number): doubt for a in chosen if (doubt := _doubt_sql(a)) is not None}
    return f"""
        select record_no, attribute_no, coalesce(min(valid), 2)::utinyint as valid,
            min(undoubted)::utinyint as undoubted
        from (
            select record_no, attribute::utinyint as attribute_no, grade as valid, 1 as undoubted
            from (select record_no, {_as(graded)} from golden_multi)
            unpivot (grade for attribute in ({", ".join(map(identifier, graded))}))
            union all
            select record_no, attribute::utinyint, null, 0
            from (select record_no, {_as(doubted)} from golden_multi)
            unpivot (doubt for attribute in ({", ".join(map(identifier, doubted))}))
            where list_contains($doubts, doubt)
        )
        group by record_no, attribute_no
    """


def _doubt_sql(attribute: Attribute) -> str | None:
    if attribute.name == "postcode":
        # a post code and a town that do not go together doubt each other; the reason stands with the town
        return "coalesce(postcode_reason, town_reason)"
    column = f"{attribute.name}_reason"
    return identifier(column) if column in _REASONED else None


def _as(expressions: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} as {identifier(name)}" for name, expression in expressions.items())


def ranks_sources(rule: AttributeRule | Home, rules: Survivorship) -> bool:
    """Whether the user wrote an order of sources for it: it then decides before everything else."""
    return bool(rule.prefer_sources or rule.distrust_sources or rules.prefer_sources or rules.distrust_sources)


def source_rank_sql(rule: AttributeRule | Home, rules: Survivorship) -> str:
    """Rank of the row's ``source`` (and ``kind``), larger is better.

    A preferred source has its place from the end of the list, one that is not named 0, a distrusted one -1.
    """
    order = rule.prefer_sources or rules.prefer_sources
    distrusted = rule.distrust_sources or rules.distrust_sources
    cases = [f"when source in ({', '.join(map(literal, distrusted))}) then -1"] if distrusted else []
    if isinstance(order, tuple):
        cases += _places(order, "")
    else:
        for kind, preferred in sorted(order.items()):
            cases += _places(preferred, f"kind = {literal(kind)} and ")
    return f"(case {' '.join(cases)} else 0 end)" if cases else "0"


def _places(preferred: Sequence[str], condition: str) -> list[str]:
    return [
        f"when {condition}source = {literal(source)} then {len(preferred) - place}"
        for place, source in enumerate(preferred)
    ]


def cells_sql(chosen: Sequence[Attribute], *, away: bool = False) -> str:
    """SELECT of the cells of golden_multi: one row per group, attribute, record and value the record offers.

    With ``away``, the parts of the address of records that live elsewhere than the winning home, else all others.
    """
    selects = []
    for shared in (False, True):
        for at_home in (False, True):
            if at_home or not away:
                members = [a for a in chosen if a.shared == shared and a.at_home == at_home]
                place = f" and {'away' if away else 'not away'}" if at_home else ""
                offers = {str(member.number): value_sql(member.name) for member in members}
                selects += _unpivot(members, offers, place, main=1)
    if not away:
        # a second address is an offer for the first field too: it may be the newer one
        mail = [a for a in chosen if a.name == "email"]
        for second in ("email2", "email3"):
            selects += _unpivot(mail, {str(NUMBER["email"]): value_sql(second)}, "", main=0)
    return " union all ".join(selects)


def _unpivot(members: Sequence[Attribute], offers: Mapping[str, str], place: str, *, main: int) -> list[str]:
    if not members:
        return []
    return [
        f"""
        select group_no, attribute::utinyint as attribute_no, record_no, value, {main}::utinyint as main
        from (
            select {members[0].group} as group_no, record_no, {_as(offers)}
            from golden_multi where {members[0].group_size} > 1{place}
        ) unpivot (value for attribute in ({", ".join(map(identifier, offers))}))
        """
    ]


def by_attribute(chosen: Sequence[Attribute], of: Callable[[Attribute], str]) -> str:
    """A CASE over ``attribute_no``; attributes with the same expression share a branch, the commonest is the rest."""
    users: dict[str, list[int]] = {}
    for attribute in chosen:
        users.setdefault(of(attribute), []).append(attribute.number)
    rest = max(users, key=lambda expression: (len(users[expression]), expression))
    cases = " ".join(
        f"when attribute_no in ({', '.join(map(str, numbers))}) then {expression}"
        for expression, numbers in users.items()
        if expression != rest
    )
    return f"(case {cases} else {rest} end)" if cases else rest


def folded_sql(chosen: Sequence[Attribute]) -> str:
    """The letters of ``value`` in a row that has ``attribute_no``."""
    return by_attribute(chosen, lambda attribute: letters_sql("value", attribute.rule.fold))
