"""Slips of another hand than :mod:`benchmarks.generator.damage`: reading machines, ears, clerks, and cluster sizes."""

from __future__ import annotations

from benchmarks.generator.dice import Dice

_READ = {"o": "0", "l": "1", "i": "l", "m": "rn", "rn": "m", "e": "c", "h": "b", "s": "5", "u": "n", "v": "y", "g": "9"}
_HEARD = (("ph", "f"), ("ie", "ei"), ("ck", "k"), ("y", "i"), ("tt", "t"), ("ll", "l"), ("ss", "s"), ("c", "k"),
          ("er", "ar"), ("dt", "t"), ("ai", "ei"), ("th", "t"), ("z", "s"), ("ou", "u"),
          ("mann", "man"), ("f", "v"))  # fmt: skip


def misread(dice: Dice, text: str) -> str:
    """What a reading machine makes of a word: one letter becomes another of its shape."""
    places = [place for place in range(len(text)) if text[place].lower() in _READ]
    if not places:
        return text
    place = dice.pick(places)
    return text[:place] + _READ[text[place].lower()] + text[place + 1 :]


def misheard(dice: Dice, text: str) -> str:
    """What somebody writes who only heard the word: one spelling of a sound for another."""
    low = text.lower()
    able = [(one, other) for one, other in _HEARD if one in low[1:]]
    if not able:
        return text
    one, other = dice.pick(able)
    place = low.index(one, 1)
    return text[:place] + other + text[place + len(one) :]


def slip(dice: Dice, text: str) -> str:
    """Misread, misheard, or two letters in the wrong order."""
    kind = dice.number(0, 2)
    if kind == 0:
        return misread(dice, text)
    if kind == 1:
        return misheard(dice, text)
    if len(text) < 3:
        return text
    place = dice.number(0, len(text) - 2)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def blotted(dice: Dice, text: str) -> str:
    """One letter overwritten with an x."""
    place = dice.number(0, max(len(text) - 1, 0))
    return f"{text[:place]}x{text[place + 1 :]}" if text else text


def zipf(dice: Dice, most: int) -> int:
    """A size from 1 to ``most``, each n met 1/n as often as 1."""
    return dice.weighted([(size, 1.0 / size) for size in range(1, most + 1)])


def gap(dice: Dice, cells: list[str], shares: list[float]) -> list[str]:
    """The cells, each emptied as often as its share says."""
    return ["" if dice.chance(share) else cell for cell, share in zip(cells, shares, strict=True)]
