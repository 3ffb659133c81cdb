"""Accuracy of standardisation against the generator's clean contacts, per attribute and per country.

Usage::

    python -m benchmarks.standardise_accuracy [--rows 5000] [--seeds 7,11,23] [--json] [--errors FILE]

The generator writes what a contact is (``truth_contacts.csv``) and what it did to each line (``truth.csv``).
Where it did nothing to an attribute that cannot be undone (a typo cannot, capitals can), the standard value must be
the contact's. The share that decides whether import staff can trust the stage is **changed wrongly**: a standard
value that is not the contact's although the raw one could be read, by letters or by form. Emptied values are counted
apart: they are refused with a reason, not altered. The generator and the rules come from the same house, so these
figures are optimistic; a stranger's data is measured by benchmarks.accuracy.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.generator.damage import PLACEHOLDER_EMAILS, PLACEHOLDER_PHONES
from benchmarks.generator.sample import write_sample
from engine import intake, standardise
from engine.intake import SourceFile
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.tables import PROTOCOL_STEP
from engine.workspace import Workspace

AS_OF = date(2026, 11, 22)

BEYOND_REPAIR: Mapping[str, frozenset[str]] = {
    "title": frozenset({"organisation_in_name"}),
    "first_name": frozenset({"typo_first", "initial", "nickname", "swapped_names"}),
    "last_name": frozenset({"typo_last", "swapped_names", "birth_name", "name_change", "organisation_in_name"}),
    "birth_date": frozenset(),
    "language": frozenset(),
    "organisation": frozenset({"typo_organisation", "legal_form_lost", "organisation_in_name"}),
    "siret": frozenset(),
    "vat": frozenset(),
    "street": frozenset({"typo_street", "moved", "no_address"}),
    "house_number": frozenset({"typo_street", "moved", "no_address"}),
    "postcode": frozenset({"typo_postcode", "moved", "no_address"}),
    "town": frozenset({"typo_town", "moved", "no_address"}),
    "country": frozenset({"moved", "typo_postcode"}),
    "phone": frozenset({"wrong_phone", "moved"}),
    "mobile": frozenset({"wrong_phone", "mobile_change"}),
    "email": frozenset({"wrong_email", "email_change"}),
}
"""Attribute -> what the generator may have done to it that no standardiser can undo."""

_RAW = {
    "first_name": ("first_name", "full_name"),
    "last_name": ("last_name", "full_name"),
    "street": ("street", "addr_line1", "addr_line2"),
    "house_number": ("house_number", "addr_line1", "addr_line2"),
    "phone": ("phone", "mobile"),
    "mobile": ("mobile", "phone"),
    "postcode": ("postcode",),
}
"""Attribute -> columns of intake.record its value may come from; every other attribute comes from its own."""

_PLACEHOLDERS = {*PLACEHOLDER_EMAILS, *PLACEHOLDER_PHONES, "01/01/1900"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One value of one line: where it stands, what it was, became and should be, and the verdict."""

    attribute: str
    country: str
    source: str
    line_no: int
    raw: str
    standard: str
    truth: str
    verdict: str


VERDICTS = ("right", "form", "emptied", "changed", "form_changed", "not_mended", "damaged", "repaired")
"""right: the contact's value, sign by sign · form: its letters, accents lost before us or case unknowable ·
emptied: refused · changed: other letters than the contact's, and than the raw value's · form_changed: the raw value
had the right form, the standard one has not · not_mended: raw and standard alike are not yet the contact's form ·
damaged: the generator damaged it, and it still differs · repaired: damaged, and now the contact's."""


def judge_base(rows: int, seed: int) -> Iterator[Judged]:
    """Every value of a generated base of ``rows`` lines, judged."""
    with tempfile.TemporaryDirectory(prefix="assay-standardise-") as folder:
        base = Path(folder)
        write_sample(base, rows, seed)
        contacts = {row["entity_id"]: row for row in _read(base / "truth_contacts.csv")}
        lines = {(row["source"], int(row["line_no"])): row for row in _read(base / "truth.csv")}
        with Workspace.open(base / "workspace", threads=2, memory="1GB") as ws:
            _standardise(ws, base)
            records = _records(ws)
        for raw, standard in records:
            key = (str(standard["source"]), int(standard["line_no"]))
            if key in lines:
                line = lines[key]
                yield from _judge_line(raw, standard, line, contacts[line["entity_id"]])


def _standardise(ws: Workspace, base: Path) -> None:
    ws.create(PROTOCOL_STEP)
    book, silent = RuleBook([]), Silent()
    scratch = base / "scratch"
    scratch.mkdir()
    sources = [SourceFile(path=base / f"{name}.csv", name=name) for name in ("billetterie", "newsletter")]
    intake.stage_sources(ws, sources, scratch=scratch, watcher=silent, book=book)
    intake.map_records(ws, intake.guess_mapping(ws, book, watcher=silent))
    standardise.apply(ws, book, home_country=None, as_of=AS_OF, workers=2, watcher=silent)


def _records(ws: Workspace) -> list[tuple[dict[str, str], dict[str, str]]]:
    raw = _dicts(ws, "select * from intake.record order by record_id")
    standard = _dicts(ws, "select * from standardise.record order by record_id")
    return list(zip(raw, standard, strict=True))


