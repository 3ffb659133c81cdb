"""The user's project folder: assay.toml, what it may say, and how it is found (upwards, like git).

A bare ``assay run FILE...`` has no project; everything here then has its default.
"""

from __future__ import annotations

import difflib
import os
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import Problem, RuleErrors, SurroundingsError, UsageError
from engine.remote import holds_password, is_address, is_place, parse_address
from engine.vocabulary import LANGUAGES, Language

PROJECT_FILE = "assay.toml"
SECRET_FILE = "secret.key"

BACKENDS = ("duckdb", "spark")
"""Where pairs are compared: on this machine, or on Apache Spark."""

_KEYS: dict[str, type] = {
    "name": str,
    "institution": str,
    "organization": str,
    "country": str,
    "language": str,
    "sources": list,
    "milestone": dict,
    "numbers": dict,
    "engine": dict,
    "environments": dict,
}
_ENVIRONMENT_KEYS: dict[str, type] = {"url": str, "production": bool}
_SOURCE_KEYS: dict[str, type] = {
    "name": str,
    "path": str,
    "sheet": str,
    "encoding": str,
    "delimiter": str,
    "url": str,
    "table": str,
    "query": str,
    "user": str,
    "credentials": str,
    "control": dict,
    "control_file": str,
}
_TABLE_KEYS: dict[str, dict[str, type]] = {
    "milestone": {"date": date},
    "numbers": {"range_start": int, "range_end": int},
    "engine": {"threads": int, "memory": str, "backend": str, "spark_master": str, "spark_folder": str},
}


@dataclass(frozen=True, slots=True)
class ProjectSource:
    """One source of the project: a name, a file below the project folder or a database, and what must not be guessed.

    See :class:`engine.options.RunSource` for the fields.
    """

    name: str
    path: Path | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    url: str | None = None
    table: str | None = None
    query: str | None = None
    user: str | None = None
    credentials: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder and what its assay.toml says."""

    root: Path
    name: str = ""
    institution: str | None = None
    organization: str = "*"
    country: str | None = None
    language: Language = "en"
    milestone: date | None = None
    sources: tuple[ProjectSource, ...] = ()
    range_start: int | None = None
    range_end: int | None = None
    threads: int | None = None
    memory: str | None = None
    backend: str = "duckdb"
    spark_master: str = "local[*]"
    spark_folder: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def rules(self) -> Path:
        """Where the project's own rules stand."""
        return self.root / "rules"

    @property
    def expectations(self) -> Path:
        """Where the project's own expectations stand."""
        return self.root / "expectations"

    @property
    def workspace(self) -> Path:
        """Derived data: can be deleted and rebuilt."""
        return self.root / ".assay"

    @property
    def out(self) -> Path:
        """Import files, reports, manifest."""
        return self.root / "out"

    @property
    def numbers(self) -> Path:
        """Contact numbers given, never given twice."""
        return self.root / "numbers.jsonl"

    @property
    def decisions(self) -> Path:
        """What people decided about pairs."""
        return self.root / "decisions.jsonl"

    @property
    def quality(self) -> Path:
        """What every extract scored."""
        return self.root / "quality.jsonl"

    @property
    def suppressed(self) -> Path:
        """Who was erased and must not come back: keyed hashes."""
        return self.root / "suppressed.jsonl"

    @property
    def extracts(self) -> Path:
        """What former extracts left, to compare the next with: derived."""
        return self.workspace / "extracts"

    @property
    def last_records(self) -> Path:
        """Standardised records of the last run (Parquet): vanished ones are compared with new ones. Derived.

        Beside the workspace, not among the former extracts: erasing a person destroys it, the next run writes it anew.
        """
        return self.workspace / "last_records.parquet"

    @property
    def learned(self) -> Path:
        """What the last run learned from its whole base: derived; a freeze copies it to :attr:`frozen`."""
        return self.workspace / "learned"

    @property
    def frozen(self) -> Path:
        """What the rehearsal learned from its whole base: names, streets and towns that several records write."""
        return self.root / "frozen"

    @property
    def models(self) -> Path:
        """Trained match models."""
        return self.root / "models"


def find_project(start: Path) -> Project | None:
    """The project that ``start`` lies in, looking upwards for assay.toml; None when there is none.

    Raises:
        RuleErrors: assay.toml has mistakes; all of them, with their lines.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / PROJECT_FILE).is_file():
            return load_project(folder)
    return None


def load_project(root: Path) -> Project:
    """Read ``root/assay.toml``.

    Raises:
        RuleErrors: it has mistakes; all of them, with their lines.
    """
    path = root / PROJECT_FILE
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise RuleErrors([Problem(str(path), int(found.group(1)) if found else 1, f"not TOML: {error}")]) from None
    problems = list(_mistakes(data, text, str(path)))
    if problems:
        raise RuleErrors(problems)
    return Project(
        root=root,
        name=data.get("name", ""),
        institution=data.get("institution") or None,
        organization=data.get("organization", "*"),
        country=data.get("country") or None,
        language=data.get("language") or "en",
        milestone=data.get("milestone", {}).get("date"),
        sources=tuple(
            ProjectSource(
                name=_source_name(entry),
                path=root / entry["path"] if entry.get("path") else None,
                sheet=entry.get("sheet"),
                encoding=entry.get("encoding"),
                delimiter=entry.get("delimiter"),
                url=entry.get("url"),
                table=entry.get("table"),
                query=entry.get("query"),
                user=entry.get("user"),
                credentials=entry.get("credentials"),
            )
            for entry in data.get("sources", [])
        ),
        range_start=data.get("numbers", {}).get("range_start"),
        range_end=data.get("numbers", {}).get("range_end"),
        threads=data.get("engine", {}).get("threads"),
        memory=data.get("engine", {}).get("memory"),
        backend=data.get("engine", {}).get("backend", "duckdb"),
        spark_master=data.get("engine", {}).get("spark_master", "local[*]"),
        spark_folder=data.get("engine", {}).get("spark_folder"),
        settings=data,
    )


def project_secret(project: Project) -> str:
    """The project's secret, made on first use: it keys the fingerprints by which records under new keys are recognised.

    It stands beside numbers.jsonl, readable by the owner only, and must be kept with it: without it the
    fingerprints of former extracts mean nothing, and records under new keys are taken for new ones.

    Raises:
        SurroundingsError: it cannot be written.
    """
    path = project.root / SECRET_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SurroundingsError(f"cannot write {path}: {error.strerror}", hint="Check the folder's rights.") from error
    secret = secrets.token_hex(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return secret


def parse_memory(text: str) -> int:
    """Bytes of a size such as ``4GB``, ``512 MB`` or ``2GiB``.

    >>> parse_memory("4GB")
    4000000000

    Raises:
        UsageError: not a size.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?)?B?\s*", text, re.IGNORECASE)
    if match is None:
        raise UsageError(f"not a memory size: {text[:20]!r}", hint="Write it like 4GB or 800MB.")
    unit = (match.group(2) or "").upper()
    base = 1024 if unit.endswith("I") else 1000
    return int(float(match.group(1)) * base ** (" KMGT".index(unit[0]) if unit else 0))


