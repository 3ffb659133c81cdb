"""The generator's word lists, read once: names, streets, structures, places."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"

CALLING_CODES = {"FR": "33", "CH": "41", "DE": "49", "IT": "39", "BE": "32", "LU": "352", "AT": "43"}

COUNTRY_MIX = [("FR", 45.0), ("CH", 35.0), ("DE", 9.0), ("IT", 4.5), ("BE", 4.0), ("LU", 1.5), ("AT", 1.0)]


@cache
def names() -> dict[str, Any]:
    """First names by language and sex, last names by language, nicknames."""
    return _read("names.yml")


@cache
def world() -> dict[str, Any]:
    """Streets, structures, mail domains, remarks."""
    return _read("world.yml")


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return data


@cache
def english() -> dict[str, Any]:
    """English names, streets, towns, kitchens, departments."""
    return _read("english.yml")
