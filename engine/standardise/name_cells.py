"""Opening a cell of a name column: what is written into it and is no name is taken off, and said."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.name_words import NameWords, fold_word
from engine.standardise.placeholders import name_verdict

_EMAIL = re.compile(r"[^\s<>;,()]+@[^\s<>;,()]+\.[^\s<>;,()]+")
_PHONE = re.compile(
    r"(?:\b(?:t[ée]l(?:[ée]phone)?|phone|portable|mobile?|natel|handy|gsm|cell|fax)\b\.?\s*:?\s*)?"
    r"(?<![\w@])(?:\+|\(\+?)?(?!\d{1,2}[./-]\d{1,2}[./-]\d{4}\b|\d{4}-\d{2}-\d{2}\b)\d(?:[ .\-/()]{0,2}\d){7,}(?!\w)",
    re.IGNORECASE,
)
_WEBSITE = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_MARKS = re.compile(r"[*#†‡•¤§|~^=<>_\\{}]")
_BLANK_MARKS = re.compile(r"[|~=_\\]")
_OTHER_APOSTROPHE = re.compile(r"(?<=\w)\s?[`´‘′]\s?(?=\w)")
_LOST_LETTER = re.compile(r"\ufffd|(?<=[^\W\d_])\?(?=[^\W\d_])")
_LEADING = re.compile(r"^[\s.,;:\-–—/\\&+\"«»“”„!)\]]+(?=[\w'(\[])")
_TRAILING = re.compile(r"[\s,;:\-–—/\\&+\"«»“”„!(\[]+$")
_QUOTED = re.compile(r"[\"“„«]\s*([^\"“”„«»]*?)\s*[\"”»“]")
_OPEN_PARENTHESIS = re.compile(r"[(\[][^()\[\]]*$")
_SEPARATOR = re.compile(r"[\s(\[,;:/–—-]+$")
_DATE = re.compile(r"[\d./-]+")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_REMARK = 8


class Cell(NamedTuple):
    """A cleaned cell.

    Attributes:
        text: what may be a name.
        folded: its fold.
        reason: what was taken off or repaired: email_in_name, phone_in_name, website_in_name, remark_in_name,
            symbols_in_name, lost_letters, mojibake_repaired.
        refused: nothing of the cell is a name.
    """

    text: str
    folded: str
    reason: str | None = None
    refused: bool = False


def open_cell(raw: str, words: NameWords) -> Cell:
    """Clean a cell and take off what is no name; ``refused`` with its reason when nothing is left."""
    text, repaired = clean(raw)
    reason = "mojibake_repaired" if repaired else None
    if not text:
        return Cell("", "", reason)
    text, written_in = _without_contact_data(text)
    reason = written_in or reason
    folded = fold(text)
    if name_verdict(text, folded, words.placeholders) == "placeholder" or _repeats_a_placeholder(folded, words):
        return Cell(text, folded, written_in or "placeholder", refused=True)
    shown, marked = _without_marks(text)
    remarked = False
    if not words.remark_starts.isdisjoint(folded.split()):
        shown, remarked = _without_remark(shown, words)
    shown = _edges(shown)
    if "@" in shown:
        return Cell(shown, fold(shown), "email_in_name", refused=True)
    said = "remark_in_name" if remarked else "symbols_in_name" if marked else None
    if not said and _LOST_LETTER.search(shown):
        said = "lost_letters"
    reason = written_in or said or reason
    folded = folded if shown == text else fold(shown)
    if shown != text and name_verdict(shown, folded, words.placeholders) == "placeholder":
        return Cell(shown, folded, reason if remarked or written_in else "placeholder", refused=True)
    return Cell(shown, folded, reason)


def settle(half: str | None, words: NameWords) -> str | None:
    """A first or last name freed of signs at its edges; None when what is left says nothing ("XXX", "&")."""
    if half is None or words.is_plain(half):
        return half
    text = _edges(half)
    if not _LETTER.search(text) and not any(map(str.isdigit, text)):
        return None
    folded = fold(text)
    if folded in words.titles.before_names and folded not in words.titles.needs_rest:
        return None  # a second civility and no name: "D.ª Mme"
    return None if name_verdict(text, folded, words.placeholders) == "placeholder" else text


def _without_contact_data(text: str) -> tuple[str, str | None]:
    """The text without e-mail addresses, web addresses and phone numbers, and which of them it held."""
    if "@" in text:
        rest = _EMAIL.sub(" ", text)
        if rest != text:
            return _edges(" ".join(rest.split())), "email_in_name"
    if "www." in text.lower() or "://" in text:
        return _edges(" ".join(_WEBSITE.sub(" ", text).split())), "website_in_name"
    if sum(map(str.isdigit, text)) >= 8:
        rest = _PHONE.sub(" ", text)
        if rest != text:
            return _edges(" ".join(rest.split())), "phone_in_name"
    return text, None


def _without_marks(text: str) -> tuple[str, bool]:
    """The text without signs that no name has: emojis, asterisks, crosses; ´ between letters is an apostrophe."""
    text = _OTHER_APOSTROPHE.sub("'", text)
    if text.isascii() and not _MARKS.search(text):
        return text, False
    kept = "".join(
        letter
        for letter in text
        if letter.isascii() or unicodedata.category(letter) not in {"So", "Sm", "Cs", "Co"} or letter in "°\ufffd"
    )
    rest = unicodedata.normalize("NFC", " ".join(_MARKS.sub("", _BLANK_MARKS.sub(" ", kept)).split()))
    return rest, rest != text


def _without_remark(text: str, words: NameWords) -> tuple[str, bool]:
    """The text without "décédé", "NPAI", "ne plus contacter" and what goes with them."""
    found = False
    tokens = text.split()
    while tokens:
        span = _remark(tokens, words)
        if span is None:
            break
        begin, end = span
        found = True
        tokens = _rejoined(tokens[:begin], tokens[end:])
    return " ".join(tokens), found


def _remark(tokens: list[str], words: NameWords) -> tuple[int, int] | None:
    """First and last word (exclusive) of a remark with the dates and small words around it."""
    flat = [(word, place) for place, token in enumerate(tokens) for word in fold_word(token).split()]
    folds = [word for word, _ in flat]
    for start in range(len(flat)):
        for length in range(min(_LONGEST_REMARK, len(flat) - start), 0, -1):
            if tuple(folds[start : start + length]) not in words.remarks:
                continue
            begin, end = flat[start][1], flat[start + length - 1][1] + 1
            end = _end_of_remark(tokens, end, words)
            while begin > 0 and tokens[begin - 1].islower() and fold_word(tokens[begin - 1]) in words.around_remarks:
                begin -= 1
            if begin > 0 and fold_word(tokens[begin - 1]) == "":
                begin -= 1
            if length == 2 and folds[start : start + 2] == ["c", "o"]:
                end = len(tokens)  # c/o and whoever it is
            return begin, end
    return None


def _end_of_remark(tokens: list[str], end: int, words: NameWords) -> int:
    """Behind the dates and small words that go with a remark: "le 12.03.2020", but not the Le of "Le Goff"."""
    after = end
    while after < len(tokens):
        token = tokens[after]
        after += 1
        if not fold_word(token) or _DATE.fullmatch(token.strip("().,")):
            end = after
        elif fold_word(token) not in words.around_remarks:
            return end
    return after


def _rejoined(before: list[str], after: list[str]) -> list[str]:
    left = _SEPARATOR.sub("", _OPEN_PARENTHESIS.sub("", " ".join(before))) if before else ""
    right = " ".join(after).strip(" ),;:-–—.")
    return f"{left} {right}".split()


def _edges(text: str) -> str:
    """The text without signs at its edges; the apostrophe of "'t Hart" and the dot of "J." stay."""
    previous = None
    while previous != text:
        previous = text
        quoted = _QUOTED.search(text)
        if quoted is not None:  # all of it: a name in quotes; a part: a nickname, as in parentheses
            whole = quoted.span() == (0, len(text)) or not quoted[1]
            text = _QUOTED.sub(r" \1 " if whole else r" (\1) ", text, count=1).strip()
        text = _TRAILING.sub("", _LEADING.sub("", text))
        if text.count("(") < text.count(")") and text.endswith(")"):
            text = text[:-1]
        if len(text) > 2 and text[0] == text[-1] == "'":
            text = text[1:-1]
    return text


def _repeats_a_placeholder(folded: str, words: NameWords) -> bool:
    """ "test test", "Client Web": every word of it stands for nothing."""
    parts = folded.split()
    if len(parts) < 2:
        return False
    known = words.placeholders
    return len(set(parts)) == 1 and (parts[0] in known.names_when_alone or parts[0] in known.folded)