def _mistakes(data: Mapping[str, Any], text: str, file: str) -> list[Problem]:
    problems = _unknown(data, _KEYS, text, file)
    for name, known in _TABLE_KEYS.items():
        if isinstance(data.get(name), dict):
            problems += _unknown(data[name], known, text, file)
    sources = data.get("sources", [])
    names: set[str] = set()
    for entry in sources if isinstance(sources, list) else []:
        if not isinstance(entry, dict) or bool(entry.get("path")) == bool(entry.get("url")):
            problems.append(Problem(file, _line(text, "sources"), "a source needs a path or a url, and not both"))
            continue
        problems += _unknown(entry, _SOURCE_KEYS, text, file)
        problems += [Problem(file, _line(text, key), message) for key, message in _database_mistakes(entry)]
        name = _source_name(entry)
        if name in names:
            problems.append(Problem(file, _line(text, name), f'two sources are called "{name}"'))
        names.add(name)
    environments = data.get("environments", {})
    for name, entry in environments.items() if isinstance(environments, dict) else ():
        if not isinstance(entry, dict):
            problems.append(Problem(file, _line(text, name), f"environments.{name} must be a table"))
            continue
        problems += _unknown(entry, _ENVIRONMENT_KEYS, text, file)
        if re.search(r"://[^/@]*:[^/@]+@|[?&\s]password\s*=", str(entry.get("url", ""))):
            advice = "a password does not belong in this file: use PGPASSWORD or ~/.pgpass"
            problems.append(Problem(file, _line(text, "url"), advice))
    language = data.get("language")
    if language and language not in LANGUAGES:
        problems.append(Problem(file, _line(text, "language"), f"language must be one of {', '.join(LANGUAGES)}"))
    backend = data.get("engine", {}).get("backend", "duckdb") if isinstance(data.get("engine"), dict) else "duckdb"
    if backend not in BACKENDS:
        near = difflib.get_close_matches(str(backend), BACKENDS, n=1)
        hint = f"  Did you mean {near[0]}?" if near else ""
        problems.append(Problem(file, _line(text, "backend"), f"backend must be {' or '.join(BACKENDS)}.{hint}"))
    country = data.get("country")
    if country and not re.fullmatch(r"[A-Z]{2}", str(country)):
        problems.append(Problem(file, _line(text, "country"), "country is an ISO 3166 code of two capital letters"))
    return problems


def _source_name(entry: Mapping[str, Any]) -> str:
    """Its name; without one that of its table, its file or its database."""
    if entry.get("name"):
        return str(entry["name"])
    if entry.get("table"):
        return str(entry["table"]).rpartition(".")[2]
    if entry.get("path"):
        return Path(str(entry["path"])).stem
    url = str(entry["url"])
    if holds_password(url) or not is_address(url):
        return "source"
    address = parse_address(url)
    return address.fragment or address.database or "source"


def _database_mistakes(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with the keys that concern a database: key and message, never a value."""
    url = str(entry.get("url") or "")
    if holds_password(url):
        advice = 'use credentials = "env:NAME", "keyring:SERVICE" or "file:PATH"'
        yield "url", f"a password does not belong in this file: {advice}"
    elif url and not is_address(url):
        yield "url", "url is the address of a database: scheme://host/database; for a file use path"
    if "credentials" in entry and not is_place(str(entry["credentials"])):
        yield "credentials", "credentials says where the password is: env:NAME, keyring:SERVICE or file:PATH"
    if entry.get("query") and not url:
        yield "query", "a query needs a url"
    if entry.get("query") and entry.get("table"):
        yield "query", "table and query exclude each other"
    if not url and (entry.get("user") or entry.get("credentials")):
        yield "credentials", "user and credentials need a url"


def _unknown(data: Mapping[str, Any], known: Mapping[str, type], text: str, file: str) -> list[Problem]:
    problems = []
    for key, value in data.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"  Did you mean {near[0]}?" if near else ""
            message = f'unknown key "{key}"; known: {", ".join(sorted(known))}.{hint}'
            problems.append(Problem(file, _line(text, key), message))
        elif not isinstance(value, known[key]):
            wanted = known[key].__name__
            problems.append(Problem(file, _line(text, key), f"{key} must be a {wanted}, not a {type(value).__name__}"))
    return problems


def _line(text: str, word: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if word in line:
            return number
    return 1
