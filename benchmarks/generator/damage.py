"""The ways a value goes wrong between a contact and a file: pure functions on one value, given the dice."""

from __future__ import annotations

import re
import unicodedata

from benchmarks.generator.dice import Dice
from benchmarks.generator.vocabulary import CALLING_CODES, names

_NEIGHBOURS = {
    "a": "zq", "b": "vn", "c": "xv", "d": "sf", "e": "zr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "km", "m": "nl", "n": "bm", "o": "ip", "p": "o", "q": "as", "r": "et", "s": "qd", "t": "ry",
    "u": "yi", "v": "cb", "w": "xe", "x": "wc", "y": "tu", "z": "ae",
}  # fmt: skip

PLACEHOLDER_EMAILS = [
    "none@none.com",
    "none@none.com",
    "none@none.com",
    "pasdemail@pasdemail.fr",
    "x@x.com",
    "test@test.fr",
]
PLACEHOLDER_PHONES = ["0000000000", "00 00 00 00 00", "0000000000", "0123456789"]

_ABBREVIATIONS = [
    (r"^(\d+\w* )?rue ", r"\1r. "), (r"\bavenue ", "av. "), (r"\bboulevard ", "bd "), (r"\bplace ", "pl. "),
    (r"\bchemin ", "ch. "), (r"\broute ", "rte "), (r"\ballée ", "all. "), (r"\bimpasse ", "imp. "),
    (r"\bsaint-", "St-"), (r"\bsainte-", "Ste-"), (r"strasse\b", "str."), (r"straße\b", "str."), (r"platz\b", "pl."),
    (r"\bvia ", "V. "), (r"\bpiazza ", "P.za "), (r"\bviale ", "V.le "), (r"\bcorso ", "C.so "),
]  # fmt: skip


def typo(dice: Dice, text: str) -> str:
    """One slip of the finger: a letter lost, doubled, swapped with the next, or its neighbour on the keyboard."""
    places = [place for place in range(1, len(text)) if text[place].isalpha()]
    if len(text) < 4 or not places:
        return text
    place = dice.pick(places)
    letter = text[place]
    slip = dice.number(0, 3)
    if slip == 0:
        return text[:place] + text[place + 1 :]
    if slip == 1:
        return text[:place] + letter + text[place:]
    if slip == 2 and place + 1 < len(text):
        return text[:place] + text[place + 1] + letter + text[place + 2 :]
    near = dice.pick(_NEIGHBOURS.get(letter.lower(), "e"))
    return text[:place] + near + text[place + 1 :]


def digit_slip(dice: Dice, text: str) -> str:
    """One digit replaced, or two neighbours swapped."""
    places = [place for place in range(1, len(text)) if text[place].isdigit()]
    if not places:
        return text
    place = dice.pick(places)
    if dice.chance(0.5) and text[place - 1].isdigit():
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text[:place] + str((int(text[place]) + dice.number(1, 8)) % 10) + text[place + 1 :]


def plain_capitals(text: str) -> str:
    """``"Hélène"`` -> ``"HELENE"``: what old box-office programs store."""
    text = text.replace("ß", "SS")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").upper()


def mojibake(text: str) -> str:
    """UTF-8 read as Windows-1252: ``"é"`` -> ``"Ã©"``; unchanged where that has no letters."""
    try:
        return text.encode("utf-8").decode("cp1252")
    except UnicodeDecodeError:
        return text


def abbreviate_street(line: str) -> str:
    """``"12 Rue de la Gare"`` -> ``"12 r. de la Gare"``."""
    for pattern, short in _ABBREVIATIONS:
        shorter = re.sub(pattern, short, line, count=1, flags=re.IGNORECASE)
        if shorter != line:
            return shorter
    return line


def nickname(dice: Dice, first_name: str) -> str:
    """What friends say, where there is such a name."""
    known = names()["nicknames"].get(first_name)
    return dice.pick(known) if known else first_name


def shorten_first_name(dice: Dice, first_name: str) -> str:
    """``"Jean-Pierre"`` -> ``"J.-P."``, ``"Jean Pierre"``; ``"Marie"`` -> ``"M."``."""
    if "-" in first_name:
        initials = "-".join(f"{part[0]}." for part in first_name.split("-"))
        return dice.pick([initials, initials.replace("-", ""), first_name.replace("-", " ")])
    return first_name[0] + dice.pick([".", "."])


def damage_email(dice: Dice, address: str) -> str:
    """A mistyped address: the domain's usual slips, or a slip in the name."""
    for right, wrong in (
        ("gmail.com", "gmial.com"),
        ("hotmail", "hotmial"),
        ("orange.fr", "orage.fr"),
        (".com", ".con"),
    ):
        if right in address and dice.chance(0.45):
            return address.replace(right, wrong)
    local, domain = address.split("@")
    return dice.pick([f"{typo(dice, local)}@{domain}", f"{local}@{domain}".replace(".", ",", 1), f"{local} @{domain}"])


def write_phone(dice: Dice, number: str, country: str, *, abroad: bool) -> str:
    """An E.164 number as people write it in that country; from ``abroad`` mostly with its calling code."""
    code = CALLING_CODES[country]
    national = number.removeprefix(f"+{code}")
    trunk = "" if country in ("IT", "LU") else "0"
    grouped = _group(trunk + national, country)
    if abroad or dice.chance(0.15):
        bare = _group(trunk + national, country).removeprefix("0")
        return dice.pick(
            [
                f"+{code} {bare}",
                f"+{code}{national}",
                f"00{code} {bare}",
                f"00{code}{national}",
                f"+{code} ({trunk}){bare}",
            ]
            if trunk
            else [f"+{code} {bare}", f"+{code}{national}", f"00{code}{national}"]
        )
    return dice.weighted(
        [(grouped, 50), (trunk + national, 25), (grouped.replace(" ", "."), 12), (grouped.replace(" ", "/", 1), 5),
         (grouped.replace(" ", "-"), 4), (national, 2)]
    )  # fmt: skip


def _group(digits: str, country: str) -> str:
    if country == "CH":
        return f"{digits[:3]} {digits[3:6]} {digits[6:8]} {digits[8:]}"
    if country in ("DE", "AT", "IT"):
        return f"{digits[:4]} {digits[4:]}"
    start = len(digits) % 2
    first = [digits[:start]] if start else []
    return " ".join(first + [digits[place : place + 2] for place in range(start, len(digits), 2)])
