"""Great Expectations on an open DuckDB connection: the smallest support that gives right answers.

Importing this module imports Great Expectations (4 to 9 s): only engine.quality.check does it, when it runs.
It leans on private names of Great Expectations, which is why pyproject.toml pins its minor version.
"""

from __future__ import annotations

import logging
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import duckdb_engine
import sqlalchemy
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.validator.validator import Validator
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.compiler import SQLCompiler

# Great Expectations logs the text of failed statements, values included: nothing of it may reach a log
_LOGGER = logging.getLogger("great_expectations")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False


class ReadingConnection(duckdb_engine.ConnectionWrapper):
    """A connection for reading, each statement by itself.

    SQLAlchemy's inspector begins a transaction of its own on the one shared connection, beside the one Great
    Expectations holds open; DuckDB refuses the second, now and then, by the order in which metrics are computed.
    """

    def begin(self) -> None:
        """Nothing to begin."""

    def commit(self) -> None:
        """Nothing to commit."""

    def rollback(self) -> None:
        """Nothing to roll back."""


def _literal_compiler(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    """``compiler``, writing values into the text where the values would be put in afterwards.

    Great Expectations puts them into its queries of failing rows itself, but does not know DuckDB's ``$1``; whether
    it succeeded it tells by looking for the value anywhere in the text: the value 2 is found in "email2".
    """

    class LiteralCompiler(compiler):  # type: ignore[valid-type, misc]
        def __init__(self, *args: Any, compile_kwargs: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
            if compile_kwargs and compile_kwargs.get("render_postcompile"):
                compile_kwargs = {"literal_binds": True}
            super().__init__(*args, compile_kwargs=compile_kwargs or {}, **kwargs)

    return LiteralCompiler


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """An execution engine that reads through ``cursor``, a cursor of an open DuckDB connection.

    Sharing the open database is the point: a second process could not open the workspace, and nothing is copied.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        engine = sqlalchemy.create_engine("duckdb://", creator=lambda: ReadingConnection(cursor), poolclass=StaticPool)
        # The dialect descends from PostgreSQL's and doubles backslashes in literals; DuckDB does not undo that,
        # so the queries of failing rows would look for other rows (222 bad e-mails became 709,555).
        engine.dialect._backslash_escapes = False  # type: ignore[attr-defined]
        # lists (phones, emails) are unknown to the dialect, which would say so on stderr
        engine.dialect.ischema_names = {**engine.dialect.ischema_names, "list": sqlalchemy.types.NullType}  # type: ignore[attr-defined]
        engine.dialect.statement_compiler = _literal_compiler(engine.dialect.statement_compiler)
        super().__init__(engine=engine)
        # The regex operator is picked by the attributes of dialect_module. The branch for Dremio emits
        # REGEXP_MATCHES(column, pattern), DuckDB's search; that for PostgreSQL emits ~, in DuckDB a full match.
        dialect = types.ModuleType("duckdb_dialect")
        dialect.DremioDialect = object  # type: ignore[attr-defined]
        self.dialect_module = dialect

    @contextmanager
    def get_connection(self) -> Iterator[sqlalchemy.Connection]:
        """One connection for good: rows are fetched after this block, and DuckDB's results die with theirs."""
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class TableValidator(Validator):
    """A validator of one DuckDB table, without progress bars."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        schema, name = table.split(".", 1)
        self.cursor = connection.cursor()
        self.duckdb_engine = DuckDBExecutionEngine(self.cursor)
        data = SqlAlchemyBatchData(
            execution_engine=self.duckdb_engine, schema_name=schema, table_name=name, create_temp_table=False
        )
        self.duckdb_engine.load_batch_data(table, data)
        super().__init__(execution_engine=self.duckdb_engine)

    def _determine_progress_bars(self) -> bool:
        return False

    def close(self) -> None:
        """Let the connection and its cursor go."""
        if self.duckdb_engine._connection is not None:
            self.duckdb_engine._connection.close()
        self.duckdb_engine.engine.dispose()
        self.cursor.close()
