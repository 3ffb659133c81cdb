"""Rules about places: what a mistake in one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RuleErrors
from engine.rulebook.load import RuleBook
from engine.rulebook.places import (
    AddressWords,
    Countries,
    CountryNames,
    Phones,
    PostCodes,
    Regions,
    Streets,
    TownAliases,
)

FILES = {
    "countries": Countries, "country_names": CountryNames, "regions": Regions, "postcodes": PostCodes, "phones": Phones,
    "streets": Streets, "address_words": AddressWords, "town_aliases": TownAliases,
}  # fmt: skip


@pytest.mark.parametrize(("name", "model"), FILES.items())
def test_every_shipped_file_is_valid(name: str, model: type) -> None:
    assert isinstance(RuleBook().load(f"standardisation/{name}.yml", model), model)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("postcodes", "FR: {shape: '(', prefixes: [], gazetteer: 5}", "not a regular expression"),
        ("postcodes", "FR: {shape: 'x', prefixes: [], gazetter: 5}", "gazetter"),
        ("postcodes", "France: {shape: 'x', prefixes: [], gazetteer: 5}", "France"),
        ("streets", "countries: {FR: {languages: [klingon]}}", 'unknown language "klingon"'),
        ("countries", "evidence: {majority_share: 90}", "majority_share"),
        ("phones", "fast: [France]", "fast"),
    ],
)
def test_a_mistake_names_its_file_and_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    folder = tmp_path / "standardisation"
    folder.mkdir()
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleErrors) as caught:
        RuleBook([tmp_path]).load(f"standardisation/{name}.yml", FILES[name])
    assert message in caught.value.message
    assert f"{name}.yml:1" in caught.value.message


def test_a_project_adds_a_town_name(tmp_path: Path) -> None:
    folder = tmp_path / "standardisation"
    folder.mkdir()
    (folder / "town_aliases.yml").write_text("towns: {CH: {Carouge: [Carouge GE]}}", encoding="utf-8")
    towns = RuleBook([tmp_path]).load("standardisation/town_aliases.yml", TownAliases).towns["CH"]
    assert towns["Carouge"] == ("Carouge GE",)
    assert "Genève" in towns
