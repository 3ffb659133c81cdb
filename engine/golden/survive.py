"""Survive: one golden record a contact, each value with the record it came from and the preference that chose it.

::

    standardise.record, matching.cluster
      golden_member     every record: contact group, structure group
      golden_multi      records that share a group; home.py marks who has a say in the address
      golden_cell       their values, with letters
      golden_field      one per group and attribute; most have one value and are done
      golden_letter     letters of the others -> variants.py -> contest.py -> form.py
      golden_winner     value, record, rule of every field
    golden.contact, golden.contested (and the view golden.choice), golden.crosswalk: assemble.py

Contacts of one record, most of any base, never enter the contest: their values go straight across.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from engine.golden.assemble import assemble
from engine.golden.attributes import (
    Attribute,
    attributes,
    by_attribute,
    cells_sql,
    flaws_sql,
    folded_sql,
    source_rank_sql,
)
from engine.golden.contest import hold_contest, run_rounds
from engine.golden.dispersion import measure_dispersion, weigh_records
from engine.golden.evidence import Evidence
from engine.golden.form import choose_forms, repair_forms
from engine.golden.grades import grade_evidence
from engine.golden.home import choose_homes
from engine.golden.learned import Learned
from engine.golden.lines import rebuild_street_lines
from engine.golden.numbers import Numbers
from engine.golden.preferences import CONTACT_RULES, Preference, load_rules
from engine.golden.variants import choose_variants, fill_overflow
from engine.ledger import StageReport
from engine.progress import Watcher
from engine.rulebook.load import RuleBook
from engine.rulebook.survivorship import AttributeRule, Home, Survivorship, sources_of
from engine.workspace import Workspace

TRUST_ROUNDS = 2
"""A second look at the records with the values the first one chose; a third changed nothing on any set."""


def survive(
    ws: Workspace,
    book: RuleBook,
    *,
    numbers: Numbers,
    watcher: Watcher,
    replay: Path | None = None,
    keep: Path | None = None,
) -> StageReport:
    """Build golden.contact, golden.choice and golden.crosswalk.

    Args:
        ws: holds standardise.record and matching.cluster.
        book: rules/survivorship/contact.yml decides who wins.
        numbers: the contact numbers given so far and the ranges reserved for new ones.
        watcher: is told what happens.
        replay: folder of what a rehearsal learned from its base: judge by that (see :mod:`engine.golden.learned`).
        keep: folder to write into what this run judged by.

    Returns:
        Records in, records in the crosswalk out; figures with the dispersion, the rules that decided and how
        often each kind of evidence sides with the majority.

    Raises:
        RuleErrors: the rules name unknown preferences or attributes.
        UsageError: the reserved ranges are used up; what the rehearsal learned is damaged.
    """
    rules = load_rules(book)
    chosen = attributes(rules)
    learned = Learned(chosen, rules, replay)
    figures: dict[str, int | float | str] = {}
    notes: list[str] = []

    watcher.step("group records")
    ws.drop(*_WORKING_TABLES)
    ws.execute(f"create or replace temp table golden_member as {ws.statement('golden', 'member')}")
    learned.days(ws)
    ws.execute(f"create or replace temp table golden_multi as {ws.statement('golden', 'multi')}")
    if ws.value("select count(*) from golden_multi"):
        watcher.step("choose values")
        figures.update(_choose(ws, chosen, rules, learned))
    else:
        ws.execute(_NO_WINNERS)
    watcher.step("write golden records")
    figures.update(assemble(ws, chosen, rules, numbers))
    if keep is not None:
        learned.keep(ws, keep)
    ws.drop(*_WORKING_TABLES)
    _note_steps(ws, book, chosen)

    rows_in = ws.count("standardise.record")
    notes += _strange_sources(ws, rules)
    if figures.get("dispersion", "") != "":
        notes.append(_trust_note(float(figures["dispersion"]), used=bool(figures["trust"])))
    return StageReport(
        stage="golden",
        unit="record",
        rows_in=rows_in,
        rows_out=ws.count("golden.crosswalk"),
        notes=tuple(notes),
        figures=figures,
    )


def _trust_note(dispersion: float, *, used: bool) -> str:
    """What the dispersion of dissent (see :mod:`engine.golden.dispersion`) means for who is believed."""
    if used:
        return (
            f"Errors come in bad rows (dispersion {dispersion:.2f}): records that agree elsewhere are believed first."
        )
    return f"Errors do not come in bad rows (dispersion {dispersion:.2f}): every record counts the same."


def _strange_sources(ws: Workspace, rules: Survivorship) -> list[str]:
    """Sources that the rules order and the base does not have: a misspelt one would never decide, in silence."""
    ordered: list[Survivorship | Home | AttributeRule] = [rules, rules.home, *rules.attributes.values()]
    named = {name for rule in ordered for name in (*sources_of(rule.prefer_sources), *rule.distrust_sources)}
    there = [source for (source,) in ws.rows("select distinct source from standardise.record order by source")]
    notes = []
    for name in sorted(named.difference(there)):
        near = difflib.get_close_matches(name, there, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        notes.append(f'{CONTACT_RULES} orders a source "{name}" that is not among the records.{meant}')
    return notes


def _choose(
    ws: Workspace, chosen: Sequence[Attribute], rules: Survivorship, learned: Learned
) -> dict[str, int | float | str]:
    """Make golden_winner: the value of every attribute of every group of records."""
    choose_homes(ws, rules)
    _lay_out_fields(ws, chosen, rules)
    evidence = Evidence(chosen, rules, learned)
    figures = _choose_letters(ws, chosen, rules, evidence, learned)
    choose_forms(ws, chosen)
    for attribute in chosen:
        if attribute.rule.overflow:
            fill_overflow(ws, attribute, evidence)
    if rules.repair is not None:
        figures["values_repaired"] = repair_forms(ws, chosen, rules.repair, learned)
    rebuild_street_lines(ws, rules)
    return figures | grade_evidence(ws, chosen, evidence)


def _note_steps(ws: Workspace, book: RuleBook, chosen: Sequence[Attribute]) -> None:
    """One protocol step per attribute that was chosen among several records, with the lists that chose."""
    document = book.document(CONTACT_RULES)
    counts = {
        attribute: (values, contested, repaired)
        for attribute, values, contested, repaired in ws.rows(
            "select attribute, count(*), count(*) filter (where candidates > 1), count(*) filter (where repaired) "
            "from golden.contested group by attribute"
        )
    }
    for attribute in chosen:
        if attribute.name in counts:
            values, contested, repaired = counts[attribute.name]
            lists = {"variant": attribute.variant, "letters": attribute.letters, "form": attribute.form}
            _, line = document.place(("attributes", attribute.name))
            ws.note_step(
                "golden",
                attribute.rule.take,
                from_column=attribute.name,
                to_column=attribute.name,
                parameters={name: [preference.name for preference in words] for name, words in lists.items()}
                | {"contested": contested},
                origin=f"{CONTACT_RULES}:{line}",
                rows_in=values,
                rows_changed=repaired,
            )


_NO_WINNERS = """
create or replace temp table golden_winner
    (group_no integer, attribute_no utinyint, value varchar, record_no integer, rule varchar, candidates integer,
    runner_up varchar, repaired boolean)
