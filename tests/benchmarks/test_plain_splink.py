"""The peer that the speed of matching is measured beside still runs on what matching makes."""

from __future__ import annotations

import pytest

from benchmarks.peers.plain_splink import cluster
from engine.workspace import Workspace
from tests.conftest import given
from tests.matching.people import town


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_splink_by_hand_gives_every_individual_a_cluster(ws: Workspace) -> None:
    records = town()
    given(ws, "standardise.record", records)
    cluster(ws)
    found = dict(ws.rows("select record_id, cluster_id from peer_cluster"))
    assert set(found) == {record["record_id"] for record in records}
    assert found["copy:0001"] == found["town:0001"]  # the same but for a telephone
