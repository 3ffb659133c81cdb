"""The tutorial does what it says: its commands run in a fresh folder, and the lines it shows appear.

The base is the generator's own sample, a fifth as large as the one that people take: none of the lines depends on size.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.generator.sample import MANY_COPIES, write_sample

ROOT = Path(__file__).resolve().parent.parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
SAMPLE = ROOT / "docs" / "sample"


@dataclass(frozen=True)
class Step:
    """One command and the lines that its output must hold; ``…`` in a line stands for anything."""

    command: str
    expected: tuple[str, ...]


def steps(text: str) -> Iterator[Step]:
    """The commands of all console blocks, in order; a line that begins with ``> `` goes on with the command."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *rest = part.splitlines()
            more = [line[2:] for line in rest if line.startswith("> ")]
            shown = [line for line in rest if not line.startswith("> ") and line.strip()]
            yield Step("\n".join([first, *more]), tuple(shown))


def appears(line: str, output: str) -> bool:
    """Whether ``line`` is one of the output's lines."""
    pattern = ".*".join(re.escape(part) for part in line.rstrip().split("…"))
    return any(re.fullmatch(pattern, given.rstrip()) for given in output.splitlines())


def test_steps_are_read_with_their_continuation_and_their_lines() -> None:
    text = "```console\n$ cat <<'END'\n> a\n> END\na\n$ true\n```\n```sql\n$ no\n```\n"
    assert list(steps(text)) == [Step("cat <<'END'\na\nEND", ("a",)), Step("true", ())]


def test_dots_stand_for_anything_and_nothing_else_does() -> None:
    assert appears("a;…;c", "x\na;b.b;c\n")
    assert not appears("a.c", "abc")


def head(path: Path) -> bytes:
    """The first line of a file."""
    with path.open("rb") as file:
        return file.readline()


@pytest.mark.journey
def test_every_command_works_and_shows_what_the_page_shows(tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    if shutil.which("assay", path=path) is None:
        pytest.skip("the command assay is not installed in this environment (pip install -e .)")
    write_sample(tmp_path, rows=800, copies=MANY_COPIES)  # some whose two addresses differ
    for source in sorted(tmp_path.iterdir()):
        assert head(source) == head(SAMPLE / source.name), "a smaller base, of the form of the one that people take"
        if source.name.startswith("truth"):
            source.unlink()
    folder = tmp_path
    done = 0
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if step.command.startswith("cd "):
            folder = folder / step.command.removeprefix("cd ")
            continue
        ran = subprocess.run(
            ["bash", "-c", step.command], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, timeout=600
        )
        output = ran.stdout.decode("utf-8", "replace")
        assert ran.returncode == 0, f"$ {step.command}\n{ran.stderr.decode('utf-8', 'replace')}"
        assert [line for line in step.expected if not appears(line, output)] == [], f"$ {step.command}\n{output}"
        done += 1
    assert done > 10