"""

_WORKING_TABLES = (
    "golden_member", "golden_multi", "golden_home", "golden_cell", "golden_away", "golden_field", "golden_flaw",
    "golden_contender", "golden_letter", "golden_near", "golden_seed", "golden_tied", "golden_scored",
    "golden_undecided", "golden_letter_winner", "golden_prefix_winner", "golden_verdict", "golden_agreement",
    "golden_form", "golden_lexicon", "golden_leader", "golden_gram", "golden_domain", "golden_pair", "golden_day",
    "golden_winner", "golden_undated",
)  # fmt: skip


def _lay_out_fields(ws: Workspace, chosen: Sequence[Attribute], rules: Survivorship) -> None:
    """Make golden_cell, golden_field, golden_winner (with what needs no contest) and golden_letter."""
    letters = folded_sql(chosen)
    ws.execute(f"create or replace temp table golden_cell as {cells_sql(chosen)}")
    ws.execute(f"create or replace temp table golden_away as select *, {letters} as letters from ({_away(ws, chosen)})")
    ws.execute(f"create or replace temp table golden_field as {ws.statement('golden', 'field')}")
    ws.execute(
        f"create or replace temp table golden_flaw as {flaws_sql(chosen, rules)}", {"doubts": list(rules.valid.doubts)}
    )
    rank = by_attribute(chosen, lambda attribute: source_rank_sql(attribute.rule, rules))
    ws.execute(
        f"""
        create or replace temp table golden_contender as
        select * exclude (source, kind), {letters} as letters, {rank}::tinyint as source_rank
        from ({ws.statement("golden", "contender")})
        """
    )
    taken = {take: [a.number for a in chosen if a.rule.take == take] for take in ("union", "earliest", "latest")}
    ws.execute(
        f"create or replace temp table golden_winner as {ws.statement('golden', 'uncontested')}",
        {name: numbers or [0] for name, numbers in taken.items()},
    )
    ws.execute(
        f"create or replace temp table golden_letter as {ws.statement('golden', 'letter')}",
        {"best": [a.number for a in chosen if a.rule.take == "best"]},
    )


def _away(ws: Workspace, chosen: Sequence[Attribute]) -> str:
    """The cells of records that live elsewhere; without any such record a query that costs nothing."""
    if ws.value("select count(*) from golden_multi where away"):
        return cells_sql(chosen, away=True)
    return "select * from golden_cell where false"


def _choose_letters(
    ws: Workspace, chosen: Sequence[Attribute], rules: Survivorship, evidence: Evidence, learned: Learned
) -> dict[str, int | float | str]:
    """Make golden_letter_winner: the letters of every contested field."""
    choose_variants(ws, chosen, evidence)
    ws.execute(
        """
        create or replace temp table golden_candidate as
        select letter.* from golden_letter as letter
        left join golden_seed as seed using (group_no, attribute_no)
        left join golden_near as near
            on near.group_no = letter.group_no and near.attribute_no = letter.attribute_no
            and near.candidate = seed.candidate and near.other = letter.candidate
        where seed.candidate is null or near.other is not null
        """
    )
    best = [attribute for attribute in chosen if attribute.rule.take == "best"]
    before = {attribute.number: _until_trust(attribute.letters) for attribute in best}
    after = {attribute.number: attribute.letters[len(before[attribute.number]) :] for attribute in best}
    ws.drop("golden_prefix_winner")
    # a variant that is a single spelling is decided by what chose the variant
    run_rounds(ws, "golden_candidate", "golden_prefix_winner", before, evidence.of_letters)
    ws.execute("create or replace temp table golden_undecided as select * from golden_tied")
    _finish(ws, after, evidence)
    figures: dict[str, int | float | str] = {"dispersion": "", "trust": False}
    if rules.trust is not None:
        weigh_records(ws, chosen)
        measured = measure_dispersion(ws)
        figures["dispersion"] = "" if measured.dispersion is None else measured.dispersion
        if learned.trusted is None:
            learned.trusted = (
                measured.dispersion is not None
                and measured.records >= rules.trust.records
                and measured.dispersion >= rules.trust.dispersion
            )
        evidence.trusted = learned.trusted
        figures["trust"] = evidence.trusted
        if evidence.trusted:
            for _ in range(TRUST_ROUNDS):
                ws.execute("create or replace temp table golden_verdict as select * from golden_letter_winner")
                _finish(ws, after, evidence)
                weigh_records(ws, chosen)
    ws.drop("golden_candidate")
    return figures


def _finish(ws: Workspace, after: dict[int, tuple[Preference, ...]], evidence: Evidence) -> None:
    """Decide what the preferences before trust left undecided; golden_letter_winner then holds every field."""
    ws.execute("create or replace temp table golden_letter_winner as select * from golden_prefix_winner")
    hold_contest(ws, "golden_undecided", "golden_letter_winner", after, evidence.of_letters)
    ws.execute(
        """
        update golden_letter_winner set rule = 'variant.' || seed.rule,
            runner_up = coalesce(golden_letter_winner.runner_up, seed.runner_up)
        from golden_seed as seed
        where seed.group_no = golden_letter_winner.group_no and seed.attribute_no = golden_letter_winner.attribute_no
            and golden_letter_winner.rule = 'single'
        """
    )


def _until_trust(preferences: tuple[Preference, ...]) -> tuple[Preference, ...]:
    """The preferences before ``trust``, all when it does not occur: they are decided once, not in every trust round."""
    for position, preference in enumerate(preferences):
        if preference.evidence == "trust":
            return preferences[:position]
    return preferences
