"""Run, deliver, apply, deliver again: as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app

SAMPLE = Path(__file__).parents[2] / "docs" / "sample"
AS_OF = ("--as-of", "2026-11-22")


def assay(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def beginning(name: str, folder: Path) -> Path:
    """The first lines of a file of the sample: a run over all of it takes a minute."""
    path = folder / name
    path.write_bytes(b"".join((SAMPLE / name).read_bytes().splitlines(keepends=True)[:250]))
    return path


@pytest.mark.gx
@pytest.mark.journey
def test_what_a_run_delivers_is_applied_and_leaves_nothing_to_deliver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sources = [beginning(name, tmp_path) for name in ("billetterie.csv", "newsletter.csv")]
    code, _, stderr = assay("run", *sources, "--out", "out", "--institution", "OPERA", *AS_OF)
    assert code == 0, stderr
    for name in ("preprod", "dev"):
        assert assay("env", "create", name, "--institution", "OPERA", "--country", "FR")[0] == 0
    code, stdout, stderr = assay("deliver", "--environment", "preprod", *AS_OF, "--json")
    assert code == 0, stderr
    dry = json.loads(stdout)
    assert "dry run: nothing was written" in stderr
    assert not Path("out/deliver/preprod/manifest.json").exists()
    code, stdout, stderr = assay("deliver", "--environment", "preprod", *AS_OF, "--for-real", "--json")
    assert code == 0, stderr
    real = json.loads(stdout)
    assert (real["sha256"], real["files"]) == (dry["sha256"], dry["files"])
    files = sorted(Path("out/deliver/preprod").glob("preprod_*.csv"))
    assert sum(entry["rows"] or 0 for entry in real["files"]) == real["plan"]["rows"] > 5

    code, _, stderr = assay("check", *files, "--suite", "format")
    assert code == 0, stderr
    code, _, stderr = assay("apply", *files, "--env", "dev", *AS_OF)
    assert (code, "made for preprod, not for dev" in stderr) == (3, True)
    code, stdout, stderr = assay("apply", *files, "--env", "preprod", *AS_OF, "--json")
    assert code == 0, stderr
    facts = json.loads(stdout)["files"]
    assert all(fact["imported"] == fact["rows"] and not fact["imported_with_changes"] for fact in facts)

    for more in ((), ("--since", "last")):
        code, stdout, stderr = assay("deliver", "--environment", "preprod", *AS_OF, *more, "--json")
        assert code == 0, stderr
        plan = json.loads(stdout)["plan"]
        assert (plan["rows"], plan["unchanged"]) == (0, real["plan"]["operations"]["INSERT"])

    number = json.loads(assay("deliver", "--environment", "dev", *AS_OF, "--json")[1])["samples"][0]["contact_nr"]
    Path("gdpr.txt").write_text(f"{number}\n", encoding="utf-8")
    code, stdout, stderr = assay("deliver", "--environment", "preprod", *AS_OF, "--list", "anonymise=gdpr.txt")
    assert (code, "1 ANONYMIZE" in stderr) == (1 if "ceiling of rules" in stderr else 0, True)
    assert assay("deliver", "--environment", "nowhere")[0] == 2
    assert assay("deliver", *AS_OF)[0] == 2  # there are two of them
