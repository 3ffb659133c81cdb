"""The whole of milestone J as people play it: from the first extract to the solved ticket, once on each kind of base.

Two clients write "Mundart" where a language is asked for: in pre-production the customer rejects their two contacts, a
rule is corrected, and everything is done again from a second extract.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from cli import app
from engine import journal
from engine.journal import JOURNAL_FILE, read_journal
from engine.project import load_project
from tests.support.servers import postgres

pytestmark = [pytest.mark.gx, pytest.mark.journey]

HEAD = "Kundennr;Anrede;Vorname;Name;Firma;E-Mail;Telefon;Strasse;PLZ;Ort;Sprache;Umsatz\n"
FIRST = (
    HEAD
    + """\
100;Frau;Marie;Dupont;;marie.dupont@bluewin.ch;022 310 12 34;Rue du Rhône 12;1204;Genève;Französisch;1'200.50
101;Frau;Marie;Dupont;;marie.dupont@bluewin.ch;;Rue du Rhône 12;1204;Genève;Französisch;80
200;Herr;Paul;Martin;;paul.martin@gmail.com;021 613 21 11;Avenue de la Gare 3;1003;Lausanne;fr;30
300;Frau;Eva;Keller;;eva.keller@gmx.ch;031 311 22 33;Marktgasse 5;3011;Bern;Mundart;
400;;;;Theater Basel AG;info@theater-basel.ch;061 295 11 33;Elisabethenstrasse 16;4051;Basel;Deutsch;500
500;Herr;Urs;Meier;Schule Chur;urs.meier@schule-chur.ch;;Schulweg 2;7000;Chur;Mundart;12
600;Frau;Lea;Rossi;;lea.rossi@ticino.com;091 922 11 22;Via Nassa 7;6900;Lugano;Italienisch;9
"""
)
SECOND = (
    HEAD
    + """\
