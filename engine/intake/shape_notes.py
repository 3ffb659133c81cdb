"""What the protocol says of the joins and steps of a mapping: counts, a hash of what came out, a few masked samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.errors import UsageError
from engine.intake.join import Joined
from engine.intake.step_sql import Made
from engine.rulebook.mapping import SourceMapping, plain, tables_of
from engine.rulebook.steps import ROW_MESSAGE, AnyStep, Rename
from engine.sql import identifier
from engine.transform.fingerprint import fingerprint_sql, fingerprint_text
from engine.workspace import Workspace

Mask = Callable[[str], str]
"""A value as it may be shown."""

SAMPLES = 5
"""Values before and after, kept for each step."""

_AT_ONCE = 12
"""Outputs counted by one query."""


class ShapeNotes:
    """Notes of one source, from the temp table in which all versions of its columns stand."""

    def __init__(self, ws: Workspace, mapping: SourceMapping, table: str, mask: Mask) -> None:
        self._ws, self._mapping, self._table, self._mask = ws, mapping, table, mask
        self._steps: list[tuple[AnyStep, list[Made]]] = []

    def add(self, step: AnyStep, made: list[Made]) -> None:
        """A step that was taken, and its outputs."""
        self._steps.append((step, made))

    def refuse_single_rows(self) -> None:
        """A condition that looks at the key and holds for one row of many names that row, however it is written."""
        keys = {column.header for column in self._mapping.feeding("source_key")}
        for at, (step, made) in enumerate(self._steps):
            if isinstance(step, Rename) or step.condition is None or not keys & set(step.condition.columns):
                continue
            rows, held = self._ws.rows(
                f"select count(*), count_if({made[0].refused}_on) from {identifier(self._table)}"
            )[0]
            if rows > 2 and held == 1:
                place = self._mapping.place("steps", at)
                raise UsageError(f"rules/{place}: the condition holds for one row only: {ROW_MESSAGE}")

    def note_steps(self) -> None:
        """Note every step with its counts, its hash and a few values before and after."""
        outputs = [made for _, all_made in self._steps for made in all_made]
        counted = self._counted(outputs)
        for at, (step, all_made) in enumerate(self._steps):
            origin = f"rules/{self._mapping.place('steps', at)}"
            if isinstance(step, Rename):
                self._ws.note_step(
                    "mapping", "rename", source=self._mapping.source, from_column=step.column, to_column=step.to,
                    parameters={"step": at, **plain(step)}, origin=origin,
                )  # fmt: skip
                continue
            for made in all_made:
                read, changed, emptied, refused, digest = counted.pop(0)
                number = self._ws.note_step(
                    "mapping",
                    step.do,
                    source=self._mapping.source,
                    from_column=", ".join(step.reads) or None,
                    to_column=made.column,
                    parameters={"step": at, **plain(step), **self._tables(step)},
                    origin=origin,
                    rows_in=read,
                    rows_changed=changed,
                    rows_emptied=emptied,
                    rows_refused=refused,
                    output_hash=digest,
                )
                keep_samples(self._ws, number, identifier(self._table), made.before, made.after, self._mask)

    def _tables(self, step: AnyStep) -> dict[str, object]:
        """Lookup tables a step used, so that the protocol alone can replay it."""
        named = {name: self._mapping.tables[name].entries or {} for name in tables_of(step)}
        return {"tables": named} if named else {}

    def _counted(self, outputs: Sequence[Made]) -> list[tuple[int, int, int, int, str]]:
        found: list[tuple[int, int, int, int, str]] = []
        for begin in range(0, len(outputs), _AT_ONCE):
            part = outputs[begin : begin + _AT_ONCE]
            row = self._ws.rows(f"select {', '.join(_counts(made) for made in part)} from {identifier(self._table)}")[0]
            for n in range(len(part)):
                read, changed, emptied, refused, digest = row[5 * n : 5 * n + 5]
                found.append((read, changed, emptied, refused, fingerprint_text(digest)))
        return found

    def note_join(self, at: int, joined: Joined, names: Mapping[str, str]) -> None:
        """Note the columns that a joined table brought; ``names`` gives their aliases."""
        table = self._mapping.join[at]
        for column, alias in ((name, names[name]) for name in joined.columns):
            read, digest = self._ws.rows(
                f"select count({alias}), {fingerprint_sql(alias)} from {identifier(self._table)}"
            )[0]
            self._ws.note_step(
                "mapping",
                "join_table",
                source=self._mapping.source,
                from_column=joined.origins[column],
                to_column=column,
                parameters={"join": at, **plain(table)},
                origin=f"rules/{self._mapping.place('join', at)}",
                rows_in=read,
                rows_changed=read,
                output_hash=fingerprint_text(digest),
            )


def keep_samples(ws: Workspace, step_no: int, table: str, before: str, after: str, mask: Mask) -> None:
    """Keep a few different values before and after a step in protocol.sample, masked, chosen by their content."""
    found = ws.rows(
        f"select a, b from (select distinct {before} as a, {after} as b from {table} "
        f"where {before} is distinct from {after}) order by md5(concat(a, chr(31), b)), a, b limit {SAMPLES}"
    )
    for place, (old, new) in enumerate(found, start=1):
        shown = [None if value is None else mask(value) for value in (old, new)]
        ws.connection.execute("insert into protocol.sample values (?, ?, ?, ?)", [step_no, place, *shown])


def _counts(made: Made) -> str:
    return (
        f"count_if({made.read}), "
        f"count_if({made.after} is not null and {made.after} is distinct from {made.before}), "
        f"count_if({made.after} is null and {made.before} is not null), "
        f"count_if({made.refused}), {fingerprint_sql(made.after)}"
    )