def _dicts(ws: Workspace, select: str) -> list[dict[str, str]]:
    names = [name for name, *_ in ws.rows(f"describe {select}")]
    return [
        {name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)}
        for row in ws.rows(select)
    ]


def _judge_line(
    raw: Mapping[str, str], standard: Mapping[str, str], line: Mapping[str, str], contact: Mapping[str, str]
) -> Iterator[Judged]:
    errors = set(line["errors"].split())
    for attribute, beyond in BEYOND_REPAIR.items():
        given = " ".join(raw[column] for column in _RAW.get(attribute, (attribute,)) if raw.get(column)).strip()
        truth = _expected(attribute, given, standard, contact)
        if not given or not truth or given in _PLACEHOLDERS or not _holds(attribute, given, truth, contact, errors):
            continue
        became = standard[attribute]
        verdict = _verdict(given, became, truth, lossy="capitals" in errors)
        if errors & beyond:
            verdict = "repaired" if verdict in ("right", "form") else "damaged"
        yield Judged(attribute, contact["country"], line["source"], int(line["line_no"]), given, became, truth, verdict)


def _expected(attribute: str, given: str, standard: Mapping[str, str], contact: Mapping[str, str]) -> str:
    """The contact's value as the tables write it; a phone may rightly stand in either box when its kind says so."""
    truth = contact[attribute]
    if attribute == "title" and fold(given) in ("mlle", "mademoiselle") and truth == "MRS":
        return "MISS"
    return truth


def _holds(attribute: str, given: str, truth: str, contact: Mapping[str, str], errors: set[str]) -> bool:
    """Whether the cell holds this value at all: a full name may lack its first name, a phone box the landline."""
    if attribute in ("first_name", "last_name"):
        names = [contact["first_name"], contact["last_name"]]
        damaged = errors & (BEYOND_REPAIR["first_name"] | BEYOND_REPAIR["last_name"])
        return (
            bool(damaged)
            or "mojibake" in errors
            or all(fold(name) in fold(given) or not name for name in names)
            or (fold(truth) == fold(given))
        )
    if attribute in ("phone", "mobile"):
        return truth[-6:] in re.sub(r"\D", "", given)
    if attribute == "house_number":
        return bool(re.search(r"\d", given))
    if attribute == "street":
        return bool(re.search(r"[^\W\d]{3}", given))
    return True


def _verdict(raw: str, standard: str, truth: str, *, lossy: bool) -> str:
    if standard == truth:
        return "right"
    if not standard:
        return "emptied"
    if fold(standard) != fold(truth):
        return "not_mended" if fold(standard) == fold(raw) else "changed"
    if truth in raw:
        return "form_changed"
    return "form" if lossy or plain(standard) == plain(truth) else "not_mended"


def fold(text: str) -> str:
    """Letters and digits only, lower case, no accents: what two spellings of one value share."""
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss").lower())
    return "".join(sign for sign in text if sign.isalnum())


def plain(text: str) -> str:
    """Without accents, case kept."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(judged: list[Judged], by: str) -> list[dict[str, object]]:
    """Counts per attribute or per country, the share changed wrongly in per mille."""
    counted: dict[str, Counter[str]] = {}
    for value in judged:
        counted.setdefault(getattr(value, by), Counter())[value.verdict] += 1
    return [{by: key, **_figures(counts)} for key, counts in sorted(counted.items())]


def _figures(counts: Counter[str]) -> dict[str, object]:
    sound = sum(counts[verdict] for verdict in VERDICTS[:6])
    wrongly = counts["changed"] + counts["form_changed"]
    return {
        "values": sound,
        "right_percent": round(100 * (counts["right"] + counts["form"]) / sound, 2) if sound else None,
        **{verdict: counts[verdict] for verdict in VERDICTS},
        "changed_wrongly_per_mille": round(1000 * wrongly / sound, 2) if sound else None,
    }


def main() -> None:
    """Measure and print; ``--errors`` writes every value that is not right, to read a change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seeds", default="7,11,23")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", type=Path)
    chosen = parser.parse_args()
    judged: list[Judged] = []
    for seed in chosen.seeds.split(","):
        print(f"seed {seed}", file=sys.stderr)
        judged += judge_base(chosen.rows, int(seed))
    total = _figures(Counter(value.verdict for value in judged))
    result = {
        "rows": chosen.rows,
        "seeds": chosen.seeds,
        "total": total,
        "attributes": table(judged, "attribute"),
        "countries": table(judged, "country"),
    }
    if chosen.errors:
        _write_errors(judged, chosen.errors)
    if chosen.json:
        print(json.dumps(result, indent=2))
    else:
        _print(result)


def _write_errors(judged: list[Judged], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Judged.__slots__)
        for value in judged:
            if value.verdict not in ("right", "form", "repaired", "damaged"):
                writer.writerow([getattr(value, name) for name in Judged.__slots__])


def _print(result: Mapping[str, object]) -> None:
    for by in ("attributes", "countries"):
        rows = result[by]
        assert isinstance(rows, list)
        heads = list(rows[0])
        print("| " + " | ".join(head.replace("_", " ") for head in heads) + " |")
        print("|" + "---|" * len(heads))
        for row in rows:
            print("| " + " | ".join(str(row[head]) for head in heads) + " |")
        print()
    print(json.dumps(result["total"]))


if __name__ == "__main__":
    main()
