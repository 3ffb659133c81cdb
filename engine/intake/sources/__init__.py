"""Every system that contacts may come from, behind one contract.

A kind of source is one module here that ends in ``KINDS = (Kind(...), ...)`` and stands in :data:`registry.MODULES`.
A :class:`Kind` says how it is recognised (the scheme of an address, or the first bytes of a file; never the
extension) and opens a source. An opened :class:`Source` has three things to do:

::

    tables()            what is in it: [TableInfo(name, rows, columns)]
    load(ws, name)      the lines of one table into intake_read (engine.intake.lines) -> Loaded(headers, ...)
    ask(ws, query)      the same for a query, where the kind answers queries
    close()             let everything go

Lines are the text of every cell as the source wrote it, empty = null, with their place in the source; a line that
cannot be read is still a line, with its reason and place. The stage judges them all and files each in intake.line
or intake.held, so that ``in = loaded + held`` holds for every kind alike. Rows do not become Python objects where
DuckDB or Arrow can carry them: ``read_columns`` and ``read_batches``; ``read_lines`` is for the rest.

No module here imports a driver before a source is opened; :mod:`drivers` says what to install when one is missing.
What a driver says when it fails never reaches the user as it stands: it may hold values, or a password.
"""

from engine.intake.sources.contract import Asked, Kind, Loaded, Place, Source, TableInfo
from engine.intake.sources.registry import kind_of

__all__ = ["Asked", "Kind", "Loaded", "Place", "Source", "TableInfo", "kind_of"]
