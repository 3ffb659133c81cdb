"""What goes to whoever loads a delivery: the order of its files, their rows, what is left out, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from engine.presentation.catalogue import Catalogue, catalogue
from engine.presentation.markdown import safe, table
from engine.vocabulary import Language

LOAD_ORDER = "load_order.md"


def load_order(delivery: Mapping[str, Any], language: Language) -> str:
    """The note beside the files of a delivery, in Markdown; no value of a contact is in it.

    Args:
        delivery: what its manifest says, and ``files`` with part and rows.
    """
    return "\n".join(_lines(delivery, catalogue(language))) + "\n"


def _lines(delivery: Mapping[str, Any], say: Catalogue) -> Iterator[str]:
    def t(key: str, **values: object) -> str:
        return say.text(f"sending.{key}", None, **values)

    plan = delivery["plan"]
    environment, files = delivery["environment"], [entry for entry in delivery["files"] if entry["part"]]
    yield f"# {t('title', environment=environment)}"
    yield ""
    day = say.day(date.fromisoformat(delivery["as_of"]))
    yield t("made", institution=safe(delivery["institution"]), organization=safe(delivery["organization"]), day=day)
    yield t(f"since.{delivery['since']}", environment=environment)
    yield ""
    if files:
        yield t("order")
        yield ""
        yield from table(
            [t("head.no"), t("head.file"), t("head.rows"), t("head.what")],
            [
                [str(place), f"`{entry['file']}`", say.number(entry["rows"]), t(f"part.{entry['part']}")]
                for place, entry in enumerate(files, start=1)
            ],
        )
        yield ""
        told = ", ".join(f"{say.number(count)} {operation}" for operation, count in plan["operations"].items())
        yield t("operations", operations=told)
    else:
        yield t("nothing", environment=environment)
    yield ""
    yield f"## {t('left_out')}"
    yield ""
    held, by_hand = sum(plan["held"].values()), sum(plan["by_hand"].values())
    yield f"- {say.text('sending.unchanged', plan['unchanged'])}"
    yield f"- {say.text('sending.held', held)}"
    for reason, count in plan["held"].items():
        yield f"  - {say.number(count)}: {t(f'held.{reason}')}"
    yield f"- {say.text('sending.by_hand', by_hand)}"
    if files:
        yield ""
        yield f"## {t('next')}"
        yield ""
        for place, step in enumerate(("rehearse", "load", "compare", "ticket"), start=1):
            command = f"`assay apply {environment}_* --env {environment}`"
            yield f"{place}. {t(f'next.{step}', command=command, environment=environment)}"
