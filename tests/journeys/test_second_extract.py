"""The same base again: contacts keep ids and numbers, new keys are recognised, old numbers lead somewhere."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app

pytestmark = [pytest.mark.gx, pytest.mark.journey]

HEAD = "N° client;Nom;Prénom;E-mail;Téléphone;Adresse;CP;Ville\n"
ANN = "{};Dupont;Marie;marie.dupont@example.org;022 310 12 34;Rue du Rhône 12;1204;Genève\n"
PAUL = "{};Martin;Paul;paul.martin@example.net;021 613 21 11;Avenue de la Gare 3;1003;Lausanne\n"
EVA = "{};Keller;Eva;eva.keller@example.com;031 311 22 33;Marktgasse 5;3011;Bern\n"


def assay(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def contacts(project: Path) -> dict[str, tuple[str, str]]:
    """Record -> contact_id and number, from the crosswalk."""
    with (project / "out" / "crosswalk.csv").open(encoding="utf-8") as file:
        return {row["record_id"]: (row["contact_id"], row["contact_nr"]) for row in csv.DictReader(file)}


def former(project: Path) -> dict[str, tuple[str, str]]:
    """Old number -> state and the number it leads to."""
    with (project / "out" / "former_numbers.csv").open(encoding="utf-8") as file:
        return {row["old_number"]: (row["state"], row["contact_nr"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def after_the_first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after its first extract; every test goes on with a copy of its own."""
    folder = tmp_path_factory.mktemp("first")
    source = folder / "clients.csv"
    source.write_text(HEAD + ANN.format(100) + PAUL.format(200) + EVA.format(300), encoding="utf-8")
    assert assay("init", folder / "p", "--from", source)[0] == 0
    with pytest.MonkeyPatch.context() as place:
        place.chdir(folder / "p")
        code, _, stderr = assay("run", "--as-of", "2026-11-22")
    assert code == 0, stderr
    return folder / "p"


