"""The sample base: deterministic, and the committed copy is what the generator makes."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest

from benchmarks.generator.sample import make_sample

COMMITTED = Path(__file__).parents[2] / "docs" / "sample"


@pytest.fixture(scope="module")
def sample() -> dict[str, bytes]:
    return make_sample()


def table(content: bytes, *, encoding: str = "utf-8", separator: str = ",") -> list[dict[str, str]]:
    text = io.StringIO(content.decode(encoding), newline="")
    return list(csv.DictReader(text, delimiter=separator))


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert make_sample(300, seed=3) == make_sample(300, seed=3)


def test_another_seed_gives_other_bytes() -> None:
    assert make_sample(300, seed=3)["billetterie.csv"] != make_sample(300, seed=4)["billetterie.csv"]


def test_the_committed_sample_is_what_the_generator_makes(sample: dict[str, bytes]) -> None:
    for name, content in sample.items():
        committed = (COMMITTED / name).read_bytes()
        assert hashlib.sha256(committed).hexdigest() == hashlib.sha256(content).hexdigest(), name


def test_every_line_of_the_sources_has_its_truth(sample: dict[str, bytes]) -> None:
    truth = table(sample["truth.csv"])
    office = table(sample["billetterie.csv"], encoding="cp1252", separator=";")
    letters = table(sample["newsletter.csv"])
    told = {(row["source"], int(row["line_no"])) for row in truth}
    assert told == {("billetterie", n) for n in range(1, len(office) + 1)} | {
        ("newsletter", n) for n in range(1, len(letters) + 1)
    }


def test_every_entity_seen_has_a_clean_contact(sample: dict[str, bytes]) -> None:
    seen = {row["entity_id"] for row in table(sample["truth.csv"])}
    assert seen == {row["entity_id"] for row in table(sample["truth_contacts.csv"])}


def test_about_a_fifth_of_the_rows_are_further_copies(sample: dict[str, bytes]) -> None:
    truth = table(sample["truth.csv"])
    copies = len(truth) - len({row["entity_id"] for row in truth})
    assert 0.18 <= copies / len(truth) <= 0.25


def test_all_kinds_and_hard_situations_occur(sample: dict[str, bytes]) -> None:
    truth = table(sample["truth.csv"])
    assert {row["kind"] for row in truth} == {"individual", "structure", "relay"}
    assert {
        "couple", "child", "father_and_son", "twin", "neighbour", "namesake", "branch", "private_and_relay"
    } <= {row["situation"] for row in truth}  # fmt: skip


def test_enterprise_numbers_and_phones_are_valid(sample: dict[str, bytes]) -> None:
    import phonenumbers
    from stdnum.ch import uid
    from stdnum.fr import siret

    contacts = table(sample["truth_contacts.csv"])
    assert all(siret.is_valid(row["siret"]) for row in contacts if row["siret"])
    assert all(uid.is_valid(row["vat"]) for row in contacts if row["vat"])
    phones = [row[name] for row in contacts for name in ("phone", "mobile") if row[name]]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in phones[:300])
