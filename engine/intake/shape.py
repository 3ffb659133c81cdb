"""Shape a source before it is taken: rows of other tables joined, then the steps of its mapping, column by column.

All versions of all columns stand side by side in one temp table, so that counts, hashes and samples of every step come
from one look at it. What SQL can say is one projection a step; a standardiser runs once per distinct value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import RuleErrors
from engine.intake.join import Joined, join_table
from engine.intake.layers import Layers
from engine.intake.shape_notes import Mask, ShapeNotes
from engine.intake.step_sql import Standardisers, StepSql
from engine.intake.trim import Padding, trimmed
from engine.rulebook.mapping import SourceMapping
from engine.rulebook.mapping_names import name_problems, resolve
from engine.rulebook.steps import Rename
from engine.sql import identifier, literal
from engine.workspace import Workspace


@dataclass(slots=True)
class Shaped:
    """A source ready to be taken.

    Attributes:
        table: temp table with ``line_no`` and a column per version.
        names: column as it is called at the end -> its alias in ``table``.
        untouched: columns that no step or join made, by name -> their place in the file.
        joined: what became of the rows of joined tables.
    """

    table: str
    names: dict[str, str]
    untouched: dict[str, int]
    joined: list[Joined] = field(default_factory=list)

    def alias(self, name: str) -> str:
        """Alias of a column."""
        found = resolve(name, self.names)
        assert found is not None
        return self.names[found]


def shape(
    ws: Workspace,
    mapping: SourceMapping,
    headers: Mapping[str, Sequence[str]],
    paddings: Callable[[str, Sequence[int]], Mapping[int, Padding]],
    standardisers: Standardisers,
    mask: Mask,
    *,
    number: int,
) -> Shaped:
    """Apply the joins and steps of ``mapping`` to its lines and note each in the protocol.

    Args:
        ws: the workspace with intake.line.
        mapping: the mapping.
        headers: headers of every source.
        paddings: white space around the cells of a source's columns.
        standardisers: what steps may call by name.
        mask: applied to the samples that are kept.
        number: number of the source, for names of temp tables.

    Raises:
        RuleErrors: a step or join names a column that is not there, or names single rows.
        UsageError: a condition on the key of the source holds for one row only.
    """
    if problems := name_problems(mapping, headers[mapping.source], headers):
        raise RuleErrors(problems)
    layers = Layers(ws, f"shaped_{number}")
    notes = ShapeNotes(ws, mapping, layers.table, mask)
    _begin(layers, mapping, headers[mapping.source], paddings)
    joined = [_join(ws, layers, mapping, at, headers, paddings, notes) for at in range(len(mapping.join))]
    sql = StepSql(ws, layers, mapping, standardisers)
    for at, step in enumerate(mapping.steps):
        if isinstance(step, Rename):
            old = resolve(step.column, layers.names)
            assert old is not None
            layers.rename(old, step.to)
            notes.add(step, [])
        else:
            notes.add(step, sql.apply(at, step))
    layers.keep()
    notes.refuse_single_rows()
    notes.note_steps()
    layers.finish()
    return Shaped(layers.table, layers.names, layers.untouched, joined)


def _begin(
    layers: Layers,
    mapping: SourceMapping,
    headers: Sequence[str],
    paddings: Callable[[str, Sequence[int]], Mapping[int, Padding]],
) -> None:
    """The cells of the file, trimmed where anything stands around them."""
    around = paddings(mapping.source, range(1, len(headers) + 1))
    taken = []
    for place, header in enumerate(headers, start=1):
        cell = f"cells[{place}]"
        alias = layers.new_alias()
        taken.append(f"{trimmed(cell) if around[place].padded else cell} as {alias}")
        layers.names[header] = alias
        layers.untouched[header] = place
    layers.plan(f"select line_no, {', '.join(taken)} from intake.line where source = {literal(mapping.source)}")


def _join(
    ws: Workspace,
    layers: Layers,
    mapping: SourceMapping,
    at: int,
    headers: Mapping[str, Sequence[str]],
    paddings: Callable[[str, Sequence[int]], Mapping[int, Padding]],
    notes: ShapeNotes,
) -> Joined:
    """Bring in the columns of one joined table."""
    table = mapping.join[at]
    layers.keep()
    joined = join_table(
        ws,
        table,
        source=mapping.source,
        base=layers.table,
        keys=[layers.alias(name) for name in table.keys],
        headers=headers[table.table],
        padding=paddings,
        target=f"{layers.table}_join{at}",
    )
    layers.drop_later(joined.table)
    aliases = {column: layers.new_alias() for column in joined.columns}
    taken = ", ".join(f"j.{alias} as {aliases[column]}" for column, alias in joined.columns.items())
    layers.plan(
        f"select base.*, {taken} from {identifier(layers.table)} as base "
        f"left join {identifier(joined.table)} as j using (line_no)"
    )
    layers.names |= aliases
    layers.keep()
    notes.note_join(at, joined, layers.names)
    return joined
