"""The country of every row, from what the row itself says, then from its source; never from a silent default."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import pyarrow as pa

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Countries, Phones, PostCode, PostCodes, Regions
from engine.sql import literal
from engine.standardise.blocks import split_blocks
from engine.standardise.country_names import CountryIndex, standardise_country
from engine.standardise.distinct import run_distinct
from engine.standardise.folding import fold_sql
from engine.standardise.gazetteer import load_gazetteer
from engine.standardise.phone_columns import guess_rows, guess_sources
from engine.standardise.towns import TownIndex
from engine.workspace import Parameters, Workspace

_WORKING = (
    "std_country_cell", "std_place_cell", "std_country_agreement", "std_country_region", "std_country_place",
    "std_country_phone", "std_country_row", "std_country_file", "std_country_fit",
)  # fmt: skip


def resolve_countries(ws: Workspace, book: RuleBook, *, home_country: str | None) -> None:
    """Decide the country of each row of intake.record: temp table std_country, one row per record.

    Evidence in this order; ``country_source`` says which one decided:

    ========  ==========================================================================================
    column    the country column: ISO codes, names in seven languages, compound cells
    postcode  a prefix ("CH-1201"), a form only one country has ("SW1A 1AA"), or code and town agreeing in
              the gazetteer of exactly one country
    region    a state, canton or province, beside a post code of that country
    phone     the international prefix of the row's numbers, when they agree; last of all a national number that only
              one of the source's countries knows, among those where the row's language is at home
    option    ``home_country``, for rows without any of the above
    file      the other rows of the source (a share of the decided ones), or its whole column of post codes or of
              national telephone numbers when only one country has such
    ========  ==========================================================================================

    Columns: record_id, country, country_source, country_reason. Reasons: ``country_unknown``, ``not_a_country``
    and, beside a country, ``country_doubtful``: the column says one country, post code and town another.
    """
    load_gazetteer(ws, book)
    split_blocks(ws, book)
    _lookups(ws, book)
    _column(ws, book)
    _place(ws, book)
    _decide(ws, book, home_country)
    _record_changes(ws)
    ws.drop(*_WORKING)


def _lookups(ws: Workspace, book: RuleBook) -> None:
    """Rules as small tables: prefixes and forms of post codes, regions, calling codes, town aliases, parts."""
    codes = book.load("standardisation/postcodes.yml", PostCodes).by_country()
    prefixes = [(word, country, code.shape) for country, code in codes.items() for word in code.prefixes]
    _put(ws, "std_postcode_prefix", ("prefix", "country", "shape"), prefixes)
    forms = [
        (country, "yes" if code.gazetteer else "no", "yes" if code.gazetteer and code.towns else "no")
        for country, code in codes.items()
    ]
    _put(ws, "std_postcode_form", ("country", "listed", "compared"), forms)
    regions = book.load("standardisation/regions.yml", Regions).by_country()
    names = [
        (country, code, name)
        for country, by_code in regions.items()
        for code, spelled in by_code.items()
        for name in (code.lower(), *spelled)
    ]
    _put(ws, "std_region_name", ("country", "region", "name"), names)
    _put(ws, "std_calling_code", ("prefix", "country"), _calling_codes(book.load("standardisation/phones.yml", Phones)))
    _put(ws, "std_town_alias", ("country", "alias", "town"), TownIndex.of(book).aliases())
    part_of = book.load("standardisation/countries.yml", Countries).part_of
    _put(ws, "std_part_of", ("part", "whole"), list(part_of.items()))


def _calling_codes(phones: Phones) -> list[tuple[str, str | None]]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    found: dict[str, str | None] = {
        str(code): regions[0] for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() if regions[0] != "001"
    }
    for country, areas in phones.nanp.items():
        found |= {f"1{area}": None if country == "other" else country for area in areas}
    return list(found.items())


def _put(ws: Workspace, name: str, columns: tuple[str, ...], rows: Sequence[tuple[str | None, ...]]) -> None:
    arrays = [pa.array([row[number] for row in rows], type=pa.string()) for number in range(len(columns))]
    ws.put(name, pa.table(arrays, names=list(columns)))


def _column(ws: Workspace, book: RuleBook) -> None:
    index = CountryIndex.of(book)
    run_distinct(
        ws,
        "std_country_cell",
        "select distinct country as raw from std_place where country is not null",
        functools.partial(_answer, index=index),
        {"country": "text", "reason": "text"},
    )


def _answer(raw: str, index: CountryIndex) -> tuple[str | None, str | None]:
    found = standardise_country(raw, index)
    return found.value, found.reason


def _place(ws: Workspace, book: RuleBook) -> None:
    """Countries told by post code, town and region, once per distinct triple."""
    codes = book.load("standardisation/postcodes.yml", PostCodes).by_country()
    evidence = book.load("standardisation/countries.yml", Countries).evidence
    ws.execute(f"create or replace temp table std_place_cell as {place_cell_sql(codes)}")
    _make(ws, "std_country_agreement", "country_agreement", {"similarity": evidence.town_similarity})
    _make(ws, "std_country_region", "country_region")
    _make(ws, "std_country_place", "country_place")


def place_cell_sql(codes: Mapping[str, PostCode]) -> str:
    """The SELECT of every distinct post code, town and region, with the code taken apart.

    Columns: postcode, town, region as written ('' = empty); code_text upper case, squeezed; told, the country whose
    form only it has; prefix and rest of "CH-1201"; code, the gazetteer's key (null = no digits only code); place and
    region_name folded, the town without CEDEX and arrondissement.
    """
    forms = " ".join(
        f"when regexp_full_match(code_text, {literal(code.tells)}) then {literal(country)}"
        for country, code in codes.items()
        if code.tells is not None
    )
    place = fold_sql("town")
    for noise in (" cedex.*$", " [0-9]{1,2}( ?e| ?er| ?eme)?$"):
        place = f"regexp_replace({place}, {literal(noise)}, '')"
    return f"""
        with cells as (
            select distinct
                coalesce(postcode, '') as postcode,
                coalesce(town, '') as town,
                coalesce(region, '') as region
            from std_place
        ),
        texts as (
            select
                *,
                regexp_replace(regexp_replace(postcode, '\\.0$', ''), '[\\s\\x{{a0}}]+', ' ', 'g') as squeezed,
                upper(trim(squeezed)) as code_text
            from cells
            where postcode <> '' or town <> '' or region <> ''
        ),
        parts as (
            select
                *,
                case {forms} end as told,
                regexp_extract(code_text, '^([A-Z]{{1,3}})[ .–-]*[0-9]', 1) as prefix,
                regexp_extract(code_text, '^[A-Z]{{1,3}}[ .–-]*([0-9].*)$', 1) as after,
                regexp_replace(after, '[ .-]', '', 'g') as rest,
                regexp_replace(code_text, '^[A-Z]{{1,3}}[ –-]*|[ .-]|CEDEX.*$', '', 'g') as digits
            from texts
        )
        select
            postcode,
            town,
            region,
            code_text,
            told,
            prefix,
            rest,
            case
                when not regexp_full_match(digits, '[0-9]{{3,9}}') then null
                when length(digits) = 7 then left(digits, 4)
                when length(digits) = 9 then left(digits, 5)
                when length(digits) <= 5 then digits
            end as code,
            {place} as place,
            {fold_sql("region")} as region_name
        from parts
    """


def _make(ws: Workspace, target: str, statement: str, parameters: Parameters | None = None) -> None:
    ws.execute(f"create or replace temp table {target} as {ws.statement('standardise', statement)}", parameters)


def _decide(ws: Workspace, book: RuleBook, home_country: str | None) -> None:
    codes = book.load("standardisation/postcodes.yml", PostCodes).by_country()
    evidence = book.load("standardisation/countries.yml", Countries).evidence
    _make(ws, "std_country_phone", "country_phone")
    _make(ws, "std_country_row", "country_row")
    _make(ws, "std_country_file", "country_file", evidence.model_dump(exclude={"row_share", "row_rows"}))
    if home_country is None:
        guess_sources(ws, book)
    shapes = " ".join(
        f"when {literal(country)} then regexp_full_match(compact, {literal(code.shape)})"
        for country, code in codes.items()
    )
    ws.execute(
        "create or replace temp table std_country_fit as "
        "with codes as (select distinct source, postcode, "
        "regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g') as compact from std_country_row where country is null) "
        "select codes.source, postcode, "
        f"compact = '' or coalesce(case file.country {shapes} end, true) as fits "
        "from codes join std_country_file as file on file.source = codes.source"
    )
    _make(ws, "std_country", "country", {"home_country": home_country})
    if home_country is None:
        guess_rows(ws, book)


def _record_changes(ws: Workspace) -> None:
    ws.execute(
        "insert into standardise.value by name "
        "select 'country' as attribute, '' as context, cell.raw, cell.country as standard, cell.reason, "
        "count(*) as rows from std_place as place "
        "join std_country_cell as cell on cell.raw = place.country group by all"
    )
    for source, rows in ws.rows(
        "select coalesce(country_source, 'none'), count(*) from std_country group by 1 order by 1"
    ):
        ws.note_step(
            "standardise",
            "resolve_country",
            to_column="country",
            parameters={"evidence": source},
            origin="standardisation/countries.yml",
            rows_in=rows,
            rows_changed=rows if source != "none" else 0,
            rows_refused=rows if source == "none" else 0,
        )
