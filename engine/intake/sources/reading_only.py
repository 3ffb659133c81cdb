"""A query reads or is refused: one SELECT, nothing that writes, locks, runs a program or touches the server's files.

The text is parsed, not searched for words. What a parser cannot see (a function of the database that writes) meets a
read-only transaction or a session that is rolled back; this is the first of two fences, not the only one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import UsageError
from engine.intake.sources.contract import Kind

LONGEST_QUERY = 100_000
"""Characters; a longer text is not a query that somebody wrote."""

_REACHES_OUT = re.compile(
    r"(pg_(read|write|ls|stat_file|terminate|cancel|reload|rotate|promote|switch|create|drop|notify|logical|replication"
    r"|advisory|try_advisory|import|sleep)\w*"
    r"|lo_\w+|dblink\w*|query_to_xml\w*|table_to_xml\w*|database_to_xml\w*|cursor_to_xml\w*|set_config|setval|nextval"
    r"|load_file|sleep|benchmark|get_lock|release_lock|sys_exec|sys_eval|master_pos_wait"
    r"|openrowset|openquery|opendatasource|xp_\w+|sp_\w+"
    r"|utl_\w+|dbms_\w+|httpuritype|sys_context|java\w*)",
    re.IGNORECASE,
)


_MYSQL_READS = """
ascii bin bit_count char_length character_length compress conv convert_tz cot crc32 degrees elt export_set
field find_in_set format from_base64 from_days get_format inet_aton inet_ntoa insert instr interval lcase
ltrim rtrim make_set makedate maketime microsecond mid oct ord period_add period_diff pi position quote
radians regexp_instr regexp_replace regexp_substr replace reverse sec_to_time sign soundex space strcmp
subdate substr substring_index subtime addtime adddate sysdate time_format time_to_sec timediff to_base64
to_days to_seconds truncate ucase uncompress unhex uuid weekday weekofyear yearweek year month hour minute
second quarter utc_date utc_time utc_timestamp version database schema json_value json_unquote json_query
last_day octet_length bit_length exp ln log2 log10 mod rand any_value group_concat str_to_date
"""
"""Functions of MySQL that the parser does not know by name; the others it knows, and all of those only read."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that only reads.

    Attributes:
        text: the query without a final semicolon and comments around it.
        ordered: its rows come in an order that it asks for itself.
        limited: it says itself how many rows it wants.
    """

    text: str
    ordered: bool
    limited: bool = False


def check_query(query: str, kind: Kind) -> Checked:
    """``query`` when it is one SELECT that only reads.

    Raises:
        UsageError: it is not, or cannot be understood. The text of the query is not in the message.
    """
    import sqlglot
    from sqlglot import exp

    if len(query) > LONGEST_QUERY:
        raise UsageError(f"the query has more than {LONGEST_QUERY:,} characters")
    if "\0" in query:
        raise UsageError("the query holds a NUL character")
    if kind.dialect == "mysql" and ("/*!" in query or "/*M!" in query):
        raise UsageError("the query holds a comment that the server would run (/*!)", hint=_HINT)
    try:
        found = [part for part in sqlglot.parse(query, read=kind.dialect) if not isinstance(part, exp.Semicolon | None)]
        tokens = [token for token in sqlglot.tokenize(query, read=kind.dialect) if token.text != ";"]
    except (sqlglot.errors.SqlglotError, RecursionError):
        raise UsageError(f"the query cannot be understood as SQL of {kind.title}", hint=_HINT) from None
    if len(found) != 1:
        raise UsageError(f"the query holds {len(found)} statements", hint=_HINT)
    root = found[0]
    if not isinstance(root, exp.Query):
        raise UsageError("the query is no SELECT", hint=_HINT)
    for node in root.walk():
        if isinstance(node, _writing()):
            raise UsageError(f"the query does more than read ({node.key.upper()})", hint=_HINT)
        if isinstance(node, exp.Func) and (name := _name(node)) and _REACHES_OUT.fullmatch(name):
            raise UsageError(f"the query calls {name.lower()}, which does more than read tables", hint=_HINT)
        if (
            kind.dialect == "mysql"
            and isinstance(node, exp.Anonymous)
            and str(node.this).lower() not in _MYSQL_READS.split()
        ):
            raise UsageError(
                "the query calls a function that is not known to only read",
                hint="Functions of the database's own cannot be called; make a view that does, and read it.",
            )
    # the user's own text is sent, not one that a generator wrote again: only what stands around it is taken away
    return Checked(
        query[tokens[0].start : tokens[-1].end + 1],
        ordered=root.args.get("order") is not None,
        limited=root.args.get("limit") is not None or root.args.get("fetch") is not None,
    )


_HINT = "Give one SELECT that only reads."


def _writing() -> tuple[type, ...]:
    from sqlglot import exp

    names = (
        "Insert", "Update", "Delete", "Merge", "Create", "Drop", "Alter", "AlterColumn", "Command", "Copy", "Into",
        "Lock", "Set", "Use", "Kill", "LoadData", "TruncateTable", "Transaction", "Commit", "Rollback", "Execute",
        "Attach", "Detach", "Pragma", "Grant", "Revoke", "Analyze", "Export", "NextValueFor",
    )  # fmt: skip
    return tuple(kind for name in names if (kind := getattr(exp, name, None)) is not None)


def _name(node: object) -> str:
    """Name of a function; of a package's (``utl_http.request``) the package, when that is what reaches out."""
    from sqlglot import exp

    assert isinstance(node, exp.Func)
    if isinstance(node.parent, exp.Dot) and node.arg_key == "expression":
        package = str(node.parent.this.name)
        if _REACHES_OUT.fullmatch(package):
            return package
    if isinstance(node, exp.Anonymous):
        return str(node.this).rpartition(".")[2]
    return node.sql_name()
