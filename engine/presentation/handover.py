"""The hand-over note as Markdown for a ticket, and as a page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from engine.presentation.catalogue import Catalogue, catalogue
from engine.presentation.markdown import safe, table
from engine.presentation.milestone import condition_text, signature_text
from engine.presentation.page import environment
from engine.vocabulary import Language


def note_markdown(note: Mapping[str, Any], language: Language) -> str:
    """The note as Markdown; names of files and notes of people cannot become markup."""
    return "\n".join(_markdown(catalogue(language), note)) + "\n"


def note_html(note: Mapping[str, Any], language: Language) -> str:
    """The note as a page."""
    say = catalogue(language)
    made = environment()
    made.filters.update(number=say.number, day=lambda text: say.day(_day(text)), size=say.size, href=quote)
    made.globals.update(
        t=lambda key, **values: say.text(f"milestone.{key}", **values),
        signature_text=lambda gate: signature_text(say, gate),
        condition_text=lambda condition: condition_text(say, condition),
    )
    return made.get_template("handover.html.j2").render(note=note, language=language) + "\n"


def _markdown(say: Catalogue, note: Mapping[str, Any]) -> Iterator[str]:
    def t(key: str, **values: str) -> str:
        return say.text(f"milestone.{key}", None, **values)

    yield f"# {safe(note['title'])}"
    yield ""
    yield f"- {t('note.institution')}: {safe(note['institution'] or note['name'])}"
    yield f"- {t('note.milestone')}: {say.day(_day(note['milestone']))}"
    yield f"- {t('note.day')}: {say.day(_day(note['as_of']))}"
    yield f"- {t('note.state')}: **{safe(note['state'])}**"
    yield f"- {t('note.owner')}: **{t('party.' + note['owner'])}**"
    if (told := note["import"]) is not None:
        yield ""
        yield f"## {safe(t('note.import', environment=told['environment'], day=say.day(_day(told['at']))))}"
        yield ""
        yield from table(
            [t("note.file"), t("note.rows"), t("note.imported"), t("note.changed"), t("note.not_imported")],
            [
                *(_counts(say, file["file"], file, file["imported_with_changes"]) for file in told["files"]),
                _counts(say, t("note.total"), told, sum(file["imported_with_changes"] for file in told["files"])),
            ],
        )
        yield ""
        if told["rules"]:
            yield from table(
                [t("note.rule"), t("note.reason"), t("note.outcome"), t("note.count")],
                [
                    [safe(rule["rule"]), safe(rule["reason"]), _outcome(say, rule["outcome"]), say.number(rule["n"])]
                    for rule in told["rules"]
                ],
            )
        else:
            yield t("note.nothing_lost")
    yield from ("", f"## {t('note.files')}", "")
    if note["files"]:
        yield from table(
            [t("note.file"), t("note.size"), "SHA-256"],
            [[_link(file), say.size(file["bytes"]), f"`{file['sha256']}`"] for file in note["files"]],
        )
    else:
        yield t("note.no_files")
    yield from ("", f"## {t('gates')}", "")
    yield from table(
        [t("note.gate"), t("note.standing"), t("note.signature")],
        [
            [
                safe(gate["title"]),
                t(f"gate.{gate['state']}"),
                safe(signature_text(say, gate) or t("note.no_signature")),
            ]
            for gate in note["gates"]
        ],
    )
    yield ""
    yield t("note.seal", entries=say.number(note["journal"]["entries"]), head=note["journal"]["head"])


def _counts(say: Catalogue, name: str, counted: Mapping[str, int], changed: int) -> list[str]:
    figures = (counted["rows"], counted["imported"], changed, counted["not_imported"])
    return [safe(name), *(say.number(figure) for figure in figures)]


def _outcome(say: Catalogue, code: str) -> str:
    return say.texts.get(f"milestone.outcome.{code}", code)


def _link(file: Mapping[str, Any]) -> str:
    name = safe(file["file"])
    return name if file["link"] is None else f"[{name}]({quote(file['link'])})"


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()
