"""Bring the lines into canonical columns: intake.mapping and intake.record, by SQL over the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.counted import counted
from engine.errors import AssayError
from engine.intake.join import begin_use, count_use, hold_unused
from engine.intake.shape import Shaped, shape
from engine.intake.shape_notes import Mask
from engine.intake.step_sql import Standardisers
from engine.intake.trim import Padding, paddings, trimmed
from engine.ledger import StageReport
from engine.rulebook.mapping import SOURCE_KEY, ColumnMapping, SourceMapping
from engine.sql import identifier, literal
from engine.tables import INTAKE_MAPPING, INTAKE_RECORD, PROTOCOL_SAMPLE
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


@dataclass(frozen=True)
class _Cells:
    """Where the values of a source's columns stand: in intake.line as read, or in a shaped table.

    Attributes:
        source: the source.
        padded: positions of the columns that have white space around some cells.
        shaped: the shaped table, None = cells are taken as they were read.
    """

    source: str
    padded: frozenset[int] = frozenset()
    shaped: Shaped | None = None

    @property
    def lines(self) -> str:
        """FROM and WHERE; one row per line."""
        if self.shaped is not None:
            return identifier(self.shaped.table)
        return f"intake.line where source = {literal(self.source)}"

    def of(self, column: ColumnMapping) -> str:
        """SQL of the value of ``column``, trimmed."""
        if self.shaped is not None:
            return self.shaped.alias(column.header)
        cell = f"cells[{column.position}]"
        return trimmed(cell) if column.position in self.padded else cell


def map_records(
    ws: Workspace,
    mappings: Sequence[SourceMapping],
    *,
    standardisers: Standardisers | None = None,
    mask: Mask | None = None,
) -> StageReport:
    """Build intake.mapping and intake.record from intake.line, and note one protocol step per step and mapped column.

    record_id is ``source:key`` where the source has a key (a repeated key gets ``#2`` ... in the order of the content),
    else ``source:`` + 16 hex digits of a hash over the folded identifying values + ``-n`` among equals. It never
    depends on the line number: shuffled rows or another encoding give the same ids.

    Args:
        ws: the workspace.
        mappings: of every source whose lines become records; a source that is joined into another has none.
        standardisers: what steps may call by name (:class:`engine.standardise.NamedStandardisers`).
        mask: applied to the samples of the protocol; None = nothing but lengths is shown.

    Returns:
        Unit "record": one per line of the sources in ``mappings``; see :func:`joined_lines` for the others.

    Raises:
        RuleErrors: a step names a column that is not there, or names single rows.
        AssayError: two records would carry one id (a defect).
    """
    ws.create(INTAKE_MAPPING)
    ws.create(INTAKE_RECORD)
    if not ws.exists(PROTOCOL_SAMPLE.name):
        ws.create(PROTOCOL_SAMPLE)
    shapes = any(mapping.is_shaped for mapping in mappings)
    sources = ws.rows("select source, headers from intake.source") if shapes else []
    headers = {str(name): list(columns) for name, columns in sources}
    begin_use(ws)
    known: dict[str, dict[int, Padding]] = {}

    def padding(source: str, positions: Sequence[int]) -> Mapping[int, Padding]:
        there = known.setdefault(source, {})
        missing = [position for position in positions if position not in there]
        there |= paddings(ws, source, missing) if missing else {}
        return there

    notes: list[str] = []
    lines = 0
    for number, mapping in enumerate(mappings):
        positions = [column.position for column in mapping.columns if column.attribute and column.position]
        around = padding(mapping.source, positions)
        shaped = None
        if mapping.is_shaped:
            shaped = shape(ws, mapping, headers, padding, standardisers or _none_here, mask or _hide, number=number)
        cells = _Cells(mapping.source, frozenset(at for at, one in around.items() if one.padded), shaped)
        _note_mapping(ws, mapping, len(headers.get(mapping.source, ())))
        notes += _map_source(ws, mapping, cells)
        _note_steps(ws, mapping, around, cells)
        lines += int(ws.value("select count(*) from intake.line where source = $source", {"source": mapping.source}))
        if shaped is not None:
            ws.drop(shaped.table)
    total, different = ws.rows("select count(*), count(distinct record_id) from intake.record")[0]
    if total != different:
        raise AssayError(f"intake: {total - different} records share a record_id with another one")
    if any(mapping.join for mapping in mappings):
        hold_unused(ws)
    return StageReport("mapping", "record", lines, total, notes=tuple(notes))


def _none_here(name: str, values: Sequence[str]) -> Sequence[str | None]:
    raise AssayError(f"intake: no standardisers were handed in, and {name} is one")


def _hide(value: str) -> str:
    return "*" * min(len(value), 20)


def joined_lines(ws: Workspace) -> list[StageReport]:
    """After :func:`map_records`: what became of the lines of joined tables; nothing where no table was joined.

    Returns:
        Unit "line": in = used by a record + held.
    """
    rows, held = count_use(ws)
    return [StageReport("joining", "line", rows, rows - held, held)] if rows else []


def select_records(mapping: SourceMapping, cells: _Cells, *, plain_key: bool = False) -> str:
    """The SELECT of one source's records; parameters: source, and again (the mark of a repeated key).

    Args:
        mapping: which cell feeds which attribute.
        cells: where the values stand.
        plain_key: every record has a key and no key repeats: then nothing has to be told apart.
    """
    feeds = {
        attribute: _expression(mapping.feeding(attribute), cells) for attribute in (SOURCE_KEY, *RECORD_ATTRIBUTES)
    }
    columns = ", ".join(f"{expression} as {identifier(name)}" for name, expression in feeds.items())
    attributes = ", ".join(identifier(name) for name in RECORD_ATTRIBUTES)
    if plain_key:
        return (
            f"select $source || ':' || source_key as record_id, $source as source, line_no, source_key, {attributes} "
            f"from (select line_no, {columns} from {cells.lines})"
        )
    fed = [f"coalesce({identifier(name)}, '')" for name in IDENTIFYING if feeds[name] != _NOTHING]
    identifying = f"concat_ws(chr(31), {', '.join(fed)})" if fed else "''"
    said = [f"coalesce({identifier(name)}, '')" for name in RECORD_ATTRIBUTES if feeds[name] != _NOTHING]
    # of what is used and in our order: columns that change places must not change which of two equals is the first
    content = f"md5(concat_ws(chr(31), {', '.join(said)}))" if said else "''"
    return f"""
with named as (
    select line_no, {columns}
    from {cells.lines}
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


def _expression(columns: Sequence[ColumnMapping], cells: _Cells) -> str:
    """SQL of an attribute's value from the cells that feed it."""
    if not columns:
        return _NOTHING
    values = [_transformed(column, cells) for column in columns]
    if len(values) == 1:
        return values[0]
    return f"nullif(concat_ws({literal(JOINER)}, {', '.join(values)}), '')"


def _transformed(column: ColumnMapping, cells: _Cells) -> str:
    cell = cells.of(column)
    if column.transform == "postcode_part":
        return f"nullif(regexp_extract({cell}, {literal(_CODE_AND_TOWN)}, 1), '')"
    if column.transform == "town_part":
        # a cell without a code in front is all town
        return f"coalesce(nullif(regexp_extract({cell}, {literal(_CODE_AND_TOWN)}, 2), ''), {cell})"
    return cell


def _note_mapping(ws: Workspace, mapping: SourceMapping, width: int) -> None:
    """A row of intake.mapping per column; columns that were made stand behind those of the file."""
    made: dict[str, int] = {}
    for column in mapping.columns:
        position = column.position or made.setdefault(column.header, width + len(made) + 1)
        ws.connection.execute(
            "insert into intake.mapping values (?, ?, ?, ?, ?, ?, ?)",
            [
                mapping.source, position, column.header, column.attribute, column.transform,
                column.confidence, column.why,
            ],
        )  # fmt: skip


def _map_source(ws: Workspace, mapping: SourceMapping, cells: _Cells) -> list[str]:
    again = "#"
    key = _expression(mapping.feeding(SOURCE_KEY), cells)
    repeated = missing = 0
    if key != _NOTHING:
        repeated, missing = ws.rows(
            f"select count({key}) - count(distinct {key}), count(*) - count({key}) from {cells.lines}"
        )[0]
        while repeated and ws.value(
            f"select bool_or(contains({key}, $again)) from {cells.lines}",
            {"again": again},
        ):
            again += "#"  # a key that holds the mark itself
    plain = key != _NOTHING and not repeated and not missing
    ws.append(
        INTAKE_RECORD,
        select_records(mapping, cells, plain_key=plain),
        {"source": mapping.source, "again": again},
    )
    notes = []
    if repeated:
        notes.append(
            f"{mapping.source}: {counted(repeated, 'record')} with the key of another, numbered {again}2, {again}3 ..."
        )
    if missing and key != _NOTHING:
        notes.append(f"{mapping.source}: {counted(missing, 'record')} without a key: the id is made of the content")
    return notes


def _note_steps(ws: Workspace, mapping: SourceMapping, around: Mapping[int, Padding], cells: _Cells) -> None:
    """One protocol step per feed: how many values it took, how many of them trimming or a transform changed."""
    for number, column in enumerate(mapping.columns):
        if column.attribute is None:
            continue
        place = column.position
        if cells.shaped is not None:
            place = cells.shaped.untouched.get(column.header)
        if place is not None and place in around:
            padding = around[place]
        else:
            padding = Padding(int(ws.value(f"select count({cells.of(column)}) from {cells.lines}")))
        changed, emptied = padding.padded - padding.blank, padding.blank
        if column.transform in ("postcode_part", "town_part"):
            changed, emptied = _split(ws, column, cells)
        ws.note_step(
            "mapping",
            column.transform or "take",
            source=mapping.source,
            from_column=column.header,
            to_column=column.attribute,
            parameters={
                **({"position": place} if place is not None else {}),
                **({"joiner": JOINER} if column.transform == "join" else {}),
            },
            origin=mapping.place("columns", number),  # a guess is written out there too: see out/mapping/
            rows_in=padding.filled,
            rows_changed=changed,
            rows_emptied=emptied,
        )


def _split(ws: Workspace, column: ColumnMapping, cells: _Cells) -> tuple[int, int]:
    """Values that a part of the cell replaces, and values without that part."""
    trimmed_cells = _Cells(cells.source, frozenset({column.position or 0}), cells.shaped)
    cell = cells.of(column) if cells.shaped is not None else f"cells[{column.position}]"
    value = _transformed(column, trimmed_cells)
    changed, emptied = ws.rows(
        f"select coalesce(count_if({value} <> {cell}), 0), count_if({cell} is not null and {value} is null) "
        f"from {cells.lines}"
    )[0]
    return changed, emptied
