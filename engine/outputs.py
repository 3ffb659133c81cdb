"""Everything a run writes that is not an import file: tables, workbook, mappings, report, manifest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.ledger import StageReport
from engine.options import DEMO_INSTITUTION, RunOptions, RunSource, rule_books
from engine.project import Project
from engine.shipped import shipped
from engine.vocabulary import Language
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.rulebook.mapping import SourceMapping


def present(
    ws: Workspace,
    options: RunOptions,
    mappings: Sequence[SourceMapping],
    stages: Sequence[StageReport],
    out: Path,
    delta: dict[str, Any] | None,
) -> dict[str, Any]:
    """Write everything that is not an import file into ``out``, the manifest last; return the report's data."""
    from engine import presentation

    language = options.language or "en"
    presentation.write_tables(ws, out)
    presentation.write_protocol(out, language=language, as_of=options.as_of)
    presentation.write_workbook(
        ws,
        out / "findings.xlsx",
        language=language,
        as_of=options.as_of,
        links=source_links(options.sources, options.out),
        book=rule_books(options.project)[0],
    )
    _write_mappings(mappings, out)
    settings: dict[str, object] = {
        "institution": options.institution or DEMO_INSTITUTION,
        "organization": options.organization,
        "country": options.country,
        "language": language,
    }
    versions = presentation.versions()
    report = presentation.report_data(
        ws,
        presentation.RunFacts(
            institution=options.institution or DEMO_INSTITUTION,
            as_of=options.as_of,
            language=language,
            sources=tuple(mapping.source for mapping in mappings),
            stages=tuple(stages),
            options=settings,
            versions=versions,
            warnings=_warnings(options, language),
            files=tuple(path.as_posix() for path in presentation.output_files(out)),
            delta=delta,
        ),
    )
    presentation.write_report(report, out)
    presentation.write_manifest(
        out, versions=versions, as_of=options.as_of, options=settings, rules=_rules_in_force(options.project)
    )
    return report


def source_links(sources: Sequence[RunSource], folder: Path) -> dict[str, str]:
    """Where each source lies seen from ``folder``, when it lies beside it or below the folder that holds it.

    Elsewhere a link would tell paths of this machine, and break as soon as the folder is passed on.
    """
    beside = folder.absolute().parent
    paths = {source.title: source.path.absolute() for source in sources if source.path is not None}
    return {
        name: (Path("..") / path.relative_to(beside)).as_posix()
        for name, path in paths.items()
        if path.is_relative_to(beside)
    }


def _write_mappings(mappings: Sequence[SourceMapping], out: Path) -> None:
    """The mapping of each source as the rule file that would replay it: ``mapping/<source>.yml``."""
    from engine.rulebook.mapping import dump_mapping, mapping_file

    for mapping in mappings:
        path = out / mapping_file(mapping.source)
        path.parent.mkdir(exist_ok=True)
        path.write_text(dump_mapping(mapping), encoding="utf-8")


def _rules_in_force(project: Project | None) -> dict[str, str]:
    """Hash of every rule and expectation file in force.

    The project's mappings are left out: ``mapping/*.yml`` in the output folder says what was applied, so a guess and
    the same guess written out as a project have the same manifest.
    """
    from engine.presentation import rule_hashes

    folders = [shipped("rules"), shipped("expectations")]
    folders += [project.rules, project.expectations] if project else []
    return {
        name: digest for name, digest in rule_hashes(folders).items() if not name.startswith("project/rules/mapping/")
    }


def _warnings(options: RunOptions, language: Language) -> tuple[str, ...]:
    """What a reader must know before trusting the run, in the language of the report."""
    from engine.presentation.catalogue import catalogue

    if options.institution:
        return ()
    return (catalogue(language).text("report.no_institution", institution=DEMO_INSTITUTION),)
