"""Bases are made, listed and copied, and told which contacts have sales."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine import journal
from engine.definitions import Definitions, as_setting, of_settings
from engine.environments.place import (
    Confirmation,
    Place,
    confirm,
    existing_store,
    is_production,
    opened_store,
    scratch,
    working,
)
from engine.errors import SourceError, UsageError
from engine.options import DEMO_INSTITUTION
from engine.target.columns import ANSWER, APPLICATION, CONTACT, PROPERTY, SALE
from engine.textfile import read_text


def create_environment(
    place: Place, name: str, *, institution: str | None, organization: str | None, country: str | None
) -> dict[str, Any]:
    """Make the empty base ``name``; codes that are not given are the project's.

    Raises:
        UsageError: it is there already, the name is none, or production has no institution.
    """
    project = place.project
    settings = {
        "institution": institution or (project.institution if project else None) or DEMO_INSTITUTION,
        "organization": organization or (project.organization if project else None) or "*",
        "country": country or (project.country if project else None) or "",
        "production": "true" if is_production(place, name, {}) else "false",
        "last_number": "0",
        # it knows what it is told, by the import rules or by definition files: a row that uses more is told so
        **as_setting(Definitions({}, {})),
    }
    if settings["production"] == "true" and settings["institution"] == DEMO_INSTITUTION:
        raise UsageError(
            f"{name} is production: it needs the code of its institution, not {DEMO_INSTITUTION}",
            hint="Give --institution CODE, or write it into assay.toml.",
        )
    with working(place) as ws, opened_store(place, name, scratch(ws)) as store:
        if store.exists():
            raise UsageError(f"there is an environment {name} already", hint="See it: assay env list")
        store.create(settings)
    journal.note(project, "environment", action="create", name=name)
    codes = {code: settings[code] for code in ("institution", "organization", "country", "last_number")}
    return {"name": name, **codes, "production": settings["production"] == "true"}


def list_environments(place: Place) -> list[dict[str, Any]]:
    """Every base: whose it is, contacts by state, the last file applied."""
    embedded = {path.stem for path in place.bases.glob("*.duckdb")} if place.bases.is_dir() else set()
    found = []
    with working(place) as ws:
        for name in sorted(embedded | set(place.named)):
            with opened_store(place, name, scratch(ws)) as store:
                if not store.exists():
                    continue
                settings, counts, applied = store.settings(), store.counts(), store.applications()
                found.append(
                    {
                        "name": name,
                        "store": "postgresql" if place.named.get(name, {}).get("url") else "embedded",
                        "institution": settings.get("institution"),
                        "organization": settings.get("organization"),
                        "production": is_production(place, name, settings),
                        "defined": of_settings(settings).count,
                        "active": counts.get("active", 0),
                        "invalid": counts.get("invalid", 0),
                        "anonymised": counts.get("anonymised", 0),
                        "files_applied": len(applied),
                        "last_file": applied[-1].file if applied else None,
                        "last_applied_at": applied[-1].applied_at if applied else None,
                    }
                )
    return found


def copy_environment(
    place: Place, source: str, target: str, *, replace: bool, confirmation: Confirmation
) -> dict[str, Any]:
    """Make ``target`` a copy of ``source``: contacts, sales, files applied; it stays what it is, production or not.

    Raises:
        UsageError: no such source, the same twice, or a target with contacts and no ``replace``.
    """
    if source == target:
        raise UsageError("an environment cannot be copied onto itself")
    tables = [CONTACT, PROPERTY, SALE, APPLICATION, ANSWER]
    with working(place) as ws, existing_store(place, source, ws) as origin:
        settings = origin.settings()
        origin.load(ws, tables)
        with opened_store(place, target, scratch(ws)) as store:
            there = store.settings() if store.exists() else {}
            production = is_production(place, target, there)
            if production and settings["institution"] == DEMO_INSTITUTION:
                raise UsageError(f"{target} is production: the institution {DEMO_INSTITUTION} has no place there")
            if there and sum(store.counts().values()) and not replace:
                raise UsageError(f"{target} has contacts already", hint="Give --replace to lose them.")
            confirm(production, target, confirmation)
            # what is defined comes along, and what only the former base knew goes
            defined = as_setting(of_settings(settings))
            settings = {**settings, **defined, "production": "true" if production else "false"}
            if not there:
                store.create(settings)
            store.replace(ws, tables, settings)
            told = {"from": source, "to": target, "contacts": sum(store.counts().values())}
            journal.note(place.project, "environment", action="copy", **told)
            return told


def set_sales(place: Place, name: str, file: Path) -> dict[str, Any]:
    """Replace the list of contacts with sales by the contact numbers in ``file`` (one a line, or a CSV's CONTACT_NR).

    Raises:
        SourceError: the file cannot be read or holds no number.
    """
    numbers = read_numbers(file)
    with working(place) as ws, existing_store(place, name, ws) as store:
        ws.put(SALE.name, pa.table({"contact_nr": pa.array(numbers, pa.string())}))
        store.load(ws, [CONTACT])
        known = int(ws.value("select count(*) from contact where contact_nr in (select contact_nr from sale)"))
        store.replace(ws, [SALE], {})
    return {"name": name, "numbers": len(numbers), "known": known, "unknown": len(numbers) - known}


def read_numbers(file: Path) -> list[str]:
    """The contact numbers of ``file``, each once: one a line, or the column CONTACT_NR of a CSV.

    Raises:
        SourceError: the file cannot be read or holds no number.
    """
    text = read_text(file)
    separator = next((sign for sign in ";,\t" if sign in text.split("\n", 1)[0]), ";")
    rows = list(csv.reader(text.splitlines(), delimiter=separator))
    header = [cell.strip() for cell in rows[0]] if rows else []
    column = header.index("CONTACT_NR") if "CONTACT_NR" in header else 0
    found = {row[column].strip() for row in rows if len(row) > column}
    numbers = sorted(number for number in found if re.fullmatch(r"[0-9]{1,20}", number))
    if not numbers:
        raise SourceError(
            f"{file.name} holds no contact number", hint="One number a line, or a CSV with a column CONTACT_NR."
        )
    return numbers
