"""Modules that a library imports and hardly ever uses, left unread until something of them is asked for.

Great Expectations imports scipy.stats and altair for one expectation each, none of which a suite may use: a third of
its import time. Whoever asks for an attribute of the stand-in gets the real module's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any

_LOCK = Lock()


class DeferredModule(ModuleType):
    """Stands in for the module of its name; reads it when an attribute is asked for."""

    def __getattr__(self, name: str) -> Any:
        with _LOCK:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Inside the block, ``import name`` gives a stand-in where the module is not imported yet.

    Afterwards a new import gives the real module again: only who imported it inside the block keeps the stand-in.
    """
    stand_ins = {name: DeferredModule(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        with _LOCK:
            for name, stand_in in stand_ins.items():
                if sys.modules.get(name) is stand_in:
                    del sys.modules[name]
