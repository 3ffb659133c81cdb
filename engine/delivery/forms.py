"""How a value is written in the import file: each form is a pair of SQL expressions, the value and the reason.

A form takes the SQL of its source and gives a :class:`Cell`; nothing here touches a database. The reason is a key of
:data:`engine.delivery.reasons.REASONS` or null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.rulebook.delivery import AdminNumber, FieldRule, Form
from engine.sql import identifier, literal

EMAIL_PATTERN = r"[0-9a-z+$_-]+(\.[0-9a-z+$_-]+)*@[0-9a-z+_-]+(\.[0-9a-z+_-]+)+"
"""The import's own pattern, lower case as printed; narrower than e-mail itself (no apostrophe, no umlaut)."""

# ITU-T E.164 country codes are prefix-free: 1 and 7, the two-digit ones below, every other has three digits
_CALLING_CODE = r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}"
PHONE_PATTERN = rf"^\+({_CALLING_CODE})(\d{{3,}})$"
"""An E.164 number, country code and national number apart."""

TOWN_TOTAL = 100
"""TOWN and TOWN_COMPLEMENT together stay under it (section 3.6 of the format)."""

FORMULA_SIGNS = ("=", "+", "-", "@")
"""First characters that a spreadsheet takes for a formula. Never escaped here: an apostrophe would be imported."""


@dataclass(frozen=True, slots=True)
class Cell:
    """SQL of a field.

    Attributes:
        source: what it is made of, a column or an element of one.
        value: what is written; may use ``ready``.
        reason: why that is not the whole value, or null.
        ready: an expression on the source that value and reason both need, computed once beforehand as the column
            ``<field> ready``; null = they need none.
    """

    source: str
    value: str
    reason: str
    ready: str | None = None


def ready_of(field: str) -> str:
    """Quoted name of the column with the ready expression of ``field``."""
    return identifier(f"{field} ready")


def text(rule: FieldRule, source: str) -> Cell:
    """Free text, put on one line beforehand; too long is dropped or cut, a lone ``=`` dropped, a formula sign told."""
    length = rule.max_length or 2000
    kept = (
        f"rtrim(left({source}, {length}))"
        if rule.too_long == "truncated"
        else f"if(length({source}) > {length}, null, {source})"
    )
    signs = ", ".join(literal(sign) for sign in FORMULA_SIGNS)
    return Cell(
        source,
        f"if({source} = '=', null, {kept})",
        f"case when {source} = '=' then 'lone_equals' "
        f"when length({source}) > {length} then '{'truncated' if rule.too_long == 'truncated' else 'too_long'}' "
        f"when {source}[1] in ({signs}) then 'formula_like' end",
    )


def code(rule: FieldRule, source: str) -> Cell:
    """The code of a value, upper or lower case alike."""
    otherwise = "null" if rule.otherwise is None else literal(rule.otherwise)
    if not rule.codes:
        return Cell(source, f"cast({otherwise} as varchar)", f"if({source} is null, null, 'no_code')")
    known = ", ".join(literal(value.lower()) for value in rule.codes)
    cases = " ".join(f"when {literal(value.lower())} then {literal(to)}" for value, to in rule.codes.items())
    reason = "no_code" if rule.otherwise is None else "unknown_title"
    return Cell(
        source,
        f"case lower({source}) {cases} else {otherwise} end",
        f"if(lower({source}) not in ({known}), '{reason}', null)",
    )


def date(rule: FieldRule, source: str) -> Cell:
    """An ISO date as dd.mm.yyyy; ``$as_of`` decides what the future is."""
    day = ready_of(rule.name)
    return Cell(
        source,
        f"if({day} <= $as_of, strftime({day}, '%d.%m.%Y'), null)",
        f"case when {source} is null then null when {day} is null then 'no_date' "
        f"when {day} > $as_of then 'future_date' end",
        ready=f"try_cast({source} as date)",
    )


