"""An erasure is open until every environment has applied its operations; a look into each base proves it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from engine.environments import Confirmation, Place, apply_files, create_environment
from engine.erasing.certificate import OPERATIONS, write_operations, write_pages
from engine.erasing.elsewhere import environments_holding
from engine.erasing.settle import settle
from engine.progress import Silent
from engine.project import Project, load_project
from tests.target.support import file_text

pytestmark = pytest.mark.long

CANARY = "Voxbabibuardel"
YES = Confirmation(lambda name: True)


@pytest.fixture(params=["embedded", "postgresql"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    """A project with the environments dev and prod; in both the contacts 1 and 2."""
    toml = 'institution = "OPERA"\ncountry = "CH"\n'
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server")
        with psycopg.connect(url, autocommit=True) as connection:
            for name in ("dev", "prod"):
                connection.execute(f"drop schema if exists assay_{name} cascade".encode())
        toml += "".join(f'[environments.{name}]\nurl = "{url}"\n' for name in ("dev", "prod"))
    (tmp_path / "assay.toml").write_text(toml, encoding="utf-8")
    found = load_project(tmp_path)
    for name in ("dev", "prod"):
        create_environment(Place(tmp_path, found), name, institution=None, organization=None, country=None)
        apply(found, name, [{"CONTACT_NR": "1", "LASTNAME": CANARY}, {"CONTACT_NR": "2", "LASTNAME": "Rey"}])
    return found


def apply(project: Project, name: str, rows: list[dict[str, str]]) -> None:
    path = project.root / f"{name}{len(list(project.root.iterdir()))}.csv"
    path.write_text(file_text(rows), encoding="utf-8")
    apply_files(
        Place(project.root, project), [path], name, as_of=date(2026, 11, 22), at="2026-11-22T12:00:00+01:00",
        log=project.root / "log", language="fr", confirmation=YES, watcher=Silent(),
    )  # fmt: skip
    path.unlink()


def erased(project: Project, numbers: list[str]) -> Path:
    """The papers of an erasure of ``numbers``."""
    folder = project.root / "erasures" / "2026-11-22-1"
    folder.mkdir(parents=True)
    write_operations(folder, numbers, "ANONYMIZE", "2026-11-22")
    found = environments_holding(project, numbers)
    left = [
        {"what": "environment", "place": name, "count": count, "operation": "ANONYMIZE"}
        for name, count in found.items()
        if count != 0
    ]
    data = {
        "certificate": folder.name, "at": "2026-11-22", "by": "DPO", "why": "17", "project": "p", "persons": 1,
        "records": 1, "suppressed": 1, "run": "made again", "statistics": None, "places": [], "hashes": [],
        "search": {"files": 1, "bytes": 1, "traces": 1, "files_holding": 0, "not_searched": []},
        "remaining": [*left, {"what": "list", "place": OPERATIONS, "count": 1}],
    }  # fmt: skip
    write_pages(folder, data)
    return folder


def test_a_certificate_is_open_until_no_environment_holds_the_person(project: Project) -> None:
    assert environments_holding(project, ["1", "7"]) == {"dev": 1, "prod": 1}
    folder = erased(project, ["1"])
    (said,) = settle(project, at="2026-11-23")
    assert (said["settled"], said["open"]) == ([], ["dev", "prod"])
    assert "OPEN" in (folder / "certificate.en.html").read_text(encoding="utf-8")

    apply(project, "dev", [{"OPERATION": "ANONYMIZE", "CONTACT_NR": "1"}])
    (said,) = settle(project, at="2026-11-24")
    assert (said["settled"], said["open"]) == (["dev"], ["prod"])
    assert (folder / OPERATIONS).is_file()

    apply(project, "prod", [{"OPERATION": "ANONYMIZE", "CONTACT_NR": "1"}])
    (said,) = settle(project, at="2026-11-25")
    assert (said["settled"], said["open"]) == (["prod"], [])
    assert not (folder / OPERATIONS).exists()  # the last place with the number
    left = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))["remaining"]
    assert [(one["place"], one["settled"]) for one in left] == [("dev", "2026-11-24"), ("prod", "2026-11-25")]
    page = (folder / "certificate.de.html").read_text(encoding="utf-8")
    assert "OFFEN" not in page
    assert "2026-11-25" in page
    assert settle(project, at="2026-11-26") == []


def test_not_a_byte_of_who_was_removed_stays_in_the_files_of_the_base(project: Project) -> None:
    url = project.settings.get("environments", {}).get("dev", {}).get("url")  # type: ignore[attr-defined]
    folder = project.root / "environments"
    if url:
        folder = Path(parse_qs(urlsplit(url).query)["host"][0]) / "data" / "base"

    def holding() -> int:
        if url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("checkpoint")
        return sum(CANARY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())

    before = holding()
    assert before >= 2
    for name in ("dev", "prod"):
        apply(project, name, [{"OPERATION": "ANONYMIZE", "CONTACT_NR": "1"}])
    assert holding() == 0


def test_an_environment_that_cannot_be_reached_stays_open(tmp_path: Path) -> None:
    toml = 'institution = "OPERA"\n[environments.prod]\nurl = "postgresql://nobody@/x?host=/nowhere"\n'
    (tmp_path / "assay.toml").write_text(toml, encoding="utf-8")
    project = load_project(tmp_path)
    assert environments_holding(project, ["1"]) == {"prod": None}
    erased(project, ["1"])
    (said,) = settle(project, at="2026-11-23")
    assert said["open"] == ["prod"]
