"""Discovery: which tables of a base hold contacts, addresses and phone numbers, and how they join.

::

    facts      columns of every table: how filled, how many values, which are keys, what they may feed
    joins      which column of one table holds the key of another
    found      the plan of a base that nobody described: from names, keys and content
    profiled   the plan of a base that a profile describes
    discover   all of it as plain data; the mapping with its joins, written into a project on request
"""

from engine.discovery.discover import Discovered, discover, write_discovered

__all__ = ["Discovered", "discover", "write_discovered"]
