"""What the import says of a row before it looks at the contact base: one SELECT that reads each field and judges it.

Every field becomes two columns: its value as it would be stored (``=`` still asks to clear), and ``<field> rule``, the
rule it broke or null. A rule that is switched off is not asked; what a rule does stands in the rule file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.rulebook.import_rules import ImportRules
from engine.sql import identifier, literal
from engine.target.columns import ADDRESS, COMMON, PERSON, PHONES, STRUCTURE
from engine.workspace import in_list

EMAIL_FORM = r"[0-9a-z+$_-]+(\.[0-9a-z+$_-]+)*@[0-9a-z+_-]+(\.[0-9a-z+_-]+)+"
"""The import's own pattern, section 3.7."""

READ_FIELDS: tuple[str, ...] = (*PERSON, *STRUCTURE, *COMMON, "ADDR_TYPE", *ADDRESS)
"""Fields that are read here; the code=value columns are read by :mod:`engine.target.code_values`."""


@dataclass(frozen=True, slots=True)
class Test:
    """A rule and the SQL of a text ``t`` that breaks it; ``instead`` is what is stored when the rule only warns."""

    rule: str
    broken: str
    instead: str | None = None


def rule_of(field: str) -> str:
    """Quoted name of the column with the rule that ``field`` broke."""
    return identifier(f"{field} rule")


def judged_select(rules: ImportRules) -> str:
    """One row a data row that is no CONFIG: its number, operation, fields and the rules they broke."""
    columns = []
    for field in READ_FIELDS:
        text = identifier(field)
        tests = [test for test in _tests(rules, field, text) if rules.answer(test.rule)]
        cases = " ".join(f"when {test.broken} then {literal(test.rule)}" for test in tests)
        clear = "when operation = 'INSERT' then 'equals_on_insert' " if rules.answer("equals_on_insert") else ""
        rule = f"case when {text} is null then null when {text} = '=' then case {clear}else null end {cases} end"
        columns.append(f"{_value(rules, field, text, tests)} as {text}")
        columns.append(f"cast({rule} as varchar) as {rule_of(field)}")
    return (
        'select row_no, line_no, operation, "CONTACT_NR" as contact_nr,\n    '
        + ",\n    ".join(columns)
        + "\nfrom line where operation != 'CONFIG'"
    )


def _value(rules: ImportRules, field: str, text: str, tests: Sequence[Test]) -> str:
    match field:
        case "BIRTHDATE":
            read = f"strftime({_day(text)}, '%d.%m.%Y')"
        case "COUNTRY":
            read = _country(rules, text)
        case "EMAIL1" | "EMAIL2" | "EMAIL3":
            read = f"lower({text})"
        case _:
            read = text
    cases = ""
    for test in tests:
        outcome = rules.answer(test.rule)
        if outcome in ("dropped", "not_imported"):
            cases += f" when {test.broken} then null"
        elif outcome == "truncated":
            cases += f" when {test.broken} then rtrim(left({text}, {rules.lengths[field]:d}))"
        elif test.instead is not None:
            cases += f" when {test.broken} then {test.instead}"
    return f"case when {text} = '=' then if(operation = 'INSERT', null, '='){cases} else {read} end"


def _tests(rules: ImportRules, field: str, text: str) -> Iterator[Test]:
    defined = {
        "TITLE": rules.defined.titles,
        "STRUCT_TYPE": rules.defined.structure_types,
        "COMMUNITY_TYPE": rules.defined.community_types,
        "DEPARTMENT": rules.defined.departments,
    }.get(field)
    if field in ("TOWN", "TOWN_COMPLEMENT"):
        yield from _town_tests(rules, field)
    if field in PHONES:
        yield Test("phone_form", f"not regexp_matches({text}, '[0-9]')")
    if field == "BIRTHDATE":
        yield Test("birthdate_form", f"{_day(text)} is null")
        yield Test("birthdate_future", f"{_day(text)} > $as_of")
    if field == "PREF_LANG":
        yield Test("language_form", f"not regexp_full_match({text}, '[a-z]{{2}}')")
    if field == "NB_EMPLOYEES":
        yield Test("employees_form", f"not regexp_full_match({text}, '[0-9]+')")
    if field == "ADDR_TYPE":
        letters = " + ".join(f"if(contains({text}, '{letter}'), 1, 0)" for letter in "MSB")
        yield Test("address_type", f"not regexp_full_match({text}, '[MSB]+') or length({text}) != {letters}")
    if field == "COUNTRY":
        yield Test("country_uk", f"{text} = 'UK'")
        yield Test("country_unknown", f"{_country(rules, text)} is null")
    if field.startswith("EMAIL"):
        yield Test("too_long", f"length({text}) > {rules.lengths[field]:d}")
        yield Test("email_form", f"not regexp_full_match(lower({text}), {literal(EMAIL_FORM)})")
    elif field in rules.lengths:
        rule = "truncated" if field in rules.truncated else "too_long"
        # what || appends does not count its sign
        shown = f"if(starts_with({text}, '||'), substr({text}, 3), {text})" if field == "REMARK" else text
        yield Test(rule, f"length({shown}) > {rules.lengths[field]:d}")
    if field == "WEB_SITE":
        yield Test("web_site_https", f"starts_with({text}, 'https://')")
        yield Test("web_site_scheme", f"not regexp_matches({text}, '^https?://')")
    if defined is not None:
        unknown = f"not list_contains([{', '.join(literal(code) for code in defined)}]::varchar[], {text})"
        yield Test("title_unknown", unknown, "'UNDEFINED'") if field == "TITLE" else Test("code_undefined", unknown)


