"""What is kept of anonymised persons: counts of contacts that look alike, never fewer than k of them.

``anonymised.csv`` holds one row per group: the kept columns and how many contacts. It only grows coarser: rows of
former anonymisations join the new ones, and a group that is too small gives up a column, from the last to the first
(local recoding towards k-anonymity, Sweeney 2002). A row that tells nothing at all may be smaller than k.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from engine.erasing.files import replace
from engine.errors import UsageError
from engine.rulebook import RuleBook
from engine.rulebook.anonymising import AnonymisingRules, KeptColumn
from engine.workspace import Workspace

RULE_FILE = "anonymising.yml"
FILE = "anonymised.csv"
UNTOLD = "*"

Groups = Counter[tuple[str, ...]]


def load_rules(folder: Path) -> AnonymisingRules:
    """rules/anonymising.yml with the project's own on top."""
    return RuleBook([folder]).load(RULE_FILE, AnonymisingRules)


def groups_of(ws: Workspace, rules: AnonymisingRules, contacts: Sequence[str]) -> Groups:
    """The kept columns of contacts at their finest, counted."""
    ws.put("erasing_contact", pa.table({"contact_id": pa.array(sorted(contacts), pa.string())}))
    columns = ", ".join(column.source for column in rules.columns)
    rows = ws.rows(f"select {columns} from golden.contact semi join erasing_contact using (contact_id)")
    ws.drop("erasing_contact")
    return Counter(
        tuple(finest(column, value) for column, value in zip(rules.columns, row, strict=True)) for row in rows
    )


def finest(column: KeptColumn, value: object) -> str:
    """The first, finest form of a value.

    >>> years = {"form": "years", "steps": (10,), "lowest": 1930, "highest": 2009}
    >>> born = KeptColumn(name="born", source="birth_date", why="-", **years)
    >>> [finest(born, day) for day in ("1974-05-06", "1911-01-01", None)]
    ['1970-1979', '1930-1939', '*']
    """
    text = str(value or "").strip()
    if not text:
        return UNTOLD
    if column.form == "whole":
        return text
    if column.form == "prefix":
        letters = "".join(sign for sign in text.upper() if sign.isalnum())[: column.steps[0]]
        return letters if len(letters) == column.steps[0] else UNTOLD
    if not text[:4].isdigit():
        return UNTOLD
    year = max(column.lowest or 0, min(int(text[:4]), column.highest or 9999))
    return _band(year, column.steps[0])


def coarser(column: KeptColumn, value: str) -> str:
    """The next coarser form of a value of the file.

    >>> born = KeptColumn(name="born", source="birth_date", form="years", steps=(10, 20), why="-")
    >>> [coarser(born, value) for value in ("1970-1979", "1960-1979", "*")]
    ['1960-1979', '*', '*']
    """
    if column.form == "prefix":
        shorter = [step for step in column.steps if step < len(value)]
        return value[: shorter[0]] if shorter and value != UNTOLD else UNTOLD
    if column.form == "years" and value != UNTOLD:
        first, _, last = value.partition("-")
        wide = int(last or first) - int(first) + 1
        wider = [step for step in column.steps if step > wide]
        return _band(int(first), wider[0]) if wider else UNTOLD
    return UNTOLD


def _band(year: int, years: int) -> str:
    first = year - year % years
    return str(first) if years == 1 else f"{first}-{first + years - 1}"


def make_anonymous(rules: AnonymisingRules, groups: Groups) -> Groups:
    """``groups`` made coarser until each holds k contacts, or tells nothing."""
    found = Counter(groups)
    for place in reversed(range(len(rules.columns))):
        for _ in range(len(rules.columns[place].steps) or 1):
            small = [group for group, contacts in found.items() if contacts < rules.k]
            for group in sorted(small, reverse=True):  # a coarser one, * first of all, comes after the finer ones
                if found[group] >= rules.k:
                    continue
                contacts = found.pop(group)
                value = coarser(rules.columns[place], group[place])
                found[(*group[:place], value, *group[place + 1 :])] += contacts
    # what was given up column by column may still leave a few alone
    untold = tuple(UNTOLD for _ in rules.columns)
    for group in sorted(group for group, contacts in found.items() if contacts < rules.k and group != untold):
        found[untold] += found.pop(group)
    return found


def read_groups(path: Path, rules: AnonymisingRules) -> Groups:
    """The groups in the file; none when it is not there.

    Raises:
        UsageError: it has other columns than the rules keep.
    """
    if not path.is_file():
        return Counter()
    names = [column.name for column in rules.columns]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    if not rows or rows[0] != [*names, "contacts"]:
        raise UsageError(
            f"{path.name} has other columns than rules/{RULE_FILE} keeps",
            hint="Move the file away: groups of different columns could be compared with each other.",
        )
    return Counter({tuple(row[:-1]): int(row[-1]) for row in rows[1:]})


def write_groups(path: Path, rules: AnonymisingRules, groups: Groups) -> None:
    """Write the file anew, in the order of its values: nothing tells who came when."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow([*(column.name for column in rules.columns), "contacts"])
    writer.writerows([*group, contacts] for group, contacts in sorted(groups.items()))
    replace(path, text.getvalue().encode())


def smallest(groups: Groups) -> int | None:
    """Contacts of the smallest group that tells anything; None when no group does."""
    told = [contacts for group, contacts in groups.items() if set(group) != {UNTOLD}]
    return min(told, default=None)
