"""What the suppression list knows of a person: keyed hashes, nothing else, and when a record is that person again.

A person has *anchors* (source key, e-mail, phone, birth date, home: exact values) and *names* (with the spellings one
letter away). One anchor alone never decides: families share e-mails, numbers and homes, and a source may give a key
anew. Every hash is an HMAC-SHA-256 (RFC 2104) under the project's secret; those of names also hold the person's token,
so that the list does not tell which two persons bear one name.

The spellings are deletion neighbourhoods (Garbe's symmetric delete): two words that are one insertion, deletion,
replacement or swap of neighbours apart share a form with at most one letter left out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

HEX = 32
"""Hexadecimal digits kept of a hash: 128 bits, no chance of a collision in any base."""

_SHORT = 4
"""Letters from which a misspelling is looked for: one letter less of ``Li`` or ``Ann`` is another name."""

_BLOCK = 64
"""Bytes of a block of SHA-256."""

Part = Literal["first", "last"]
Likeness = Literal["same", "near", "initial", "missing", "other"]


@dataclass(frozen=True, slots=True)
class Named:
    """The names of one record, folded to letters: given names, last names (birth name too); each may be empty."""

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One person of the list.

    Attributes:
        person: random token, made at the erasure.
        since: day of the erasure (ISO 8601).
        anchors: ``kind:hash`` of every exact value.
        shared: those of the anchors that somebody else held too: they say less.
        names: hashes of first and last names and of their spellings.
    """

    person: str
    since: str
    anchors: frozenset[str]
    shared: frozenset[str]
    names: frozenset[str]


def keyed(secret: str, text: str) -> str:
    """HMAC-SHA-256 of ``text``, shortened; engine/protection/sql/anchor.sql makes the same."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:HEX]


def pads(secret: str) -> tuple[bytes, bytes]:
    """Inner and outer key of HMAC (RFC 2104), for SQL, which has SHA-256 only."""
    key = secret.encode()
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return bytes(sign ^ 0x36 for sign in block), bytes(sign ^ 0x5C for sign in block)


def make_suppressed(
    secret: str, since: str, anchors: Iterable[str], shared: Iterable[str], names: Iterable[Named]
) -> Suppressed:
    """The entry of one person: anchors are hashed already, names are plain and are hashed here."""
    token = secrets.token_hex(8)
    hashes: set[str] = set()
    for one in names:
        for part, said in (("first", one.first), ("last", one.last)):
            for name in said:
                hashes |= {_whole(secret, token, part, name), _initial(secret, token, part, name[0])}
                hashes |= _spelled(secret, token, part, name)
    return Suppressed(token, since, frozenset(anchors), frozenset(shared), frozenset(hashes))


def is_same_person(secret: str, one: Suppressed, named: Named, anchors: frozenset[str]) -> bool:
    """Whether a record is the person ``one`` again.

    Args:
        secret: the project's.
        one: an entry of the list.
        named: the record's names.
        anchors: all of the record's anchors, ``kind:hash``.
    """
    agreeing = anchors & one.anchors
    kinds = _kinds(agreeing)
    own = _kinds(agreeing - one.shared)
    first, last = (_likeness(secret, one, part, named) for part in ("first", "last"))
    alike = ("same", "near")
    if (first in alike and last in alike) or _swapped(secret, one, named):
        if kinds & {"birth", "email", "phone", "identifier", "key", "number"}:
            return True
        # father and son of one name at one address have two birth dates
        births_differ = "birth" in _kinds(anchors) & _kinds(one.anchors)
        if "home" in kinds:
            return not births_differ
        return "town" in kinds and not births_differ and first == last == "same"
    if "email" in own:  # a last name changes by marriage; a first name may be an initial, or not be told
        return first in alike or (first != "other" and last != "other")
    if own & {"key", "number", "identifier"}:
        return first in alike or last in alike or bool(kinds & {"email", "phone", "birth", "home"})
    return "birth" in kinds and first == "initial" and last in alike


def _kinds(anchors: Iterable[str]) -> set[str]:
    return {anchor.split(":", 1)[0] for anchor in anchors}


def _swapped(secret: str, one: Suppressed, named: Named) -> bool:
    """First name in the last name's column, and the other way round."""
    turned = Named(first=named.last, last=named.first)
    return all(_likeness(secret, one, part, turned) in ("same", "near") for part in ("first", "last"))


def _likeness(secret: str, one: Suppressed, part: Part | str, named: Named) -> Likeness:
    names = named.first if part == "first" else named.last
    if not names:
        return "missing"
    if any(_whole(secret, one.person, part, name) in one.names for name in names):
        return "same"
    if any(one.names & _spelled(secret, one.person, part, name) for name in names):
        return "near"
    told = {_initial(secret, one.person, part, name) for name in names if len(name) == 1}
    return "initial" if one.names & told else "other"


def _whole(secret: str, token: str, part: str, name: str) -> str:
    return keyed(secret, f"{token}|{part}|whole|{name}")


def _initial(secret: str, token: str, part: str, letter: str) -> str:
    return keyed(secret, f"{token}|{part}|initial|{letter}")


@lru_cache(maxsize=4096)
def _spelled(secret: str, token: str, part: str, name: str) -> frozenset[str]:
    forms = spellings(name, whole_end=part == "first")
    return frozenset(keyed(secret, f"{token}|{part}|spelled|{form}") for form in forms)


def spellings(name: str, *, whole_end: bool = False) -> frozenset[str]:
    """``name`` and every form of it with one letter left out, where it is long enough.

    Args:
        name: letters only.
        whole_end: leave the last letter alone: Mario and Maria, Daniel and Daniela are twins, not a slip of the pen.

    >>> sorted(spellings("anna"))
    ['ana', 'ann', 'anna', 'nna']
    >>> sorted(spellings("anna", whole_end=True))
    ['ana', 'anna', 'nna']
    >>> spellings("ann") == {"ann"}
    True
    """
    if len(name) < _SHORT:
        return frozenset({name})
    places = range(len(name) - whole_end)
    forms = {name[:place] + name[place + 1 :] for place in places} - ({name[:-1]} if whole_end else set())
    return frozenset({name, *forms})
