"""splink by hand on our keys and our blocking: what a practitioner's script costs and finds, the rest being equal."""

from __future__ import annotations

import logging

from engine.matching import blocking, keys, seen
from engine.rulebook import RuleBook
from engine.rulebook.matching import MatchRules
from engine.workspace import Workspace


def cluster(ws: Workspace, threshold: float = 0.95) -> None:
    """Make ``peer_cluster`` (record_id, cluster_id) of individuals with splink as its documentation teaches it.

    Six comparisons, u from five million random pairs, EM, connected components at ``threshold``.
    """
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    book = RuleBook()
    rules, known = book.load("matching/model.yml", MatchRules), keys.words(book)
    keys.prepare(ws, known)
    seen.start(ws, None)
    blocking.remember(ws, None)
    ws.put("m_spoken", pa.table({"record_id": pa.array([], pa.string())}))
    ws.execute("create or replace temp table m_structure_cluster (record_id varchar, scl bigint)")
    units = keys.build(ws, "individual", rules, known)
    blocking.block(ws, "individual", units, rules.blocking)
    ws.execute(
        "create or replace temp table peer_unit as select unit as unique_id, fn, ln, dob_full as dob, em0 as email, "
        "ph0 as phone, street || ' ' || coalesce(hno, '') as address, bk from m_key "
        "left join (select unit, list(key order by key) as bk from m_block group by unit) using (unit)"
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("fn", [0.9]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("ln", [0.9]).configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("dob", [1]),
            cl.ExactMatch("email").configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address", [0.9]),
        ],
        blocking_rules_to_generate_predictions=[block_on("bk", arrays_to_explode=["bk"])],
    )
    linker = Linker(DuckDBAPI(ws.connection).register("peer_unit"), settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on("email", "fn")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("fn", "ln"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    # structures and relays, which the script does not link, stay by themselves
    ws.execute(
        "create or replace temp table peer_cluster as with linked as (select r.record_id, "
        "min(r.record_id) over (partition by c.cluster_id) as cluster_id "
        f"from m_unit as r join {found.physical_name} as c on c.unique_id = r.unit) "
        "select s.record_id, coalesce(l.cluster_id, s.record_id) as cluster_id "
        "from standardise.record as s left join linked as l using (record_id)"
    )
