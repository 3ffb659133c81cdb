"""Great Expectations at twice its pace: three of its pure functions remember, or answer plain values at once.

A validation of 150 expectations builds each configuration a hundred times over and turns every argument into JSON
through a dozen type checks: half of its time, whatever the table. What they answer stays the same. It leans on private
names, which is why pyproject.toml pins the minor version; outside the block Great Expectations is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from great_expectations.core import id_dict as _id_dict
from great_expectations.expectations import expectation as _expectations
from great_expectations.expectations.expectation import Expectation

# as Any: neither module exports what is replaced
id_dict: Any = _id_dict
expectations: Any = _expectations

_PLAIN = (str, int, bool, type(None))


@contextmanager
def brisk() -> Iterator[None]:
    """Inside the block validations are brisk. For one thread at a time, and expectations nobody changes meanwhile."""
    with (
        _replaced(Expectation, "configuration", _remembering(Expectation.configuration)),
        _replaced(id_dict, "convert_to_json_serializable", _plain_at_once(id_dict.convert_to_json_serializable)),
        _replaced(expectations, "camel_to_snake", cache(expectations.camel_to_snake)),
    ):
        yield


def _remembering(configuration: Any) -> property:
    known: dict[int, tuple[Expectation, Any]] = {}

    def remembered(self: Expectation) -> Any:
        found = known.get(id(self))
        if found is None:
            # the expectation is kept too: its id is its own as long as it lives
            found = known[id(self)] = (self, configuration.fget(self))
        return found[1]

    return property(remembered)


def _plain_at_once(to_json: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def plainly(data: Any) -> Any:
        if type(data) in _PLAIN:
            return data
        if type(data) is dict:
            return {str(key): plainly(value) for key, value in data.items()}
        if type(data) is list:
            return [plainly(value) for value in data]
        return to_json(data)

    return plainly


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
