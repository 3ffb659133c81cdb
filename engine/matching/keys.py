"""Keys: one unit table per kind, holding what comparisons and blocking read; identical records are one unit.

Every attribute is folded (lower ASCII, other scripts transliterated) in SQL; only what SQL cannot say, transliteration
and sound, is Python, once per distinct value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from engine.matching import seen
from engine.rulebook.load import RuleBook
from engine.rulebook.matching import MatchRules, NameRules
from engine.vocabulary import Kind
from engine.workspace import Workspace

_NOT_LATIN = r"[^\x00-\x{024F}\x{1E00}-\x{1EFF}\x{2000}-\x{206F}]"
_ONE_WORD_NAME = re.compile("[\u3400-\u9fff\uac00-\ud7a3]{2,4}")
_MOBILE = "^~([67][0-9]{8}|1[5-7][0-9]{8,9})$"
"""A number without its country that is a mobile in France, Spain, Switzerland or the Netherlands, or in Germany."""

_UNVOWELLED = re.compile("[\u0590-\u05ff\u0600-\u06ff]")  # Hebrew and Arabic write consonants
_LATIN_COLUMNS = ("first_name", "last_name", "birth_name", "organisation", "street", "addr_line1", "town")
_FOLD = r"""
create or replace temp macro m_fold(value) as case
    when regexp_full_match(lower(value), '[a-z0-9]+( [a-z0-9]+)*') then lower(value)
    else trim(regexp_replace(
        replace(replace(replace(
            translate(strip_accents(lower(value)), 'øłđðıħ''’`´.', 'olddih'), 'ß', 'ss'), 'œ', 'oe'), 'æ', 'ae'),
        '[^a-z0-9]+', ' ', 'g'
    ))
end
"""

_DOUBLED = "bdfgklmnrst"
_CONSONANTS = f"""
create or replace temp macro m_consonants(value) as case when (select bool_or(unvowelled) from m_latin) then nullif(
    translate(
        regexp_replace(
            {"replace(" * len(_DOUBLED)}replace(value, 'th', 't'){"".join(f", '{x}{x}', '{x}')" for x in _DOUBLED)},
            '[aeiouyvw ]|h( |$)', '', 'g'
        ),
        'cqzjp', 'kksgb'
    ), '')
