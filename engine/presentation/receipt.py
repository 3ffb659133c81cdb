"""A receipt to read: Markdown for a ticket, and a page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.presentation.catalogue import Catalogue, catalogue
from engine.presentation.markdown import safe, table
from engine.presentation.page import environment
from engine.vocabulary import Language


def receipt_markdown(receipt: Mapping[str, Any], language: Language) -> str:
    """The receipt as Markdown."""
    return "\n".join(_markdown(catalogue(language), receipt)) + "\n"


def receipt_html(receipt: Mapping[str, Any], language: Language) -> str:
    """The receipt as a page."""
    say = catalogue(language)
    made = environment()
    made.filters.update(number=say.number, size=say.size)
    made.globals.update(
        t=lambda key, **values: say.text(f"receipt.{key}", None, **values),
        verdict=verdict(say, receipt),
        arrival=arrival(say, receipt),
        totals=[_total(say, total) for total in receipt["controls"]["totals"]],
    )
    return made.get_template("receipt.html.j2").render(receipt=receipt, language=language) + "\n"


def verdict(say: Catalogue, receipt: Mapping[str, Any]) -> str:
    """Whether everything arrived, in one sentence."""
    if receipt["complete"] is None:
        return say.text("receipt.unproven")
    missed = len(receipt["controls"]["missed"])
    return say.text("receipt.incomplete", missed) if missed else say.text("receipt.complete")


def arrival(say: Catalogue, receipt: Mapping[str, Any]) -> str:
    """When it arrived, and whether that was in time."""
    parts = [say.text("receipt.received", day=say.day(date.fromisoformat(receipt["as_of"])))]
    if receipt["due"] is not None:
        parts.append(say.text("receipt.due", day=say.day(date.fromisoformat(receipt["due"]))))
        late = receipt["days_late"]
        parts.append(say.text("receipt.late", late) if late else say.text("receipt.on_time"))
    return ", ".join(parts)


def _total(say: Catalogue, total: Mapping[str, Any]) -> dict[str, Any]:
    """One total as it is shown."""
    measure, _, subject = total["measure"].partition(" ")
    shown = say.texts[f"receipt.measures.{measure}"].format(subject=subject)
    found = None if total["found"] is None else Decimal(total["found"])
    difference = None if found is None else found - Decimal(total["expected"])
    state = "met" if total["met"] else "not_met" if total["reason"] is None else "not_counted"
    return {
        "source": total["source"],
        "measure": shown,
        "announced": _figure(say, Decimal(total["expected"])),
        "arrived": "–" if found is None else _figure(say, found),
        "difference": "–" if difference is None else ("+" if difference > 0 else "") + _figure(say, difference),
        "state": state,
        "told": say.text(f"receipt.{state}"),
    }


def _figure(say: Catalogue, amount: Decimal) -> str:
    if amount == amount.to_integral_value():
        return say.number(int(amount))
    digits = -int(amount.normalize().as_tuple().exponent)
    return say.decimal(float(amount), max(digits, 2))


def _markdown(say: Catalogue, receipt: Mapping[str, Any]) -> Iterator[str]:
    def t(key: str, **values: str) -> str:
        return say.text(f"receipt.{key}", None, **values)

    yield f"# {t('title')}: {safe(receipt['institution'] or '')}".rstrip(": ")
    yield from ("", safe(arrival(say, receipt)), "", f"**{safe(verdict(say, receipt))}**", "", f"## {t('files')}", "")
    yield from table(
        [t("file"), t("size"), t("encoding"), t("rows"), t("held"), "SHA-256"],
        [
            [
                safe(source["file"] + (f", {source['sheet']}" if source["sheet"] else "")),
                say.size(source["bytes"]),
                safe(source["encoding"] or "–"),
                say.number(source["rows"]),
                say.number(source["rows"] - source["loaded"]),
                f"`{source['sha256']}`",
            ]
            for source in receipt["sources"]
        ],
    )
    if receipt["controls"]["totals"]:
        yield from ("", f"## {t('totals')}", "")
        yield from table(
            [t("file"), t("measure"), t("announced"), t("arrived"), t("difference"), ""],
            [
                [safe(str(shown[name])) for name in ("source", "measure", "announced", "arrived", "difference", "told")]
                for shown in (_total(say, total) for total in receipt["controls"]["totals"])
            ],
        )
    if receipt["controls"]["without"]:
        yield from ("", safe(t("without", sources=", ".join(receipt["controls"]["without"]))))
    for source in receipt["sources"]:
        yield from ("", f"## {safe(t('columns', source=source['source']))}", "")
        yield from table(
            [t("column"), t("filled"), t("distinct")],
            [
                [safe(column["header"]), say.number(column["filled"]), say.number(column["distinct"])]
                for column in source["columns"]
            ],
        )
    yield from ("", safe(t("footer", version=receipt["version"])))
