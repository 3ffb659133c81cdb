"""Two persons in one cell: "Jean et Marie Dupont", "Hr. Meier und Frau", "Jean Dupont / Marie Martin"."""

from __future__ import annotations

from typing import NamedTuple

from engine.standardise.affixes import Affixes, is_birth_marker, take_prefixes
from engine.standardise.folding import fold
from engine.standardise.name_halves import NameOrder, halves, order_of
from engine.standardise.name_words import NameWords, fold_word

_SPANISH = frozenset({"es", "pt"})


class Couple(NamedTuple):
    """The words of two persons, what joins them among them, and how many they are; never made two records."""

    first: list[str]
    last: list[str]
    persons: int


def find_joint(tokens: list[str], words: NameWords, *, style: str) -> int:
    """Position of the word that joins two persons; 0 when the cell names one."""
    for position in range(1, len(tokens) - 1):
        token = tokens[position]
        if token in words.joining_signs:
            return position
        folded = fold_word(token)
        if folded in words.joining_first_names and _joins_names(tokens, position, words, style):
            return position
        if (folded in words.joining_words and token.islower()) or token in ("ET", "UND", "AND", "OU", "ODER"):
            return position
    return 0


def _joins_names(tokens: list[str], position: int, words: NameWords, style: str) -> bool:
    """Whether a word that stands in last names too (Ortega y Gasset, Costa e Silva) joins two persons here."""
    token, before, after = tokens[position], tokens[:position], tokens[position + 1 :]
    if words.is_first_name(before[-1]) and words.is_first_name(after[0]):
        return True
    if fold_word(after[0]) in words.titles.before_names and len(after) > 1:
        return True
    if style in words.joining_in_style.get(fold_word(token), ()) and (token.islower() or token.isupper()):
        return True
    in_two_names = len(before) > 1 and len(after) > 1 and words.is_first_name(before[0])
    return style in _SPANISH and in_two_names and words.is_first_name(after[0])


def without_family(tokens: list[str], found: Affixes, words: NameWords, *, style: str) -> tuple[list[str], bool]:
    """ "Jean Dupont et famille" -> the person (and a household), "... et son épouse" -> the person and two persons."""
    for position in range(len(tokens) - 2, 0, -1):
        if not (fold_word(tokens[position]) in words.joining_words | words.joining_first_names
                or tokens[position] in words.joining_signs):  # fmt: skip
            continue
        tail = {word for token in tokens[position + 1 :] for word in fold_word(token).split()} - words.tail_fillers
        if tail and tail <= words.family | words.titles.household:
            return tokens[:position], True
        if tail and tail <= words.spouse | words.titles.before_names:
            _note_spouse(tail, found, words)
            return tokens[:position], False
        return tokens, False
    return tokens, False


def _note_spouse(tail: set[str], found: Affixes, words: NameWords) -> None:
    codes = {words.titles.codes.get(word) for word in tail} | {found.title}
    found.several = True
    found.title, found.gender = ("MR_AND_MRS" if {"MR", "MRS"} <= codes else None), None


def read_couple(
    tokens: list[str],
    joint: int,
    found: Affixes,
    words: NameWords,
    *,
    style: str,
    order: NameOrder,
    titled: bool,
) -> Couple:
    """First names and last name of two or more persons; what joins them stays among the words."""
    left, sign, right = tokens[:joint], tokens[joint], tokens[joint + 1 :]
    other = Affixes()
    right = take_prefixes(right, other, words, style=style, titled=titled) or right
    if {found.title, other.title} == {"MR", "MRS"}:
        found.title, found.gender = "MR_AND_MRS", None
    found.honorifics += other.honorifics
    if is_birth_marker(right, words, style=style):  # "M. Jean Dupont et Mme née Martin"
        first, last = _half(left, words, style, order, alone=False)
        return Couple(first, last, 2)
    listed = _listed(left, words)
    persons = 2 + max(0, len(listed) - 1)
    if len(left) == 1 and len(right) == 1:
        both = [left[0], sign, right[0]]
        known = words.is_first_name(left[0]) and words.is_first_name(right[0])
        return Couple(both, [], 2) if known else Couple([], both, 2)
    further = find_joint(right, words, style=style)
    if further:
        rest = read_couple(right, further, found, words, style=style, order=order, titled=titled)
        if len(left) == 1 and rest.first:
            return Couple([*left, sign, *rest.first], rest.last, rest.persons + 1)
        first, last = _half(left, words, style, order, alone=False)
        return Couple([*first, sign, *rest.first], [*last, sign, *rest.last] if rest.last else last, rest.persons + 1)
    if len(left) == 1 or listed:
        first, last = halves(right, words, style=style, order="first_last")
        return Couple([*left, sign, *first], last, persons)
    if len(right) == 1:
        first, last = _half(left, words, style, order, alone=True)
        if first and not words.is_first_name(right[0]) and order_of(left, words) == 1:
            return Couple(first, [*last, sign, *right], 2)
        return Couple([*first, sign, right[0]], last, 2)
    votes = order_of(left, words) + order_of(right, words)
    if votes:
        order = "first_last" if votes > 0 else "last_first"
    left_first, left_last = halves(left, words, style=style, order=order)
    right_first, right_last = halves(right, words, style=style, order=order)
    same = fold(" ".join(left_last)) == fold(" ".join(right_last))
    return Couple([*left_first, sign, *right_first], left_last if same else [*left_last, sign, *right_last], 2)


def _listed(left: list[str], words: NameWords) -> list[str]:
    """The first names of "Jean, Marie et Paul Dupont" in front of the joining word."""
    if len(left) > 1 and all(token.endswith(",") for token in left[:-1]):
        return left if all(words.is_first_name(token.strip(",")) for token in left) else []
    return []


def _half(
    left: list[str], words: NameWords, style: str, order: NameOrder, *, alone: bool
) -> tuple[list[str], list[str]]:
    """The left person; with a lone name on the right the last name stands first ("DUPONT Jean et Marie")."""
    said = order_of(left, words)
    decided: NameOrder = order
    if said:
        decided = "first_last" if said > 0 else "last_first"
    elif alone:
        decided = "last_first"
    return halves(left, words, style=style, order=decided)