end
"""
"""What Hebrew or Arabic would write of a Latin name: "Mohammed" = "mhmd"; null in files without such names."""

_SET = "create or replace temp macro m_set(items) as if(len(items) < 2, items, list_sort(list_distinct(items)))"


@dataclass(frozen=True, slots=True)
class Words:
    """Word lists of the rules in the shape SQL binds them."""

    parameters: dict[str, object]
    nicknames: dict[str, list[int]]


def words(book: RuleBook) -> Words:
    """Nicknames, organisation and street words, free-mail domains and role mailboxes from the rules."""
    rules = book.load("matching/names.yml", NameRules)
    mail = book.document("standardisation/email_domains.yml").data
    free = sorted({domain for domains in mail["free"].values() for domain in domains})
    roles = sorted({role for listed in mail["roles"].values() if isinstance(listed, list) for role in listed})
    street, organisation = rules.street_words, rules.organisation_words
    nicknames: dict[str, list[int]] = {}
    for number, group in enumerate(rules.nicknames.groups):
        for name in dict.fromkeys(group):
            nicknames.setdefault(name, []).append(number)
    return Words(
        parameters={
            "free_domains": free,
            "roles": "^(" + "|".join(re.escape(role) for role in roles) + ")([._+-].*)?@",
            "mobile": _MOBILE,
            "articles": street.articles,
            "leading": street.leading,
            "trailing": street.trailing,
            "glued": "^(.{3,})(" + "|".join(sorted(street.glued, key=len, reverse=True)) + ")$",
            "type_from": list(street.same),
            "type_to": list(street.same.values()),
            "direction_from": list(street.directions),
            "direction_to": list(street.directions.values()),
            "dropped": organisation.dropped,
            "legal_forms": organisation.legal_forms,
            "parts": organisation.parts,
            "formerly": organisation.formerly,
            "same_from": list(organisation.same),
            "same_to": list(organisation.same.values()),
        },
        nicknames=nicknames,
    )


def prepare(ws: Workspace, known: Words) -> None:
    """Make what all kinds share: the fold macro, the nickname table and the transliterations the file needs."""
    ws.execute(_FOLD)
    ws.execute(_SET)
    ws.put(
        "m_nickname",
        pa.table(
            {
                "name": pa.array(list(known.nicknames), pa.string()),
                "groups": pa.array(list(known.nicknames.values()), pa.list_(pa.int32())),
            }
        ),
    )
    _birth_places(ws)
    _make(ws, "m_employed", "deputed", known.parameters)
    union = " union ".join(
        f"select {column} as raw from standardise.record where regexp_matches({column}, $not_latin)"
        for column in _LATIN_COLUMNS
    )
    foreign = [row[0] for row in ws.rows(f"select raw from ({union}) order by raw", {"not_latin": _NOT_LATIN})]
    families, given = _parted(foreign)
    ws.put(
        "m_latin",
        pa.table(
            {
                "raw": pa.array(foreign, pa.string()),
                "latin": pa.array(_latin(foreign), pa.string()),
                "family": pa.array(families, pa.string()),
                "given": pa.array(given, pa.string()),
                "unvowelled": pa.array([bool(_UNVOWELLED.search(raw)) for raw in foreign], pa.bool_()),
            }
        ),
    )
    ws.execute(_CONSONANTS)


def _birth_places(ws: Workspace) -> None:
    """Make ``m_birth_place`` (record_id, birth_place, old_year) from intake.record: nothing later carries them.

    ``old_year`` is a year of birth in a column of its own, refused later when it lies before living memory.
    """
    source = (
        "select record_id, birth_place, regexp_extract(birth_year, '^ *(1[5-9][0-9]{2})(?:[.]0+)? *$', 1) as old_year "
        "from intake.record where birth_place is not null or birth_year is not null"
        if ws.exists("intake.record")
        else "select null::varchar as record_id, null::varchar as birth_place, null::varchar as old_year limit 0"
    )
    ws.execute(f"create or replace temp table m_birth_place as {source}")


def build(
    ws: Workspace,
    kind: Kind,
    rules: MatchRules,
    known: Words,
) -> int:
    """Make ``m_unit`` (record -> unit) and ``m_key`` (one row per unit) for ``kind``.

    Args:
        ws: workspace with standardise.record; :func:`prepare` has run; ``m_spoken`` names
            records that a person decided about, which are never collapsed.
        kind: model; "structure" also takes the structure half of relays.
        rules: match rules.
        known: word lists.

    Returns:
        Number of units.
    """
    structures = kind == "structure"
    parameters = {
        **known.parameters,
        "kinds": ["structure", "relay"] if structures else [kind],
        "structures": structures,
        "model": kind,
        "replayed": seen.replayed(ws),
        "limit": int(rules.blocking.shared_contact.value),
    }
    if kind == "relay":
        ws.execute(f"insert into m_employed {ws.statement('matching', 'employed')}", parameters)
    _make(ws, "m_folded", "folded", parameters)
    _forget_shared_contacts(ws, kind, parameters)
    _make(ws, "m_unit", "unit", parameters)
    _make(ws, "m_street", "street", parameters)
    if structures:
        _make(ws, "m_organisation", "organisation", parameters)
        seen.note_words(ws)
        _make(ws, "m_key", "structure", parameters)
        ws.drop("m_organisation")
    else:
        _sounds(ws)
        _make(ws, "m_key", "person", parameters)
        seen.note_names(ws, kind)
        ws.drop("m_sound")
    ws.drop("m_folded", "m_street")
    return int(ws.value("select count(*) from m_key"))


def _make(ws: Workspace, table: str, statement: str, parameters: dict[str, object]) -> None:
    ws.execute(f"create or replace temp table {table} as {ws.statement('matching', statement)}", parameters)


def _forget_shared_contacts(ws: Workspace, kind: Kind, parameters: dict[str, object]) -> None:
    _make(ws, "m_shared", "shared_contact", parameters)
    seen.note_contacts(ws, kind)
    ws.execute("delete from m_shared where carriers <= $limit", parameters)
    if ws.value("select count(*) from m_shared"):
        ws.execute(
            "create or replace temp table m_hit as with carried as ("
            "select record_id, unnest(em) as value from m_folded union all select record_id, unnest(ph) from m_folded) "
            "select record_id, list(value order by value) as shared "
            "from carried semi join m_shared using (value) group by record_id"
        )
        ws.execute(
            "update m_folded set em = list_filter(em, lambda e: not list_contains(shared, e)), "
            "ph = list_filter(ph, lambda p: not list_contains(shared, p)) "
            "from m_hit where m_hit.record_id = m_folded.record_id"
        )
        ws.drop("m_hit")
    ws.drop("m_shared")


def _sounds(ws: Workspace) -> None:
    """Phonetic keys of last words of last names and first words of first names, once per distinct word."""
    import jellyfish

    found = ws.rows(
        "select split_part(ln, ' ', -1) as word from m_folded where ln is not null "
        "union select split_part(fn, ' ', 1) from m_folded where fn is not null order by word"
    )
    spoken = [row[0] for row in found]
    sounds = [jellyfish.metaphone(word)[:5] or word[:5] for word in spoken]
    ws.put("m_sound", pa.table({"word": pa.array(spoken, pa.string()), "sound": pa.array(sounds, pa.string())}))


def _parted(values: Sequence[str]) -> tuple[list[str | None], list[str | None]]:
    """Family and given name of names written as one Chinese, Japanese or Korean word: the family stands first.

    One sign of two or three, two of four; None for everything else.
    """
    cuts = [(len(value) // 4 + 1 if _ONE_WORD_NAME.fullmatch(value) else 0) for value in values]
    families = _latin([value[:cut] for value, cut in zip(values, cuts, strict=True)])
    given = _latin([value[cut:] if cut else "" for value, cut in zip(values, cuts, strict=True)])
    return [name or None for name in families], [name or None for name in given]


def _latin(values: Sequence[str]) -> list[str]:
    if not values:
        return []
    from anyascii import anyascii

    return [anyascii(value) for value in values]