def language(rule: FieldRule, source: str) -> Cell:
    """Two letters, lower case."""
    code_ = ready_of(rule.name)
    return Cell(
        source,
        code_,
        f"if({source} is not null and {code_} is null, 'no_language', null)",
        ready=f"if(regexp_full_match(lower({source}), '[a-z]{{2}}'), lower({source}), null)",
    )


def country(rule: FieldRule, source: str) -> Cell:
    """Two letters, upper case; ``$home_country`` where the contact has none."""
    code_ = ready_of(rule.name)
    return Cell(
        source,
        f"if({source} is null, cast($home_country as varchar), {code_})",
        f"case when {source} is null or {code_} is not null then null "
        f"when upper({source}) = 'UK' then 'uk_is_gb' else 'no_country' end",
        ready=f"nullif(if(regexp_full_match({source}, '[A-Za-z]{{2}}'), upper({source}), null), 'UK')",
    )


def website(rule: FieldRule, source: str) -> Cell:
    """An address with its scheme, ``http://`` where it has none."""
    full, length = ready_of(rule.name), rule.max_length or 255
    return Cell(
        source,
        f"if(length({full}) > {length}, null, {full})",
        f"case when length({full}) > {length} then 'too_long' "
        f"when starts_with(lower({full}), 'https://') then 'https' end",
        ready=f"if(regexp_matches({source}, '^(?i)https?://'), {source}, 'http://' || {source})",
    )


def phone(rule: FieldRule, source: str) -> Cell:
    """E.164 as ``(NN)national``: +41216132111 -> (41)216132111."""
    written, length = ready_of(rule.name), rule.max_length or 15
    return Cell(
        source,
        f"if({written}[1] = '(' and length({written}) <= {length}, {written}, null)",
        f"case when {source} is null then null when {written}[1] != '(' then 'no_phone' "
        f"when length({written}) > {length} then 'phone_length' end",
        ready=rf"regexp_replace({source}, {literal(PHONE_PATTERN)}, '(\1)\2')",
    )


def email(rule: FieldRule, source: str) -> Cell:
    """Lower case, by the import's pattern."""
    address, length = ready_of(rule.name), rule.max_length or 250
    return Cell(
        source,
        f"if(length({address}) > {length}, null, {address})",
        f"case when {source} is null then null when {address} is null then 'email_form' "
        f"when length({address}) > {length} then 'too_long' end",
        ready=f"if(regexp_full_match(lower({source}), {literal(EMAIL_PATTERN)}), lower({source}), null)",
    )


def criterion(rule: FieldRule, source: str) -> Cell:
    """``CODE=value``; a code of the rule for the value where it gives some, else the value itself."""
    value = source
    if rule.codes:
        cases = " ".join(f"when {literal(given.lower())} then {literal(to)}" for given, to in rule.codes.items())
        value = f"case lower({source}) {cases} end"
    sign = f"contains({value}, '|') or contains({value}, '=')"
    return Cell(
        source,
        f"if({sign}, null, {literal(f'{rule.criterion}=')} || {value})",
        f"case when {source} is null then null when {value} is null then 'no_code' "
        f"when {sign} then 'criterion_sign' end",
    )


def address_name(rule: FieldRule, source: str) -> Cell:
    """Part 1 or 2 of a name; its words are split beforehand, see :func:`whole_words`."""
    if rule.part == 1:
        return Cell(source, "name_1", "null")
    return Cell("name_rest_1", f"name_{rule.part}", f"if(name_rest_{rule.part} is null, null, 'truncated')")


