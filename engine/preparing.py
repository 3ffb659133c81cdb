"""Preparing: sources to standardised records, in this process or in one beside it.

Great Expectations takes seconds to import and holds Python's one lock while it does; a check of a file of any size
therefore prepares the records in a second process meanwhile. Both meet in the workspace's file only.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import AssayError, SourceError, SurroundingsError, UsageError
from engine.progress import Watcher

if TYPE_CHECKING:
    from engine.options import RunOptions

ASIDE_FROM = 200_000
"""Bytes of sources from which a second process pays: it takes half a second to start."""


def prepare(run: RunOptions, watcher: Watcher) -> None:
    """Read, map and standardise the sources of ``run`` into the workspace in ``run.workspace``; it is closed then.

    Raises:
        AssayError: see :mod:`engine.errors`.
    """
    from engine import intake
    from engine.bringing import bring_records
    from engine.options import open_workspace, rule_books, source_files
    from engine.standardising import standardise_records
    from engine.tables import PROTOCOL_STEP

    scratch = run.workspace / "scratch"
    scratch.mkdir(mode=0o700, parents=True)
    book, _ = rule_books(run.project)
    with open_workspace(run) as ws:
        ws.create(PROTOCOL_STEP)
        watcher.step("intake")
        intake.stage_sources(ws, source_files(run), scratch=scratch, watcher=watcher, book=book).check()
        mappings = intake.guess_mapping(ws, book, watcher=watcher)
        for report in bring_records(ws, mappings, book, run):
            report.check()
        watcher.step("standardise")
        for report in standardise_records(ws, book, run, watcher):
            report.check()


def pays_aside(paths: Sequence[Path], threads: int | None) -> bool:
    """Whether the files are worth a second process, and the machine and ``--threads`` (None = all) allow one."""
    size = sum(path.stat().st_size for path in paths if path.is_file())
    return (threads or os.cpu_count() or 1) > 1 and (os.cpu_count() or 1) > 1 and size >= ASIDE_FROM


class ElsewhereError(Exception):
    """A defect in the second process: ``where`` says its class and place, never its text."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class Aside:
    """:func:`prepare` in a second process, which loads what it needs at once. A context manager: it ends with it.

    This module loads nothing heavy, so that the process can be started before anything else is known or loaded.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would inherit locks of threads that it has not
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_prepare_aside, args=(theirs,))
        self._process.start()
        theirs.close()

    def __enter__(self) -> Aside:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.is_alive():
            self._process.terminate()
        self._process.join()
        self._ours.close()

    def prepare(self, run: RunOptions, watcher: Watcher) -> None:
        """:func:`prepare` there; what it says is passed on.

        Raises:
            AssayError: what stopped it.
            ElsewhereError: a defect did.
        """
        with suppress(BrokenPipeError):
            self._ours.send(run)
        while True:
            try:
                word, told = self._ours.recv()
            except (EOFError, ConnectionResetError):
                raise SurroundingsError(
                    "the process that read the sources was ended from outside",
                    hint="Was it out of memory? Try --memory 2GB, or --threads 1.",
                ) from None
            if word == "say":
                watcher.say(told)
            elif word == "step":
                watcher.step(told)
            elif word == "failed":
                message, hint, code = told
                raise _BY_CODE.get(code, AssayError)(message, hint=hint)
            elif word == "defect":
                raise ElsewhereError(told)
            else:  # done: the workspace is closed; what is left of the process is nobody's concern
                return


_BY_CODE: dict[int, type[AssayError]] = {2: UsageError, 3: SourceError, 4: SurroundingsError}


class _Teller:
    """A watcher that tells the first process."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def say(self, text: str) -> None:
        self._pipe.send(("say", text))

    def step(self, text: str) -> None:
        self._pipe.send(("step", text))


def _prepare_aside(pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears it and ends this one
    from engine import intake, standardise  # noqa: F401  loaded while the first process finds out what to do
    from engine.pipeline import as_known_failure

    with suppress(BrokenPipeError, EOFError), pipe:
        run = pipe.recv()
        try:
            prepare(run, _Teller(pipe))
        except Exception as error:
            known = error if isinstance(error, AssayError) else as_known_failure(error)
            if known is not None:
                pipe.send(("failed", (known.message, known.hint, known.exit_code)))
                return
            if os.environ.get("ASSAY_DEBUG"):
                traceback.print_exc()
            frame = traceback.extract_tb(error.__traceback__)[-1]
            pipe.send(("defect", f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"))
        else:
            pipe.send(("done", ""))
