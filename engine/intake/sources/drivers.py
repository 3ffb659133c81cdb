"""Drivers: imported only when a source needs them, and what to install when one is missing."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from types import ModuleType

from engine.errors import SurroundingsError
from engine.sql import literal
from engine.workspace import Workspace


def driver(module: str, extra: str, title: str) -> ModuleType:
    """The module of a driver.

    Raises:
        SurroundingsError: it is not installed, or a library it needs is not.
    """
    try:
        return import_module(module)
    except ImportError:
        raise missing_driver(extra, title) from None


def load_extension(ws: Workspace, name: str, extra: str, title: str) -> None:
    """Load an extension of DuckDB from its wheel, by path: nothing is looked for on the network.

    Raises:
        SurroundingsError: it is not installed, or not for this version of DuckDB.
    """
    import duckdb

    package = driver(f"duckdb_extension_{name}", extra, title)
    path = files(package).joinpath("extensions", f"v{duckdb.__version__}", f"{name}.duckdb_extension")
    if not path.is_file():
        raise missing_driver(extra, title)
    try:
        ws.execute(f"load {literal(str(path))}")
    except duckdb.Error as error:
        raise SurroundingsError(
            f"the driver for {title} cannot be loaded ({type(error).__name__})",
            hint=f"Try: pip install --force-reinstall 'assay[{extra}]'",
        ) from None


def missing_driver(extra: str, title: str) -> SurroundingsError:
    """Says what to install."""
    return SurroundingsError(
        f"reading {title} needs a driver that is not installed", hint=f"Try: pip install 'assay[{extra}]'"
    )
