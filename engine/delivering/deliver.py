"""One delivery from its lists to its memory: the steps, in order."""

from __future__ import annotations

from typing import Any

from engine import journal
from engine.deliveries import standing_requests
from engine.delivering.against import asked_for, folder_name, planned_against, qualified_by, tables_of_the_run
from engine.delivering.options import DeliverOptions
from engine.delivering.remember import remember
from engine.delivering.sent import choose_rows
from engine.delivering.write import staging, write_files
from engine.environments import Place
from engine.planning import load_environment, plan_operations
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.tables import PLANNING_QUALIFICATION, PLANNING_REQUEST
from engine.target import Base


def deliver_to(place: Place, options: DeliverOptions, watcher: Watcher) -> dict[str, Any]:
    """Plan for an environment, write its files, and for real: keep them and remember what they make.

    Returns:
        Counts, masked samples, the files with their hashes, the hash of them all.

    Raises:
        UsageError: no such environment, no run, no last delivery, a list that asks for something impossible.
        SourceError: a list that cannot be read.
        CeilingError: more would be removed than the ceiling allows, and nobody accepted it.
    """
    book = RuleBook([place.project.rules] if place.project else [])
    asked = asked_for(options)
    qualified = qualified_by(book, options)
    with tables_of_the_run(place, options) as ws, planned_against(place, options, ws) as (store, settings):
        watcher.step(f"{options.environment}: what is there")
        load_environment(ws, store)
        base = Base(
            institution=settings["institution"],
            organization=settings["organization"],
            country=settings["country"] or None,
            as_of=options.as_of,
            last_number=int(settings["last_number"]),
        )
        ws.put("deliver_request", standing_requests(place.folder, options.environment, asked))
        ws.build(PLANNING_REQUEST, "select * from deliver_request")
        ws.put("deliver_qualification", qualified)
        ws.build(PLANNING_QUALIFICATION, "select * from deliver_qualification")
        watcher.step(f"{options.environment}: plan")
        plan = choose_rows(ws, plan_operations(ws, book, base), options)
        watcher.step(f"{options.environment}: files")
        folder = options.out / folder_name(options, settings)
        refused = plan.too_many and not options.accept_removals
        if options.for_real and refused:
            plan.refuse_removals()
        with staging(ws, folder, options) as (private, publish):
            told = write_files(ws, book, plan, base, options, private)
            publish()
        if options.for_real:
            # the files first: killed between the two, the same delivery again makes the same files
            remember(ws, place, book, base, options, settings, asked, told)
            journal.note(
                place.project,
                "deliver",
                environment=options.environment,
                operations=told["plan"]["operations"],
                sha256=told["sha256"],
                files=told["files"],
            )
        return {**told, "written": options.for_real, "too_many_removals": refused, "folder": str(folder)}
