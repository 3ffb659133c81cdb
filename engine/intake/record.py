"""Bring the lines into canonical columns: intake.mapping and intake.record, by SQL over the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import AssayError
from engine.intake.trim import Padding, paddings, trimmed
from engine.ledger import StageReport
from engine.rulebook.mapping import SOURCE_KEY, ColumnMapping, SourceMapping, mapping_file
from engine.sql import identifier, literal
from engine.tables import INTAKE_MAPPING, INTAKE_RECORD
from engine.vocabulary import RECORD_ATTRIBUTES
from engine.workspace import Workspace

JOINER = " ; "
"""Stands between values of several columns that feed one attribute."""

IDENTIFYING: tuple[str, ...] = (
    "organisation", "first_name", "middle_name", "name_particle", "last_name", "second_last_name", "full_name",
    "birth_name", "suffix", "birth_date", "birth_year", "birth_month", "birth_day",
    "email", "email2", "phone", "mobile",
    "addr_line1", "addr_line2", "addr_line3", "address_block",
    "house_number", "house_number_suffix", "street", "po_box",
    "postcode", "town", "country", "siret", "siren", "vat", "identifier", "contact_number",
)  # fmt: skip
"""Attributes whose folded values make the record_id of a record without a key."""

_CODE_AND_TOWN = r"^((?:[A-Za-z]{1,3}[- ])?\d{4,5}(?: [A-Z]{2}\b)?)[ ,]+(\D.*)$"


def map_records(ws: Workspace, mappings: Sequence[SourceMapping]) -> StageReport:
    """Build intake.mapping and intake.record from intake.line, and note one protocol step per mapped column.

    record_id is ``source:key`` where the source has a key (a repeated key gets ``#2`` ... in the order of the content),
    else ``source:`` + 16 hex digits of a hash over the folded identifying values + ``-n`` among equals. It never
    depends on the line number: shuffled rows or another encoding give the same ids.

    Returns:
        Unit "record": one per line.

    Raises:
        AssayError: two records would carry one id (a defect).
    """
    _build_mapping(ws, mappings)
    ws.create(INTAKE_RECORD)
    notes: list[str] = []
    for mapping in mappings:
        around = paddings(ws, mapping.source, [column.position for column in mapping.columns if column.attribute])
        notes += _map_source(ws, mapping, frozenset(at for at, padding in around.items() if padding.padded))
        _note_steps(ws, mapping, around)
    total, different = ws.rows("select count(*), count(distinct record_id) from intake.record")[0]
    if total != different:
        raise AssayError(f"intake: {total - different} records share a record_id with another one")
    return StageReport("mapping", "record", ws.count("intake.line"), total, notes=tuple(notes))


def select_records(mapping: SourceMapping, *, padded: frozenset[int], plain_key: bool = False) -> str:
    """The SELECT of one source's records; parameters: source, and again (the mark of a repeated key).

    Args:
        mapping: which cell feeds which attribute.
        padded: positions of the columns that have white space around some cells.
        plain_key: every record has a key and no key repeats: then nothing has to be told apart.
    """
    feeds = {
        attribute: _expression(mapping.feeding(attribute), padded) for attribute in (SOURCE_KEY, *RECORD_ATTRIBUTES)
    }
    columns = ", ".join(f"{expression} as {identifier(name)}" for name, expression in feeds.items())
    attributes = ", ".join(identifier(name) for name in RECORD_ATTRIBUTES)
    if plain_key:
        return (
            f"select $source || ':' || source_key as record_id, $source as source, line_no, source_key, {attributes} "
            f"from (select line_no, {columns} from intake.line where source = $source)"
        )
    fed = [f"coalesce({identifier(name)}, '')" for name in IDENTIFYING if feeds[name] != _NOTHING]
    identifying = f"concat_ws(chr(31), {', '.join(fed)})" if fed else "''"
    said = [f"coalesce({identifier(name)}, '')" for name in RECORD_ATTRIBUTES if feeds[name] != _NOTHING]
    # of what is used and in our order: columns that change places must not change which of two equals is the first
    content = f"md5(concat_ws(chr(31), {', '.join(said)}))" if said else "''"
    return f"""
with named as (
    select line_no, {columns}
    from intake.line
    where source = $source
),
keyed as (
    select
        *,
        case
            when source_key is not null then source_key
            else left(md5(regexp_replace(strip_accents(lower({identifying})), '\\s+', ' ', 'g')), 16)
        end as local_id
    from named
),
numbered as (
    select
        *,
        row_number() over (
            partition by local_id, source_key is null order by {content}, line_no
        ) as ordinal
    from (from keyed semi join (
        select local_id, source_key is null as is_hashed from keyed group by all having count(*) > 1
    ) as equals on equals.local_id = keyed.local_id and equals.is_hashed = (keyed.source_key is null))
    union all
    select *, 1 as ordinal
    from (from keyed anti join (
        select local_id, source_key is null as is_hashed from keyed group by all having count(*) > 1
    ) as equals on equals.local_id = keyed.local_id and equals.is_hashed = (keyed.source_key is null))
)
select
    $source || ':' || local_id || case
        when source_key is null then '-' || ordinal
        when ordinal > 1 then $again || ordinal
        else ''
    end as record_id,
    $source as source,
    line_no,
    source_key,
    {attributes}
from numbered
"""


_NOTHING = "null::varchar"


def _expression(columns: Sequence[ColumnMapping], padded: frozenset[int]) -> str:
    """SQL of an attribute's value from the cells that feed it."""
    if not columns:
        return _NOTHING
    values = [_transformed(column, padded) for column in columns]
    if len(values) == 1:
        return values[0]
    return f"nullif(concat_ws({literal(JOINER)}, {', '.join(values)}), '')"


def _transformed(column: ColumnMapping, padded: frozenset[int]) -> str:
    cell = f"cells[{column.position}]"
    if column.position in padded:
        cell = trimmed(cell)
    if column.transform == "postcode_part":
        return f"nullif(regexp_extract({cell}, {literal(_CODE_AND_TOWN)}, 1), '')"
    if column.transform == "town_part":
        # a cell without a code in front is all town
        return f"coalesce(nullif(regexp_extract({cell}, {literal(_CODE_AND_TOWN)}, 2), ''), {cell})"
    return cell


def _build_mapping(ws: Workspace, mappings: Sequence[SourceMapping]) -> None:
    ws.create(INTAKE_MAPPING)
    for mapping in mappings:
        for column in mapping.columns:
            ws.connection.execute(
                "insert into intake.mapping values (?, ?, ?, ?, ?, ?, ?)",
                [
                    mapping.source, column.position, column.header, column.attribute, column.transform,
                    column.confidence, column.why,
                ],
            )  # fmt: skip


def _map_source(ws: Workspace, mapping: SourceMapping, padded: frozenset[int]) -> list[str]:
    again = "#"
    key = _expression(mapping.feeding(SOURCE_KEY), padded)
    repeated = missing = 0
    if key != _NOTHING:
        repeated, missing = ws.rows(
            f"select count({key}) - count(distinct {key}), count(*) - count({key}) from intake.line "
            "where source = $source",
            {"source": mapping.source},
        )[0]
        while repeated and ws.value(
            f"select bool_or(contains({key}, $again)) from intake.line where source = $source",
            {"source": mapping.source, "again": again},
        ):
            again += "#"  # a key that holds the mark itself
    plain = key != _NOTHING and not repeated and not missing
    ws.append(
        INTAKE_RECORD,
        select_records(mapping, padded=padded, plain_key=plain),
        {"source": mapping.source, "again": again},
    )
    notes = []
    if repeated:
        notes.append(
            f"{mapping.source}: {repeated} records repeat the key of another; they are numbered {again}2, {again}3 ..."
        )
    if missing and key != _NOTHING:
        notes.append(f"{mapping.source}: {missing} records have no key; their id is made of their content")
    return notes


def _note_steps(ws: Workspace, mapping: SourceMapping, around: Mapping[int, Padding]) -> None:
    """One protocol step per feed: how many values it took, how many of them trimming or a transform changed."""
    for column in mapping.columns:
        if column.attribute is None:
            continue
        padding = around[column.position]
        changed, emptied = padding.padded - padding.blank, padding.blank
        if column.transform in ("postcode_part", "town_part"):
            changed, emptied = _split(ws, mapping.source, column)
        ws.note_step(
            "mapping",
            column.transform or "take",
            source=mapping.source,
            from_column=column.header,
            to_column=column.attribute,
            parameters={"position": column.position, **({"joiner": JOINER} if column.transform == "join" else {})},
            origin=mapping_file(mapping.source),  # a guess is written out there too: see out/mapping/
            rows_in=padding.filled,
            rows_changed=changed,
            rows_emptied=emptied,
        )


def _split(ws: Workspace, source: str, column: ColumnMapping) -> tuple[int, int]:
    """Values that a part of the cell replaces, and values without that part."""
    cell, value = f"cells[{column.position}]", _transformed(column, frozenset({column.position}))
    changed, emptied = ws.rows(
        f"select coalesce(count_if({value} <> {cell}), 0), count_if({cell} is not null and {value} is null) "
        "from intake.line where source = $source",
        {"source": source},
    )[0]
    return changed, emptied