101;Frau;Marie;Dupont;;marie.dupont@bluewin.ch;;Rue du Rhône 12;1204;Genève;Französisch;80
100;Frau;Marie;Dupont;;marie.dupont@bluewin.ch;022 310 12 34;Rue du Rhône 12;1204;Genève;Französisch;1'200.50
200;Herr;Paul;Martin;;paul.martin@gmail.com;021 613 21 12;Avenue de la Gare 3;1003;Lausanne;fr;45
300;Frau;Eva;Keller;;eva.keller@gmx.ch;031 311 22 33;Marktgasse 5;3011;Bern;Mundart;
400;;;;Theater Basel AG;info@theater-basel.ch;061 295 11 33;Elisabethenstrasse 16;4051;Basel;Deutsch;500
500;Herr;Urs;Meier;Schule Chur;urs.meier@schule-chur.ch;;Schulweg 2;7000;Chur;Mundart;12
700;Herr;Noé;Favre;;noe.favre@sunrise.ch;027 322 11 22;Rue de Lausanne 4;1950;Sion;fr;
"""
)
CONTROL = "source;measure;value\nclients;rows;7\nclients;distinct Kundennr;7\nclients;sum Umsatz;{total}\n"
BASES = ("dev", "preprod", "prod")
J = "2026-12-15"


@dataclass
class Play:
    """What happened: exit codes by name of the scene, and what was told."""

    root: Path
    codes: dict[str, int] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)


class Stage:
    """A project at work, on a day of its own."""

    def __init__(self, play: Play, patch: pytest.MonkeyPatch) -> None:
        self.play, self._patch, self.day = play, patch, ""

    def on(self, day: str) -> None:
        """The day it is from now on."""
        self.day = day
        self._patch.setattr(journal, "now", lambda: f"{day}T09:00:00+01:00")

    def assay(self, *arguments: str | Path, dated: bool = False) -> tuple[int, str, str]:
        """A command; ``dated`` ones are told the day."""
        words = [str(argument) for argument in arguments] + (["--as-of", self.day] if dated else [])
        result = CliRunner().invoke(app, words)
        return result.exit_code, result.stdout, result.stderr

    def must(self, *arguments: str | Path, dated: bool = False, code: int = 0) -> str:
        """A command that ends as it must; its stdout."""
        found, stdout, stderr = self.assay(*arguments, dated=dated)
        assert found == code, f"{' '.join(map(str, arguments))}: {found}\n{stderr}"
        return stdout

    def status(self, scene: str) -> dict[str, Any]:
        """The status on this day, remembered under ``scene`` with its exit code."""
        code, stdout, stderr = self.assay("status", "--json", dated=True)
        assert stdout, stderr
        told: dict[str, Any] = json.loads(stdout)
        self.play.codes[scene], self.play.told[scene] = code, told
        return told

    def deliver(self, environment: str, code: int = 0, *more: str) -> dict[str, Any]:
        """Deliver for an environment and apply the files there, in their order."""
        told = json.loads(self.must("deliver", "--environment", environment, "--for-real", "--json", dated=True))
        folder = Path("out/deliver") / environment
        files = [folder / entry["file"] for entry in told["files"] if entry["part"]]
        applied = json.loads(self.must("apply", *files, "--env", environment, "--json", *more, dated=True, code=code))
        return {
            "operations": told["plan"]["operations"],
            "imported": sum(fact["imported"] for fact in applied["files"]),
            "not_imported": sum(fact["not_imported"] for fact in applied["files"]),
        }


@contextmanager
def stage(folder: Path, url: str | None) -> Iterator[Stage]:
    """A new project in ``folder``, its bases embedded or in the PostgreSQL behind ``url``."""
    (folder / "clients.csv").write_text(FIRST, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = Stage(Play(folder / "p"), patch)
        made.on("2026-11-20")
        made.must("init", "p", "--from", "clients.csv", "--country", "CH", "--institution", "OPERA")
        patch.chdir(folder / "p")
        toml = Path("assay.toml")
        text = toml.read_text(encoding="utf-8").replace(
            'path = "incoming/clients.csv"', 'path = "incoming/clients.csv"\ncontrol_file = "incoming/control.csv"'
        )
        text += "\n[numbers]\nrange_start = 9000001\nrange_end = 9000999\n\n[engine]\nthreads = 1\n"
        if url is not None:
            with psycopg.connect(url, autocommit=True) as connection:
                for name in BASES:
                    connection.execute(f"drop schema if exists assay_{name} cascade")
            text += "".join(f'\n[environments.{name}]\nurl = "{url}"\n' for name in BASES)
        toml.write_text(text, encoding="utf-8")
        Path("incoming/control.csv").write_text(CONTROL.format(total="1831.50"), encoding="utf-8")
        yield made


def play(made: Stage) -> Play:
    """From the kick-off to the solved ticket."""
    told = made.play.told
    made.must("milestone", "--date", J, "--calendar", "j.ics", dated=True)
    made.status("kick-off")

    made.on("2026-12-01")
    made.must("receipt", dated=True)
    made.must("handover", "open", dated=True)
    made.must("check", "--fail-on", "error", "--max-failed", "50%", dated=True)
    made.must("run", dated=True)
    made.must("sign", "transformations", "--by", "A. Di", "--note", "mapping read")
    made.must("sign", "prerequisites", "--by", "P. Leader", "--note", "types and criteria are there")
    for name in ("prod", "dev"):
        made.must("env", "create", name)
    told["dev"] = made.deliver("dev")
    made.status("before the quality gate")

    made.on("2026-12-08")
    made.must("sign", "log_and_protocol", "--by", "Q. Gate", "--note", "both read")
    made.must("freeze")
    made.must("env", "copy", "prod", "preprod")
    told["preprod"] = made.deliver("preprod")
    made.status("pre-production")

    # the customer rejects two contacts: no language. The rule is corrected, for the whole column.
    made.on("2026-12-10")
    rule = Path("rules/standardisation/languages.yml")
    rule.parent.mkdir(parents=True, exist_ok=True)
    rule.write_text("names: {de: [de, deutsch, mundart]}\n", encoding="utf-8")
    made.play.codes["run with a changed rule"] = made.assay("run", dated=True)[0]
    made.must("run", "--accept-changes", dated=True)
    made.status("after the correction")
    made.must("freeze")
    made.must("sign", "transformations", "--by", "A. Di", "--note", "one language more")
    told["dev again"] = made.deliver("dev")
    made.must("sign", "log_and_protocol", "--by", "Q. Gate", "--note", "read again")
    told["preprod again"] = made.deliver("preprod")
    made.must("sign", "customer_validation", "--by", "C. Ustomer", "--note", "both contacts are right now")
    made.status("validated")

    made.on("2026-12-14")
    Path("incoming/clients.csv").write_text(SECOND, encoding="utf-8")
    Path("incoming/control.csv").write_text(CONTROL.format(total="1837.50"), encoding="utf-8")
    made.must("receipt", dated=True)
    made.must("run", "--extract", "j-1", dated=True)
    told["delta"] = json.loads(Path("out/delta.json").read_text(encoding="utf-8"))
    made.status("second extract")
    made.must("sign", "log_and_protocol", "--by", "Q. Gate", "--note", "protocol of the second extract")

    made.on(J)
    made.must("deliver", "--environment", "prod", "--for-real", dated=True)
    files = sorted(Path("out/deliver/prod").glob("prod_*.csv"))
    made.play.codes["production unconfirmed"] = made.assay("apply", *files, "--env", "prod", dated=True)[0]
    told["untouched"] = json.loads(made.must("env", "list", "--json"))
    told["prod"] = made.deliver("prod", 0, "--yes-production")
    with Path("out/log/prod/not_imported.csv").open(encoding="utf-8-sig", newline="") as log:
        told["log"] = list(csv.reader(log, delimiter=";"))
    told["bases"] = json.loads(made.must("env", "list", "--json"))
    told["diff"] = json.loads(made.must("env", "diff", "preprod", "prod", "--json"))

    made.on("2026-12-16")
    made.status("not handed over")
    told["note"] = json.loads(made.must("handover", "final", "--json", dated=True))
    made.on("2026-12-18")
    made.must("handover", "solved", dated=True)
    made.on("2026-12-31")
    made.status("solved")
    return made.play


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """The play on DuckDB files."""
    with stage(tmp_path_factory.mktemp("embedded"), None) as made:
        return play(made)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """The play on a PostgreSQL server."""
    with postgres() as url, stage(tmp_path_factory.mktemp("server"), url) as made:
        yield play(made)


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.slow)])
def played(request: pytest.FixtureRequest) -> Play:
    """The play, on each kind of base."""
    found: Play = request.getfixturevalue(request.param)
    return found


def test_status_ends_with_one_exactly_when_something_is_missed(played: Play) -> None:
    assert played.codes == {
        "kick-off": 0,
        "before the quality gate": 0,
        "pre-production": 0,
        "run with a changed rule": 2,
        "after the correction": 1,
        "validated": 0,
        "second extract": 1,
        "production unconfirmed": 2,
        "not handed over": 0,
        "solved": 0,
    }
    assert played.told["after the correction"]["alarms"] == [
        "gate transformations", "gate log_and_protocol", "step log_and_protocol_reviewed",
    ]  # fmt: skip
    assert played.told["second extract"]["alarms"] == ["gate log_and_protocol", "step log_and_protocol_reviewed"]


def test_a_correction_reaches_exactly_the_two_contacts_that_were_rejected(played: Play) -> None:
    assert played.told["dev"]["not_imported"] == played.told["preprod"]["not_imported"] == 0
    assert played.told["preprod"]["operations"].keys() >= {"INSERT"}
    assert played.told["preprod again"]["operations"] == {"UPDATE": 2}


def test_the_second_extract_keeps_changes_adds_and_loses_what_it_must(played: Play) -> None:
    delta = played.told["delta"]
    assert {change: delta[change] for change in ("new", "changed", "gone", "joined", "split")} == {
        "new": 1, "changed": 1, "gone": 1, "joined": 0, "split": 0,
    }  # fmt: skip


def test_production_was_loaded_once_confirmed_and_holds_what_the_second_extract_says(played: Play) -> None:
    before = {base["name"]: base["active"] for base in played.told["untouched"]["environments"]}
    after = {base["name"]: base["active"] for base in played.told["bases"]["environments"]}
    assert before["prod"] == 0
    assert after["prod"] == before["preprod"]  # one came, one went
    diff = played.told["diff"]["contacts"]
    # 600 is gone and 700 new; 601 and 701 are the school, which gets its number from the base it is created in
    assert diff == {"differing": ["200", "500"], "only_left": ["600", "601"], "only_right": ["700", "701"]}
    assert len(played.told["log"]) == 1 + played.told["prod"]["not_imported"] == 1


def test_the_ticket_gets_state_owner_counts_and_hashes(played: Play) -> None:
    note = played.told["note"]
    assert (note["state"], note["owner"]) == ("final validation", "project_leader")
    assert note["import"]["imported"] == played.told["prod"]["imported"]
    assert "out/log/prod/not_imported.csv" in {file["file"] for file in note["files"]}
    assert (played.root / "out/handover/solved.html").is_file()
    assert b"BEGIN:VCALENDAR" in (played.root / "j.ics").read_bytes()


def test_every_step_is_done_from_the_journal_and_no_value_stands_in_it(played: Play) -> None:
    steps = {step["name"]: step["state"] for step in played.told["solved"]["steps"]}
    assert set(steps.values()) == {"done"}
    assert {gate["state"] for gate in played.told["solved"]["gates"]} == {"met"}
    text = (played.root / JOURNAL_FILE).read_text(encoding="utf-8")
    for value in ("Dupont", "Keller", "bluewin", "310 12 34", "Rhône", "Theater", str(played.root)):
        assert value not in text


def test_the_journal_is_whole_and_one_changed_figure_is_found(played: Play) -> None:
    project = load_project(played.root)
    assert read_journal(project).broken == ()
    path = played.root / JOURNAL_FILE
    before = path.read_bytes()
    try:
        path.write_bytes(before.replace(b'"not_imported":0', b'"not_imported":9', 1))
        assert [broken.damage for broken in read_journal(project).broken] == ["changed"]
    finally:
        path.write_bytes(before)


@pytest.mark.slow
def test_both_kinds_of_base_answer_alike(embedded: Play, server: Play) -> None:
    for scene in ("dev", "preprod", "preprod again", "prod", "diff", "log"):
        assert embedded.told[scene] == server.told[scene], scene
