"""What a step of a mapping becomes in SQL: one projection a step; a standardiser runs once per distinct value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.intake.layers import Layers
from engine.rulebook.mapping import SourceMapping
from engine.rulebook.steps import AnyStep, Rename, Sql, Step
from engine.sql import identifier, literal
from engine.transform import Node
from engine.transform.cells import case_sql, date_sql, extract_sql, join_sql, replace_sql, split_sql
from engine.transform.node import CELL_LIMIT
from engine.workspace import Workspace

Standardisers = Callable[[str, Sequence[str]], Sequence[str | None]]
"""Name of a standardiser and the distinct values of a column: the standard value of each, None = refused."""

_FOLD = "trim(regexp_replace(strip_accents(lower({0})), '\\s+', ' ', 'g'))"


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


class StepSql:
    """Plans the steps of one mapping over the layers of its source."""

    def __init__(self, ws: Workspace, layers: Layers, mapping: SourceMapping, standardisers: Standardisers) -> None:
        self._ws, self._layers, self._mapping, self._standardisers = ws, layers, mapping, standardisers

    def apply(self, at: int, step: AnyStep) -> list[Made]:
        """Plan the columns of a step; what each of them is."""
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
            old = self._layers.names.get(target, "null::varchar")
            raw, final, refused = self._layers.new_alias(), self._layers.new_alias(), self._layers.new_alias()
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
            before = old if target in self._layers.names else self._before(step)
            made.append(Made(target, before, final, refused, f"({refused}_on and {has_input})"))
            new_names[target] = final
        self._layers.add(results, lookups.joins)
        self._layers.add(finals)
        self._layers.made(new_names)
        return made

    def _before(self, step: Step) -> str:
        """What a new column is compared with: the one column it is made from, else nothing."""
        if len(step.inputs) == 1 and len(step.makes) == 1 and not isinstance(step, Sql):
            return self._layers.alias(step.inputs[0])
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
            there = self._layers.names.get(step.to)
            kept = there if step.otherwise == "keep" else None
            if step.do == "arithmetic":
                filled = " or ".join(f"{self._layers.alias(name)} is not null" for name in step.inputs) or "true"
                return [(f"try({_written_number(value, step.decimals)})", "{raw} is null", f"({filled})", kept)]
            # an error of a formula is NULL; of SQL only what it raises is one
            made = value if step.do == "formula" else f"coalesce(cast({value} as varchar), '')"
            return [(f"try({made})", "{raw} is null", "true", kept)]
        if step.do == "join":
            return [(join_sql([self._layers.alias(name) for name in step.columns], step.between), never, "true", None)]
        cell = self._layers.alias(step.inputs[0])
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
        self._layers.keep()
        values = [row[0] for row in self._ws.rows(
            f"select distinct {cell} from {identifier(self._layers.table)} where {cell} is not null order by 1"
        )]  # fmt: skip
        answers = self._standardisers(name, values)
        table = f"{self._layers.table}_std{at}"
        self._layers.put(table, values, answers)
        alias = self._layers.new_alias()
        # the value as the refused look: NULL is refused
        self._layers.add([f"l.value as {alias}"], f" left join {identifier(table)} as l on l.key = base.{cell}")
        return alias

    def _look_up(self, at: int, step: AnyStep) -> _Lookups:
        """Bring in the tables a step looks up in, each under an alias of its own."""
        assert not isinstance(step, Rename)
        found = _Lookups()
        if step.do == "lookup":
            entries = step.entries if step.table is None else self._mapping.tables[step.table].entries
            cell = f"base.{self._layers.alias(step.column)}"
            found.direct = self._join_lookup(found, f"{at}d", entries or {}, cell, folded=step.match == "folded")
        trees = [tree for tree in (step.expression, step.condition) if tree is not None]
        for order, node in enumerate(dict.fromkeys(node for tree in trees for node in tree.lookups)):
            assert node.lookup is not None
            key = node.parts[0].render(lambda name: f"base.{self._layers.alias(name)}", found.value_of)
            # Excel's VLOOKUP does not look at case
            entries = self._mapping.tables[node.lookup].entries
            found.aliases[node] = self._join_lookup(found, f"{at}n{order}", entries or {}, f"try({key})", folded=True)
        return found

    def _join_lookup(self, found: _Lookups, name: str, entries: Mapping[str, str], key: str, *, folded: bool) -> str:
        table = f"{self._layers.table}_lk{name}"
        kept: dict[str, str] = {}
        for word, value in entries.items():
            kept.setdefault(word.strip(), value)
        self._layers.put(table, list(kept), list(kept.values()))
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
        return node.render(lambda name: f"base.{self._layers.alias(name)}", lookups.value_of)


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