def town(rule: FieldRule, source: str, second: int) -> Cell:
    """Part 1 or 2 of a town, parted beforehand as ``town_1`` and ``town_rest``; what the two cannot take is in neither.

    Args:
        rule: of the field.
        source: the whole town.
        second: characters that part 2 takes, 0 where no field carries it.
    """
    rest = "coalesce(length(town_rest), 0)"
    fits = f"({rest} <= {second} and length(town_1) + {rest} < {TOWN_TOTAL})"
    if rule.part == 2:
        return Cell("town_rest", f"if({fits} and town_rest != '=', town_rest, null)", "null")
    told = text(rule, source)
    return Cell(
        source,
        f"if({source} != '=' and {fits} and coalesce(town_rest, '') != '=', town_1, null)",
        f"case when {source} != '=' and not {fits} then 'too_long' when {source} = '=' or town_rest = '=' "
        f"then 'lone_equals' when town_rest is not null then 'continued' else {told.reason} end",
    )


def address_line(rule: FieldRule, lines: str) -> Cell:
    """The n-th filled address line; ``lines`` is a list."""
    cell = text(rule, f"{lines}[{rule.part}]")
    if rule.part < 3:
        return cell
    return Cell(cell.source, cell.value, f"coalesce({cell.reason}, if(len({lines}) > 3, 'no_line_left', null))")


def admin_number(numbers: Sequence[tuple[AdminNumber, str]]) -> Cell:
    """``CODE=value`` of the first filled number; others are told unless the first implies them.

    They follow as updates of the structure; where golden has no contact for it, its number is unknown: they are lost.

    Args:
        numbers: each rule with the SQL of its source.
    """
    sources = {number.attribute: source for number, source in numbers}
    values = " ".join(
        f"when {source} is not null then {literal(number.name + '=')} || {source}" for number, source in numbers
    )
    left: list[str] = []
    for place, (number, source) in enumerate(numbers):
        others = [
            sources[other.attribute] for other, _ in numbers[place + 1 :] if other.attribute not in number.implies
        ]  # fmt: skip
        lost = " or ".join(f"{other} is not null" for other in others) or "false"
        left.append(
            f"when {source} is not null then if({lost}, if(kind = 'structure', 'further_number', 'one_number'), null)"
        )
    return Cell(f"coalesce({', '.join(sources.values())})", f"case {values} end", f"case {' '.join(left)} end")


FORMS: Mapping[Form, Callable[[FieldRule, str], Cell]] = {
    "text": text,
    "code": code,
    "date": date,
    "language": language,
    "country": country,
    "website": website,
    "phone": phone,
    "email": email,
    "address_name": address_name,
    "criterion": criterion,
}
"""Form of a rule -> its SQL; ``admin_number``, ``address_line`` and ``town`` need more than it and stand apart."""


def one_line(source: str) -> str:
    """SQL of a text without line breaks, tabs and outer blanks; null when nothing is left."""
    # contains() costs nothing beside a regular expression, and hardly any value has such a character
    broken = " or ".join(f"contains({source}, chr({sign}))" for sign in (10, 13, 9, 0))
    return rf"nullif(trim(if({broken}, regexp_replace({source}, '[\x00-\x1f]+', ' ', 'g'), {source})), '')"


def whole_words(text_: str, length: int) -> str:
    """SQL of as many whole words as fit into ``length``; a longer first word is cut."""
    words = rf"regexp_extract({text_}, '^(.{{1,{length}}})(?:\s|$)', 1)"
    return f"if(length({text_}) <= {length}, {text_}, rtrim(coalesce(nullif({words}, ''), left({text_}, {length}))))"


def town_part(town_: str, length: int) -> str:
    """SQL of what of a town fits into ``length``: whole words, or up to a hyphen where that is more."""
    words = rf"regexp_extract({town_}, '^(.{{1,{length}}})\s', 1)"
    hyphen = f"regexp_extract({town_}, '^.{{1,{max(length - 1, 1)}}}-')"
    best = f"if(length({hyphen}) > length({words}), {hyphen}, {words})"
    return f"if(length({town_}) <= {length}, {town_}, rtrim(coalesce(nullif({best}, ''), left({town_}, {length}))))"


def after(text_: str, first: str) -> str:
    """SQL of what follows ``first`` in a text that begins with it; null when nothing does."""
    return f"nullif(ltrim(substr({text_}, length({first}) + 1)), '')"