def _town_tests(rules: ImportRules, field: str) -> Iterator[Test]:
    """The complement goes first: without it the town may still fit."""
    alone = f'length("TOWN") >= {rules.town_total:d}'
    if field == "TOWN":
        yield Test("town_length", alone)
        return
    town = f'if(coalesce({alone}, false), 0, coalesce(length("TOWN"), 0))'
    yield Test("town_length", f'{town} + length("TOWN_COMPLEMENT") >= {rules.town_total:d}')


def _day(text: str) -> str:
    forms = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")
    cases = " ".join(
        f"when regexp_full_match({text}, '[0-9]{{2}}{sign}[0-9]{{2}}{sign}[0-9]{{4}}') "
        f"then try_strptime({text}, '{form}')::date"
        for form, sign in zip(forms, ("[.]", "/", "-"), strict=True)
    )
    # a date cell of a workbook comes with its midnight
    iso = f"when regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}( 00:00:00)?') "
    return f"case {cases} {iso}then try_strptime(left({text}, 10), '%Y-%m-%d')::date end"


def _country(rules: ImportRules, text: str) -> str:
    names = " ".join(
        f"when {text} = {literal(name)} then {literal(code)}" for name, code in rules.country_names.items()
    )
    return f"case when {text} in {in_list(rules.countries)} then {text} {names} end"


def row_flaws(rules: ImportRules) -> str:
    """(row_no, field, rule) of rows that cannot be imported whatever the base holds. ``$institution`` and
    ``$organization`` are the environment's; organization ``*`` takes every one.
    """
    flaws = (
        ("OPERATION", "operation_unknown", f"operation not in {in_list(rules.operations)}"),
        ("INSTITUTION", "institution_missing", '"INSTITUTION" is null'),
        ("INSTITUTION", "institution_other", '"INSTITUTION" != $institution'),
        (
            "ORGANIZATION",
            "organization_other",
            f"($organization != '*' and coalesce(\"ORGANIZATION\", {literal(rules.organization_default)}) "
            f'!= $organization) or length("ORGANIZATION") > {rules.lengths["ORGANIZATION"]:d}',
        ),
        (
            "CONTACT_NR",
            "number_form",
            f"operation != 'CONFIG' and not regexp_full_match(\"CONTACT_NR\", "
            f"'[0-9]{{1,{rules.lengths['CONTACT_NR']:d}}}')",
        ),
        ("CONTACT_NR", "number_missing", "operation not in ('CONFIG', 'INSERT') and \"CONTACT_NR\" is null"),
        ("LASTNAME", "name_missing", f"operation = 'INSERT' and {_blank_names()}"),
    )
    parts = [
        f"select row_no, {literal(field)} as field, {literal(rule)} as rule from line where {broken}"
        for field, rule, broken in flaws
        if rules.answer(rule)
    ]
    return "\nunion all\n".join(parts)


def _blank_names() -> str:
    return " and ".join(
        f"nullif({identifier(name)}, '=') is null" for name in ("FIRSTNAME", "LASTNAME", "OFFICIAL_NAME")
    )


def field_flaws(rules: ImportRules) -> str:
    """(row_no, field, rule) of the fields of ``judged``."""
    listing = ", ".join(rule_of(field) for field in READ_FIELDS)
    return (
        "select row_no, left(column_name, length(column_name) - 5) as field, rule "
        f"from (unpivot (select row_no, {listing} from judged) on {listing} into name column_name value rule)"
    )
