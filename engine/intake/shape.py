"""Shape a source before it is taken: rows of other tables joined, then the steps of its mapping, column by column.

All versions of all columns stand side by side in one temp table, so that counts, hashes and samples of every step come
from one look at it. What SQL can say is one projection a step; a standardiser runs once per distinct value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from engine.errors import RuleErrors, UsageError
from engine.intake.join import Joined, join_table
from engine.intake.trim import Padding, trimmed
from engine.rulebook.mapping import SourceMapping, plain, tables_of
from engine.rulebook.mapping_names import name_problems, resolve
from engine.rulebook.steps import ROW_MESSAGE, AnyStep, Rename, Sql, Step
from engine.sql import identifier, literal
from engine.transform import Node
from engine.transform.cells import case_sql, date_sql, extract_sql, join_sql, replace_sql, split_sql
from engine.transform.fingerprint import fingerprint_sql, fingerprint_text
from engine.transform.node import CELL_LIMIT
from engine.workspace import Workspace

Standardisers = Callable[[str, Sequence[str]], Sequence[str | None]]
"""Name of a standardiser and the distinct values of a column: the standard value of each, None = refused."""

Mask = Callable[[str], str]
"""A value as it may be shown."""

SAMPLES = 5
"""Values before and after, kept for each step."""

_FOLD = "trim(regexp_replace(strip_accents(lower({0})), '\\s+', ' ', 'g'))"
_ENTRIES_SHOWN = 2_000
_AT_ONCE = 12
"""Steps of one projection: a plan of hundreds of layers would be slow to make."""


@dataclass(slots=True)
class Made:
    """One output of a step.

    Attributes:
        column: what it is called.
        before: SQL of what it is compared with: the same column before, or the one it was made from.
        after: alias of the value.
        refused: alias of the truth value "was refused".
        read: SQL: the row held something to read.
    """

    column: str
    before: str
    after: str
    refused: str
    read: str


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
    return _Shaper(ws, mapping, headers, paddings, standardisers, mask, number).run()


class _Shaper:
    def __init__(
        self,
        ws: Workspace,
        mapping: SourceMapping,
        headers: Mapping[str, Sequence[str]],
        paddings: Callable[[str, Sequence[int]], Mapping[int, Padding]],
        standardisers: Standardisers,
        mask: Mask,
        number: int,
    ) -> None:
        self._ws, self._mapping, self._headers = ws, mapping, headers
        self._paddings, self._standardisers, self._mask = paddings, standardisers, mask
        self._table = f"shaped_{number}"
        self._names: dict[str, str] = {}
        self._untouched: dict[str, int] = {}
        self._count = 0
        self._layers = 0
        self._sql = ""
        self._made: list[tuple[AnyStep, list[Made]]] = []
        self._temporary: list[str] = []
        self._joined: list[Joined] = []

    def run(self) -> Shaped:
        self._begin()
        for at, table in enumerate(self._mapping.join):
            self._keep()
            joined = join_table(
                self._ws,
                table,
                source=self._mapping.source,
                base=self._table,
                keys=[self._alias(name) for name in table.keys],
                headers=self._headers[table.table],
                padding=self._paddings,
                target=f"{self._table}_join{at}",
            )
            self._temporary.append(joined.table)
            self._joined.append(joined)
            aliases = {column: self._alias_for() for column in joined.columns}
            taken = ", ".join(f"j.{alias} as {aliases[column]}" for column, alias in joined.columns.items())
            self._sql = (
                f"select base.*, {taken} from {identifier(self._table)} as base "
                f"left join {identifier(joined.table)} as j using (line_no)"
            )
            self._names |= aliases
            self._keep()
            self._note_join(at)
        for at, step in enumerate(self._mapping.steps):
            if isinstance(step, Rename):
                old = resolve(step.column, self._names)
                assert old is not None
                self._names[step.to] = self._names.pop(old)
                if old in self._untouched:
                    self._untouched[step.to] = self._untouched.pop(old)
                self._made.append((step, []))
            else:
                self._apply(at, step)
        self._keep()
        self._refuse_single_rows()
        self._note_steps()
        self._ws.drop(*self._temporary)
        return Shaped(self._table, self._names, self._untouched, self._joined)

    # -- layers -------------------------------------------------------------------------------

    def _alias_for(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _alias(self, name: str) -> str:
        found = resolve(name, self._names)
        assert found is not None
        return self._names[found]

    def _begin(self) -> None:
        """The cells of the file, trimmed where anything stands around them."""
        headers = list(self._headers[self._mapping.source])
        around = self._paddings(self._mapping.source, range(1, len(headers) + 1))
        taken = []
        for place, header in enumerate(headers, start=1):
            cell = f"cells[{place}]"
            alias = self._alias_for()
            taken.append(f"{trimmed(cell) if around[place].padded else cell} as {alias}")
            self._names[header] = alias
            self._untouched[header] = place
        self._sql = (
            f"select line_no, {', '.join(taken)} from intake.line where source = {literal(self._mapping.source)}"
        )

    def _keep(self) -> None:
        """Make what was planned so far a table."""
        if not self._sql:
            return
        temporary = f"{self._table}_next"
        self._ws.execute(f"create or replace temp table {identifier(temporary)} as {self._sql}")
        self._ws.drop(self._table)
        self._ws.execute(f"alter table {identifier(temporary)} rename to {identifier(self._table)}")
        self._sql, self._layers = "", 0

    def _from(self) -> str:
        return f"({self._sql})" if self._sql else identifier(self._table)

    def _layer(self, columns: Sequence[str], joins: str = "") -> None:
        self._sql = f"select base.*, {', '.join(columns)} from {self._from()} as base{joins}"
        self._layers += 1
        if self._layers >= _AT_ONCE:
            self._keep()

    # -- steps --------------------------------------------------------------------------------

    def _apply(self, at: int, step: AnyStep) -> None:
        assert not isinstance(step, Rename)
        lookups = self._look_up(at, step)
        condition = self._render(step.condition, lookups) if step.condition is not None else None
        outputs = self._outputs(at, step, lookups)
        made: list[Made] = []
        results: list[str] = []
        finals: list[str] = []
        new_names: dict[str, str] = {}
        for name, (result, is_error, has_input, keep) in zip(step.makes, outputs, strict=True):
            target = name
            old = self._names.get(target, "null::varchar")
            raw, final, refused = self._alias_for(), self._alias_for(), self._alias_for()
            results.append(f"{result} as {raw}")
            holds = f"coalesce({condition}, false)" if condition is not None else "true"
            error = f"({is_error.replace('{raw}', raw)} or coalesce(length({raw}), 0) > {CELL_LIMIT})"
            results.append(f"({holds}) as {refused}_on")
            is_refused = f"({refused}_on and {has_input} and {error})"
            kept = keep if keep is not None else "null"
            finals.append(f"{is_refused} as {refused}")
            finals.append(
                f"case when not {refused}_on then {old} when {is_refused} then {kept} "
                f"when {has_input} then nullif({raw}, '') end as {final}"
            )
            before = old if target in self._names else self._before(step)
            made.append(Made(target, before, final, refused, f"({refused}_on and {has_input})"))
            new_names[target] = final
        self._layer(results, lookups.joins)
        self._layer(finals)
        self._made.append((step, made))
        self._names |= new_names
        for name in new_names:
            self._untouched.pop(name, None)

    def _before(self, step: Step) -> str:
        """What a new column is compared with: the one column it is made from, else nothing."""
        if len(step.inputs) == 1 and len(step.makes) == 1 and not isinstance(step, Sql):
            return self._alias(step.inputs[0])
        return "null::varchar"

    def _outputs(self, at: int, step: AnyStep, lookups: _Lookups) -> list[tuple[str, str, str, str | None]]:
        """Of each output: SQL of the raw result, when it is an error (``{raw}``), what must be filled, what is kept."""
        assert not isinstance(step, Rename)
        never = "false"
        if step.do == "constant":
            return [(literal(step.value), never, "true", None)]
        if step.do in ("arithmetic", "sql", "formula"):
            assert step.expression is not None
            value = self._render(step.expression, lookups)
            there = self._names.get(step.to)
            kept = there if step.otherwise == "keep" else None
            if step.do == "arithmetic":
                filled = " or ".join(f"{self._alias(name)} is not null" for name in step.inputs) or "true"
                return [(f"try({_written_number(value, step.decimals)})", "{raw} is null", f"({filled})", kept)]
            # an error of a formula is NULL; of SQL only what it raises is one
            made = value if step.do == "formula" else f"coalesce(cast({value} as varchar), '')"
            return [(f"try({made})", "{raw} is null", "true", kept)]
        if step.do == "join":
            return [(join_sql([self._alias(name) for name in step.columns], step.between), never, "true", None)]
        cell = self._alias(step.inputs[0])
        filled = f"{cell} is not null"
        if step.do == "split":
            parts = split_sql(cell, step.by, len(step.into), from_end=step.start == "end")
            return [(part, never, filled, None) for part in parts]
        kept = cell if getattr(step, "otherwise", "keep") == "keep" else None
        if step.do == "case":
            return [(case_sql(cell, step.form), never, filled, None)]
        if step.do == "regex":
            if step.replace is not None:
                made = replace_sql(cell, step.find, step.replace, ignore_case=step.ignore_case)
                return [(made, never, filled, None)]
            return [(extract_sql(cell, step.find, ignore_case=step.ignore_case), "{raw} is null", filled, kept)]
        if step.do == "date":
            return [(date_sql(cell, step.forms, step.writes), "{raw} is null", filled, kept)]
        if step.do == "lookup":
            return [(f"{lookups.direct}.value", "{raw} is null", filled, kept)]
        assert step.do == "standardise"
        return [(self._standardised(at, step.standardiser, cell), "{raw} is null", filled, kept)]

    def _standardised(self, at: int, name: str, cell: str) -> str:
        """Alias of what the standardiser makes of ``cell``; each distinct value once."""
        self._keep()
        values = [row[0] for row in self._ws.rows(
            f"select distinct {cell} from {identifier(self._table)} where {cell} is not null order by 1"
        )]  # fmt: skip
        answers = self._standardisers(name, values)
        table = f"{self._table}_std{at}"
        self._put(table, values, answers)
        alias = self._alias_for()
        # the value as the refused look: NULL is refused
        self._layer([f"l.value as {alias}"], f" left join {identifier(table)} as l on l.key = base.{cell}")
        return alias

    def _put(self, table: str, keys: Sequence[str], values: Sequence[str | None]) -> None:
        columns = {"key": pa.array(keys, pa.string()), "value": pa.array(values, pa.string())}
        self._ws.put(table, pa.table(columns))
        self._temporary.append(table)

    def _look_up(self, at: int, step: AnyStep) -> _Lookups:
        """Bring in the tables a step looks up in, each under an alias of its own."""
        assert not isinstance(step, Rename)
        found = _Lookups()
        if step.do == "lookup":
            entries = step.entries if step.table is None else self._mapping.tables[step.table].entries
            cell = f"base.{self._alias(step.column)}"
            found.direct = self._join_lookup(found, f"{at}d", entries or {}, cell, folded=step.match == "folded")
        trees = [tree for tree in (step.expression, step.condition) if tree is not None]
        for order, node in enumerate(dict.fromkeys(node for tree in trees for node in tree.lookups)):
            assert node.lookup is not None
            key = node.parts[0].render(lambda name: f"base.{self._alias(name)}", found.value_of)
            # Excel's VLOOKUP does not look at case
            entries = self._mapping.tables[node.lookup].entries
            found.aliases[node] = self._join_lookup(found, f"{at}n{order}", entries or {}, f"try({key})", folded=True)
        return found

    def _join_lookup(self, found: _Lookups, name: str, entries: Mapping[str, str], key: str, *, folded: bool) -> str:
        table = f"{self._table}_lk{name}"
        kept: dict[str, str] = {}
        for word, value in entries.items():
            kept.setdefault(word.strip(), value)
        self._put(table, list(kept), list(kept.values()))
        if folded:
            # of keys that fold to the same one the first in the order of their texts is taken
            self._ws.execute(
                f"create or replace temp table {identifier(table)} as "
                f"select {_FOLD.format('key')} as key, min_by(value, key) as value from {identifier(table)} group by 1"
            )
            key = _FOLD.format(key)
        alias = f"lk{name}"
        found.joins += f" left join {identifier(table)} as {alias} on {alias}.key = {key}"
        return alias

    def _render(self, node: Node, lookups: _Lookups) -> str:
        return node.render(lambda name: f"base.{self._alias(name)}", lookups.value_of)

    # -- protocol -----------------------------------------------------------------------------

    def _refuse_single_rows(self) -> None:
        """A condition that looks at the key and holds for one row of many names that row, however it is written."""
        keys = {column.header for column in self._mapping.feeding("source_key")}
        for at, (step, made) in enumerate(self._made):
            if isinstance(step, Rename) or step.condition is None or not keys & set(step.condition.columns):
                continue
            rows, held = self._ws.rows(
                f"select count(*), count_if({made[0].refused}_on) from {identifier(self._table)}"
            )[0]
            if rows > 2 and held == 1:
                place = self._mapping.place("steps", at)
                raise UsageError(f"rules/{place}: the condition holds for one row only: {ROW_MESSAGE}")

    def _note_steps(self) -> None:
        outputs = [made for _, all_made in self._made for made in all_made]
        counted = self._counted(outputs)
        for at, (step, all_made) in enumerate(self._made):
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

    def _note_join(self, at: int) -> None:
        table, joined = self._mapping.join[at], self._joined[at]
        for column, alias in ((name, self._names[name]) for name in joined.columns):
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


@dataclass(slots=True)
class _Lookups:
    """Lookup tables brought in by one step."""

    joins: str = ""
    direct: str = ""
    aliases: dict[Node, str] = field(default_factory=dict)

    def value_of(self, node: Node) -> str:
        """SQL of what a lookup found; NULL when nothing."""
        return f"{self.aliases[node]}.value"


def _written_number(value: str, decimals: int | None) -> str:
    """A number as text; one that is none (overflow) is NULL."""
    finite = f"case when isfinite(({value})::double) then ({value})::double end"
    if decimals is None:
        return f"format('{{:.15g}}', {finite} + 0.0)"
    return f"format('{{:.{decimals}f}}', round({finite}, {decimals}) + 0.0)"


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
