"""Retention, read aloud: who the rules propose to inactivate, anonymise or delete. It only proposes and counts.

The simulation writes a report; the list of contact numbers and operations, which deliveries take, is written when
somebody asks for it, and above the ceiling only when somebody says so.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import AssayError, UsageError
from engine.presentation.atomic import write_text
from engine.presentation.catalogue import catalogue, read
from engine.presentation.masking import mask
from engine.presentation.page import environment
from engine.project import Project
from engine.protection.retention import PROPOSAL, propose
from engine.rulebook import RuleBook
from engine.rulebook.retention import OPERATIONS, RetentionRules
from engine.vocabulary import Language
from engine.workspace import Workspace

RULE_FILE = "retention.yml"
FOLDER = "retention"
SAMPLES = 5
"""Masked contacts shown a rule: enough to see what kind of people it finds."""


@dataclass(frozen=True, slots=True)
class Retained:
    """What was proposed and where it stands.

    Attributes:
        data: the report.
        files: what was written.
    """

    data: dict[str, Any]
    files: tuple[Path, ...]


def simulate(
    project: Project, ws: Workspace, *, as_of: date, keep: Collection[str], language: Language, out: Path
) -> Retained:
    """Apply rules/retention.yml to what the last run left and write the report; nothing else.

    Args:
        project: the project.
        ws: its last run.
        as_of: the day years are counted back from.
        keep: contact numbers never to propose.
        language: of the page.
        out: folder of the report.

    Raises:
        RuleErrors: mistakes in the rules.
        UsageError: the run made no golden records.
    """
    if not ws.exists("golden.contact"):
        raise UsageError("there are no contacts yet", hint="Run `assay run` first.")
    rules = RuleBook([project.rules]).load(RULE_FILE, RetentionRules)
    propose(ws, rules, as_of=as_of, keep=keep)
    data = _data(ws, rules, as_of)
    files = (out / "report.json", out / "report.html")
    write_text(files[0], json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    write_text(files[1], render(data, language))
    return Retained(data, files)


def write_lists(
    ws: Workspace, rules: RetentionRules, data: Mapping[str, Any], out: Path, *, over_ceiling: bool
) -> dict[str, Path]:
    """Write a list per proposal (``anonymise.csv`` ...: CONTACT_NR, OPERATION, REASON) that deliveries take.

    Call it after :func:`simulate`. A list of an earlier time that has nobody now is removed.

    Raises:
        AssayError: more than the ceiling, and ``over_ceiling`` was not given.
    """
    if data["over_ceiling"] and not over_ceiling:
        raise AssayError(
            f"{data['proposed']:,} of {data['contacts']:,} contacts are proposed: more than the ceiling of "
            f"{data['ceiling']:.1%}; no list was written",
            hint="Look at the report. If it is meant: --over-ceiling.",
        )
    written: dict[str, Path] = {}
    for proposal, operation in OPERATIONS.items():
        named = [rule.name for rule in rules.rules if rule.propose == proposal]
        rows = ws.rows(
            f"select contact_nr, rule from {PROPOSAL} where rule in (select unnest($named)) and excepted is null "
            "order by length(contact_nr), contact_nr",
            {"named": named},
        )
        path = out / f"{proposal}.csv"
        if not rows:
            path.unlink(missing_ok=True)
            continue
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\n")
        writer.writerow(("CONTACT_NR", "OPERATION", "REASON"))
        writer.writerows((number, operation, rule) for number, rule in rows)
        write_text(path, text.getvalue())
        written[proposal] = path
    return written


def load_rules(project: Project) -> RetentionRules:
    """rules/retention.yml with the project's own on top."""
    return RuleBook([project.rules]).load(RULE_FILE, RetentionRules)


def _data(ws: Workspace, rules: RetentionRules, as_of: date) -> dict[str, Any]:
    proposed = f"from {PROPOSAL} where rule is not null and excepted is null"
    contacts, undated, count, kept = ws.rows(
        f"""
        select count(*), count(*) filter (last_on is null), count(*) filter (rule is not null and excepted is null),
            count(*) filter (rule is not null and excepted is not null)
        from {PROPOSAL}
        """
    )[0]
    by_rule = dict(ws.rows(f"select rule, count(*) {proposed} group by rule order by rule"))
    share = count / contacts if contacts else 0.0
    return {
        "as_of": as_of.isoformat(),
        "contacts": contacts,
        "proposed": count,
        "share": round(share, 6),
        "ceiling": rules.ceiling.share,
        "over_ceiling": share > rules.ceiling.share,
        "undated": undated,
        "kept": kept,
        "rules": [
            {
                "rule": rule.name,
                "propose": rule.propose,
                "operation": OPERATIONS[rule.propose],
                "why": rule.why,
                "contacts": by_rule.get(rule.name, 0),
                "samples": _samples(ws, rule.name),
            }
            for rule in rules.rules
        ],
        "exceptions": [
            {"exception": name, "contacts": kept_by}
            for name, kept_by in ws.rows(
                f"select excepted, count(*) from {PROPOSAL} where rule is not null and excepted is not null "
                "group by excepted order by excepted"
            )
        ],
        "by_year": [
            {"year": year, "contacts": number}
            for year, number in ws.rows(f"select year(last_on) as y, count(*) {proposed} group by y order by y")
        ],
        "by_source": [
            {"source": source, "contacts": number}
            for source, number in ws.rows(
                f"select source, count(distinct contact_id) from golden.crosswalk "
                f"where contact_id in (select contact_id {proposed}) group by source order by source"
            )
        ],
    }


def _samples(ws: Workspace, rule: str) -> list[dict[str, str]]:
    """A few contacts of a rule, with the form of their names and not the names; chosen by a hash, not by age."""
    rows = ws.rows(
        f"""
        select contact_nr, concat_ws(' ', first_name, last_name), town, last_on::varchar
        from {PROPOSAL} join (select contact_id, first_name, last_name, town from golden.contact) using (contact_id)
        where rule = $rule and excepted is null
        order by md5(contact_id), contact_id limit {SAMPLES}
        """,
        {"rule": rule},
    )
    return [
        {"contact_nr": number, "name": mask(name), "town": mask(town or ""), "last_on": last_on}
        for number, name, town, last_on in rows
    ]


def render(data: Mapping[str, Any], language: Language) -> str:
    """The report as a page in ``language``."""
    say = catalogue(language)
    made = environment()
    made.filters.update(number=say.number, percent=say.percent, day=lambda day: say.day(date.fromisoformat(day)))
    said = {key: text[language] for key, text in read("retention").items()}
    made.globals.update(said=said, language=language)
    return made.get_template("retention.html.j2").render(data)
