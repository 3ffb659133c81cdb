"""How long it takes to plan a delivery, and how much memory: from golden contacts to planning.operation.

    python -m benchmarks.planning_speed --contacts 200000

Golden contacts are invented (a fifth structures and relays), an environment holds nine of ten of them, one of ten of
those differs in a value, and one in a hundred is asked to go. Measured: CPU seconds of each phase, the largest memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from engine.delivery import deliver
from engine.planning import carry_out, load_environment, plan_operations
from engine.progress import Silent
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.tables import GOLDEN_CONTACT, GOLDEN_FORMER_NUMBER, GOLDEN_HOUSEHOLD, PLANNING_REQUEST, PROTOCOL_STEP
from engine.target import Base
from engine.workspace import Workspace

AS_OF = date(2026, 11, 22)
BASE = Base("OPERA", "*", "CH", AS_OF)


def main() -> None:
    """Measure one size and print what it took as JSON."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--contacts", type=int, default=200_000)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("--memory", default="2GB")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-planning-") as folder:
        print(json.dumps(measure(given.contacts, Path(folder), given.threads, given.memory), indent=1))


def measure(contacts: int, folder: Path, threads: int, memory: str) -> dict[str, object]:
    """CPU seconds of each phase, the operations planned, and the largest resident memory in MB."""
    book = RuleBook()
    cpu: dict[str, float] = {}
    with Workspace.open(folder, threads=threads, memory=memory) as ws:
        ws.create(PROTOCOL_STEP)
        for table in (GOLDEN_FORMER_NUMBER, GOLDEN_HOUSEHOLD, PLANNING_REQUEST):
            ws.create(table)
        ws.build(GOLDEN_CONTACT, f"select {invented()} from range({contacts:d}) as numbers(i)")
        with timed(cpu, "deliver"):
            deliver(
                ws, book, institution="OPERA", organization="*", home_country="CH", as_of=AS_OF, out=folder,
                watcher=Silent(),
            )  # fmt: skip
        load_environment(ws, None)
        with timed(cpu, "plan into nothing"):
            first = plan_operations(ws, book, BASE)
        with timed(cpu, "carry out"):
            carry_out(ws, book.load("delivery/import_rules.yml", ImportRules), BASE)
        ws.execute("delete from there_contact where try_cast(contact_nr as bigint) % 10 = 3")
        ws.execute("update there_contact set \"LASTNAME\" = 'Autre' where try_cast(contact_nr as bigint) % 10 = 4")
        ws.execute(
            "insert into planning.request select contact_nr, 'ANONYMIZE', 'benchmark' from golden.contact "
            "where try_cast(contact_nr as bigint) % 100 = 7"
        )
        with timed(cpu, "plan the difference"):
            second = plan_operations(ws, book, BASE)
    return {
        "contacts": contacts,
        "threads": threads,
        "cpu_seconds": {phase: round(seconds, 1) for phase, seconds in cpu.items()},
        "first": dict(first.operations),
        "second": dict(second.operations),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def invented() -> str:
    """The select list of one golden contact per ``i``: of ten a structure, a relay of it, and eight individuals."""
    person = "i % 10 > 0"
    cells = {
        "contact_id": "'c' || i",
        "contact_nr": "cast(100000 + i as varchar)",
        "kind": "case i % 10 when 0 then 'structure' when 1 then 'relay' else 'individual' end",
        "structure_contact_id": "if(i % 10 = 1, 'c' || (i - 1), null)",
        "records": "1",
        "organisation": "if(i % 10 < 2, 'Association ' || (i // 10), null)",
        "first_name": f"if({person}, 'Anne' || (i % 997), null)",
        "last_name": f"if({person}, 'Martin' || (i % 9973), null)",
        "title": f"if({person}, 'MRS', null)",
        "email": "'c' || (i - i % 50 // 49) || '@x.ch'",
        "phone": "'+4121' || lpad(cast(i % 10000000 as varchar), 7, '0')",
        "addr_line1": "(i % 200) || ' Rue du Lac'",
        "postcode": "cast(1000 + i % 9000 as varchar)",
        "town": "'Ville ' || (i % 3000)",
        "country": "'CH'",
        "language": "'fr'",
    }
    names = [column.name for column in GOLDEN_CONTACT.columns]
    required = {column.name: column.type for column in GOLDEN_CONTACT.columns}
    return ", ".join(f"cast({cells.get(name, 'null')} as {required[name]}) as {name}" for name in names)


@contextmanager
def timed(cpu: dict[str, float], phase: str) -> Iterator[None]:
    """Keep the CPU seconds that a phase took, all threads together."""
    before = time.process_time()
    yield
    cpu[phase] = time.process_time() - before


if __name__ == "__main__":
    main()
