"""One delivery from its lists to its memory: the steps, in order."""

from __future__ import annotations

from typing import Any

from engine.definitions import as_setting
from engine.deliveries import standing_requests
from engine.delivering.against import (
    asked_for,
    folder_name,
    planned_against,
    qualified_by,
    tables_of_the_run,
    told_of_definitions,
)
from engine.delivering.options import DeliverOptions
from engine.delivering.remember import remember_base, remember_files
from engine.delivering.sent import choose_rows, definitions_sent
from engine.delivering.write import staging, write_files
from engine.environments import Place
from engine.planning import load_environment, plan_operations
from engine.progress import Watcher
from engine.rulebook import RuleBook
from engine.rulebook.import_rules import ImportRules
from engine.tables import PLANNING_QUALIFICATION, PLANNING_REQUEST
from engine.target import Base


def deliver_to(place: Place, options: DeliverOptions, watcher: Watcher) -> dict[str, Any]:
    """Plan for an environment, write its files, and for real: keep them and remember what they make.

    Returns:
        Counts, masked samples, the files with their hashes, the hash of them all.

    Raises:
        UsageError: no such environment, no run, no last delivery, a list that asks for something impossible,
            a criterion or type of structure that would be sent and is defined nowhere.
        SourceError: a list that cannot be read.
        CeilingError: more would be removed than the ceiling allows, and nobody accepted it.
    """
    book = RuleBook([place.project.rules] if place.project else [])
    asked = asked_for(options)
    with tables_of_the_run(place, options) as ws, planned_against(place, options, ws) as (store, settings):
        told = told_of_definitions(book, settings, options)
        qualified = qualified_by(book, options, told)
        imports = told.in_all.in_force(book.load("delivery/import_rules.yml", ImportRules))
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
        plan = choose_rows(ws, plan_operations(ws, book, base, imports), options)
        new, unchecked = definitions_sent(ws, told)
        watcher.step(f"{options.environment}: files")
        folder = options.out / folder_name(options, settings)
        refused = plan.too_many and not options.accept_removals
        if options.for_real and refused:
            plan.refuse_removals()
        with staging(ws, folder, options) as (private, publish):
            made = write_files(ws, book, plan, new, base, options, private)
            publish()
        if options.for_real:
            # the files first, the base that --since last compares with last: killed in between, the same delivery
            # again makes the same files
            after = {**settings, **as_setting(told.there.and_then(new))}
            remember_files(place, options, asked, made)
            remember_base(ws, place, imports, base, options, after, made)
        return {
            **made,
            "unchecked": unchecked,
            "written": options.for_real,
            "too_many_removals": refused,
            "folder": str(folder),
        }
