"""Whose SQL a script is, and what that means for reading it: told from its beginning, never from its extension."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from engine.intake.sources.contract import Head


@dataclass(frozen=True)
class Flavour:
    """How a script is written.

    Attributes:
        name: what intake.source calls its format.
        title: what a person calls it.
        backslash: a backslash in a string escapes what follows.
        semicolons: every statement ends with a semicolon; otherwise a new line may begin the next one.
        hash_comments: ``#`` begins a comment.
        brackets: ``[name]`` is a quoted name.
        dollars: ``$tag$ ... $tag$`` is a string.
        copies: ``COPY ... FROM stdin`` is followed by lines of data.
    """

    name: str
    title: str
    backslash: bool = False
    semicolons: bool = True
    hash_comments: bool = False
    brackets: bool = False
    dollars: bool = False
    copies: bool = False

    @cached_property
    def string(self) -> str:
        """A whole string as a pattern."""
        return r"'(?:[^'\\]++|\\.|'')*+'" if self.backslash else r"'(?:[^']++|'')*+'"

    @cached_property
    def string_end(self) -> re.Pattern[str]:
        """The rest of a string that began on an earlier line."""
        return re.compile(r"(?:[^'\\]++|\\.|'')*+'" if self.backslash else r"(?:[^']++|'')*+'", re.DOTALL)

    @cached_property
    def outside(self) -> re.Pattern[str]:
        """Everything up to the end of a statement, or to something that does not end on this line."""
        parts = [
            r"[^'\"`;/$\[#-]++",
            self.string,
            r'"[^"]*+"',
            r"`[^`]*+`",
            r"--[^\n]*+",
            r"-",
            r"/\*.*?\*/",
            r"/(?!\*)",
        ]
        parts.append(r"\[[^\]\n]*+\]" if self.brackets else r"\[")
        parts.append(r"#[^\n]*+" if self.hash_comments else r"#")
        parts.append(r"\$(?![A-Za-z_]*\$)" if self.dollars else r"\$")
        return re.compile(f"(?:{'|'.join(parts)})*+", re.DOTALL)


POSTGRESQL = Flavour("pg_dump", "a PostgreSQL dump", dollars=True, copies=True)
MYSQL = Flavour("mysqldump", "a MySQL or MariaDB dump", backslash=True, hash_comments=True)
SQL_SERVER = Flavour("mssql_script", "a SQL Server script", semicolons=False, brackets=True)
ORACLE = Flavour("oracle_script", "an Oracle script")
STANDARD = Flavour("sql_script", "an SQL script")
FLAVOURS = (POSTGRESQL, MYSQL, SQL_SERVER, ORACLE, STANDARD)

_COMMENTS = re.compile(
    r"(?:\s+|\\[!a-z][^\n]*(?:\n|$)|--[^\n]*(?:\n|$)|/\*(?!!|M!).*?\*/|#[^\n]*(?:\n|$)|REM\b[^\n]*(?:\n|$))*", re.DOTALL
)
_BEGINS = re.compile(
    r"(?:INSERT|REPLACE|COPY|CREATE|DROP|ALTER|SET|USE|BEGIN|START|PRAGMA|GO|PRINT|EXEC|DELETE|TRUNCATE|LOCK|SELECT|DELIMITER"
    r"|PROMPT|WHENEVER|ALTER|IF|DECLARE)\b|/\*!|/\*M!",
    re.IGNORECASE,
)
_GIVES_ROWS = re.compile(
    r"^\s*(?:INSERT\s+(?:IGNORE\s+)?(?:INTO\s+)?\S|REPLACE\s+INTO\s+\S|COPY\s+\S.*\bFROM\s+stdin\b|CREATE\s+TABLE\s)",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNS = (
    (
        POSTGRESQL,
        re.compile(r"^-- PostgreSQL database (?:cluster )?dump|^COPY\s\S.*\bFROM\s+stdin;|^SELECT pg_catalog\.", re.M),
    ),
    (
        MYSQL,
        re.compile(
            r"^-- (?:MySQL|MariaDB) dump|^/\*M?!\d|^-- phpMyAdmin SQL|^(?:INSERT|REPLACE) (?:IGNORE )?INTO `", re.M
        ),
    ),
    (
        SQL_SERVER,
        re.compile(
            r"^USE \[|^GO\s*$|^SET IDENTITY_INSERT |^/\*+ Object:|^\s*INSERT (?:INTO )?\[|^SET ANSI_NULLS", re.M | re.I
        ),
    ),
    (ORACLE, re.compile(r"^REM INSERTING|^SET DEFINE OFF|^--\s+DDL for Table|\bto_(?:date|timestamp)\('", re.M | re.I)),
)


def flavour_of(head: Head) -> Flavour | None:
    """Whose SQL a file is, or None when it is no SQL script."""
    if b"\0" in head.first[:512] and not _is_utf16(head):
        return None
    text = head.text.replace("\r\n", "\n")
    begins = _COMMENTS.match(text)
    assert begins is not None
    named = next((flavour for flavour, sign in _SIGNS if sign.search(text)), None)
    if _BEGINS.match(text, begins.end()) is None:
        return named if named is not None and begins.end() == len(text) else None
    if named is None and _GIVES_ROWS.search(text) is None:
        return None
    return named or STANDARD


def _is_utf16(head: Head) -> bool:
    return head.first[:2] in (b"\xff\xfe", b"\xfe\xff") or head.first[1:20:2].count(0) > 5
