"""In which encoding a dBase table is: what its header says, else what its own letters say."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

USUAL = "cp850"
"""Most .dbf of Western Europe were written under DOS: its code page when nothing says otherwise."""

_WINDOWS = "cp1252"
_EVIDENCE = 1 << 17  # bytes

_DRIVERS = {
    "cp437": (0x01, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x15, 0x18, 0x19, 0x1B),
    "cp850": (0x02, 0x0A, 0x0E, 0x10, 0x12, 0x14, 0x16, 0x1A, 0x1D, 0x25, 0x37),
    "cp1252": (0x03, 0x57, 0x58, 0x59),
    "mac_roman": (0x04,),
    "cp865": (0x08, 0x17, 0x66),
    "cp863": (0x1C, 0x6C),
    "cp852": (0x1F, 0x22, 0x23, 0x40, 0x64, 0x87),
    "cp860": (0x24,),
    "cp866": (0x26, 0x65),
    "cp861": (0x67,),
    "cp737": (0x6A, 0x86),
    "cp857": (0x6B, 0x88),
    "cp932": (0x13, 0x7B),
    "cp936": (0x4D, 0x7A),
    "cp949": (0x4E, 0x79),
    "cp950": (0x4F, 0x78),
    "cp874": (0x50, 0x7C),
    "cp1255": (0x7D,),
    "cp1256": (0x7E,),
    "mac_cyrillic": (0x96,),
    "mac_latin2": (0x97,),
    "mac_greek": (0x98,),
    "cp1250": (0xC8,),
    "cp1251": (0xC9,),
    "cp1254": (0xCA,),
    "cp1253": (0xCB,),
    "cp1257": (0xCC,),
    "utf-8": (0xF0,),
}
_BY_DRIVER = {driver: codec for codec, drivers in _DRIVERS.items() for driver in drivers}


def said_by(driver: int) -> str | None:
    """The codec of a header's language driver; None when it names none, or one that is not known.

    >>> said_by(0x03), said_by(0)
    ('cp1252', None)
    """
    return _BY_DRIVER.get(driver)


def seen_in(texts: Iterable[bytes]) -> str | None:
    """The codec that texts are in by their own letters: UTF-8, Windows or DOS; None when they are all ASCII.

    A letter that fits its neighbours speaks for a reading, a sign or a capital inside of a word against it.

    >>> seen_in(["Zoé Müller".encode("cp850")]), seen_in(["Zoé Müller".encode("cp1252")]), seen_in([b"Zoe"])
    ('cp850', 'cp1252', None)
    """
    evidence: list[bytes] = []
    size = 0
    for text in texts:
        if not text.isascii():
            evidence.append(text)
            size += len(text)
            if size > _EVIDENCE:
                break
    if not evidence:
        return None
    if all(map(_is_utf8, evidence)):
        return "utf-8"
    return _WINDOWS if _fit(evidence, _WINDOWS) > _fit(evidence, USUAL) else USUAL


def _is_utf8(text: bytes) -> bool:
    try:
        codecs.decode(text, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _fit(texts: list[bytes], codec: str) -> int:
    score = 0
    for raw in texts:
        text = f" {raw.decode(codec, 'replace')} "
        for at, char in enumerate(text):
            if char <= "\x7f":
                continue
            before, behind = text[at - 1], text[at + 1]
            if char.isalpha():
                fits = char.islower() or not before.islower()
            else:  # a sign stands beside a word, an apostrophe alone inside of one
                fits = char in "’‘" or not (before.isalpha() and behind.isalpha())
            score += 1 if fits and char.isalpha() else 0 if fits else -1
    return score