@pytest.fixture
def project(after_the_first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(after_the_first, tmp_path / "p")
    monkeypatch.chdir(tmp_path / "p")
    return tmp_path / "p"


def again(project: Path, *rows: str, extract: str = "j-1") -> None:
    (project / "incoming" / "clients.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    code, _, stderr = assay("run", "--as-of", "2026-12-05", "--extract", extract)
    assert code == 0, stderr


def test_the_same_rows_in_another_order_keep_everything_and_the_registry(project: Path) -> None:
    first, memory = contacts(project), (project / "numbers.jsonl").read_bytes()
    again(project, EVA.format(300), ANN.format(100), PAUL.format(200))
    assert contacts(project) == first
    assert (project / "numbers.jsonl").read_bytes() == memory
    assert (project / "secret.key").stat().st_mode & 0o077 == 0


def test_gone_new_and_doubled_records_leave_the_others_alone(project: Path) -> None:
    first = contacts(project)
    again(project, ANN.format("050"), ANN.format(100), EVA.format(300))
    now = contacts(project)
    assert now["clients:100"] == now["clients:050"] == first["clients:100"]
    assert now["clients:300"] == first["clients:300"]
    states = former(project)
    assert states["200"] == ("gone", "")
    assert states["050"] == ("replaced", "100")
    delta = json.loads((project / "out" / "delta.json").read_text(encoding="utf-8"))
    counted = {change: delta[change] for change in ("kept", "new", "back", "changed", "joined", "split", "gone")}
    assert counted == {"kept": 2, "new": 0, "back": 0, "changed": 0, "joined": 0, "split": 0, "gone": 1}


def test_a_record_under_a_new_key_keeps_its_contact_and_the_decisions_about_it(project: Path) -> None:
    first = contacts(project)
    again(project, ANN.format(100), ANN.format(101), PAUL.format(200), EVA.format(300))
    said = {"record_id_l": "clients:100", "record_id_r": "clients:101", "judgement": "no_match"}
    (project / "decisions.jsonl").write_text(json.dumps(said) + "\n", encoding="utf-8")
    again(project, ANN.format(100), ANN.format(101), PAUL.format(200), EVA.format(300))
    apart = contacts(project)
    assert apart["clients:100"] == first["clients:100"] != apart["clients:101"]
    again(project, ANN.format(100), ANN.format(101), PAUL.format(9200), EVA.format(300))
    now = contacts(project)
    assert now["clients:9200"] == first["clients:200"]
    assert now["clients:100"] == apart["clients:100"]
    assert now["clients:101"] == apart["clients:101"]
    assert former(project)["9200"] == ("replaced", "200")


def test_a_join_and_its_undoing_give_the_former_ids_and_numbers_back(project: Path) -> None:
    first = contacts(project)
    code, _, stderr = assay("join", "100", "200", "--by", "Ana")
    assert code == 0, stderr
    again(project, ANN.format(100), PAUL.format(200), EVA.format(300))
    joined = contacts(project)
    assert joined["clients:100"] == joined["clients:200"] == first["clients:100"]
    assert former(project)["200"][0] in ("replaced", "joined")
    code, _, stderr = assay("undo", "merge", "100", "--by", "Ana")
    assert code == 0, stderr
    again(project, ANN.format(100), PAUL.format(200), EVA.format(300))
    assert contacts(project) == first


def test_a_frozen_project_stops_before_writing_when_rules_or_columns_changed(project: Path) -> None:
    assert assay("freeze")[0] == 0
    again(project, EVA.format(300), ANN.format(100), PAUL.format(200))  # the same form: replayed
    manifest = (project / "out" / "manifest.json").read_bytes()
    mapping = project / "rules" / "mapping" / "clients.yml"
    before = mapping.read_text(encoding="utf-8")
    mapping.write_text(before + "# edited\n", encoding="utf-8")
    code, _, stderr = assay("run", "--as-of", "2026-12-05")
    assert code == 2
    assert "rule project/rules/mapping/clients.yml: changed" in stderr
    mapping.write_text(before, encoding="utf-8")
    (project / "incoming" / "clients.csv").write_text(HEAD.replace(";E-mail", ";Courriel") + ANN.format(100))
    code, _, stderr = assay("run", "--as-of", "2026-12-05")
    assert code == 3
    assert "clients: columns missing: E-mail" in stderr
    assert (project / "out" / "manifest.json").read_bytes() == manifest


def test_without_the_derived_data_ids_and_numbers_are_the_same_and_without_the_registry_nothing_runs(
    project: Path,
) -> None:
    first, memory = contacts(project), (project / "numbers.jsonl").read_bytes()
    shutil.rmtree(project / ".assay")
    again(project, ANN.format(100), PAUL.format(200), EVA.format(300), extract="first")
    assert contacts(project) == first
    assert (project / "numbers.jsonl").read_bytes() == memory
    (project / "numbers.jsonl").write_bytes(b"")
    code, _, stderr = assay("run", "--as-of", "2026-12-05")
    assert code == 2
    assert "numbers.jsonl is empty, but extract first was given numbers" in stderr


def test_decisions_that_do_not_apply_any_more_are_named(project: Path) -> None:
    assert assay("join", "100", "200", "--by", "Ana")[0] == 0
    again(project, ANN.format(100), EVA.format(300))
    idle = (project / "out" / "decisions_idle.csv").read_text(encoding="utf-8").splitlines()
    assert idle[1:] == ["clients:100,clients:200,match,record_gone"]
    delta = json.loads((project / "out" / "delta.json").read_text(encoding="utf-8"))
    assert delta["decisions"] == {"followed": 0, "record_gone": 1, "overruled": 0}
    assert 0 < delta["quality"]["now"] <= 1
    again(project, ANN.format(100), PAUL.format(200), EVA.format(300), extract="j")
    assert not (project / "out" / "decisions_idle.csv").exists()
