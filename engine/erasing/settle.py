"""Settle former erasures: look again at the environments, and say in the certificate which hold nobody any more.

An erasure is finished when its operations were applied everywhere; only a look into each base proves that.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from engine import journal
from engine.erasing.certificate import OPERATIONS, write_pages
from engine.erasing.elsewhere import environments_holding
from engine.project import Project
from engine.workspace import overwrite


def settle(project: Project, *, at: str) -> list[dict[str, Any]]:
    """Bring the certificates of the project up to date.

    Args:
        at: the day of the look (ISO 8601).

    Returns:
        Per certificate with open environments: its number, the environments settled now and those still open; an
        environment is open while it holds one of the contacts or cannot be reached. Once none is open, the list of
        operations is destroyed: it is the last place that holds the contact numbers.
    """
    said = []
    for path in sorted((project.root / "erasures").glob("*/certificate.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if any(one["what"] == "environment" and not one.get("settled") for one in data["remaining"]):
            said.append(_settle_one(project, path, data, at))
    return said


def _settle_one(project: Project, path: Path, data: dict[str, Any], at: str) -> dict[str, Any]:
    operations = path.parent / OPERATIONS
    open_before = [one for one in data["remaining"] if one["what"] == "environment" and not one.get("settled")]
    if not operations.is_file():  # whose they were is not known any more
        return {"certificate": data["certificate"], "settled": [], "open": [one["place"] for one in open_before]}
    with operations.open(encoding="utf-8", newline="") as file:
        numbers = [row["CONTACT_NR"] for row in csv.DictReader(file, delimiter=";")]
    holding = environments_holding(project, numbers)
    settled = []
    for one in open_before:
        one["count"] = holding.get(one["place"])
        if one["count"] == 0:
            one["settled"] = at
            settled.append(one["place"])
    named = {one["place"] for one in data["remaining"] if one["what"] == "environment"}
    asked = open_before[0].get("operation")
    for name, count in holding.items():
        if name not in named and count != 0:  # made or filled since
            data["remaining"].append({"what": "environment", "place": name, "count": count, "operation": asked})
        elif count:
            for one in data["remaining"]:
                if one["what"] == "environment" and one["place"] == name:  # copied there again since
                    one.pop("settled", None)
                    one["count"] = count
    still = [one["place"] for one in data["remaining"] if one["what"] == "environment" and not one.get("settled")]
    if not still:
        overwrite(operations)
        data["remaining"] = [one for one in data["remaining"] if one["what"] != "list"]
    write_pages(path.parent, data)
    papers = journal.fingerprints(project.root, [path])
    journal.note(project, "settle", certificate=data["certificate"], settled=settled, open=still, files=papers)
    return {"certificate": data["certificate"], "settled": settled, "open": still}
