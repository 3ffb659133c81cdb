"""Column transformations as SQL: what staff write in a mapping becomes a tree of ours, and that becomes an expression.

Nothing a person wrote reaches the database as text. An SQL expression is parsed by DuckDB's own parser and rebuilt from
an allow-list of scalar functions (:mod:`engine.transform.sql_expression`); a spreadsheet formula is parsed here
(:mod:`engine.transform.formula`). Both give a :class:`Node`, whose columns, lookups and possible growth are known
before it runs. An expression never raises on a value: a value it cannot take is refused, and counted.
"""

from engine.transform.formula import parse_formula
from engine.transform.node import MistakeError, Node
from engine.transform.sql_expression import parse_arithmetic, parse_condition, parse_expression

__all__ = ["MistakeError", "Node", "parse_arithmetic", "parse_condition", "parse_expression", "parse_formula"]
