"""Where the last name of one person begins: the words of a name, cut into first names and last name."""

from __future__ import annotations

import re
from typing import Literal

from engine.standardise.name_words import NameWords, fold_word

NameOrder = Literal["first_last", "last_first", "mostly_first_last", "mostly_last_first"]
"""Which name stands first in a column; "mostly" where so many cells say otherwise that each is asked for itself."""

Direction = Literal["first_last", "last_first"]

_INITIALS = re.compile(r"[^\W\d_](?:(?:\.-?|-)[^\W\d_])*\.?-?", re.UNICODE)
_ELIDED = re.compile(r"(?:d|l|dell|dall|dal|o)['’](?=\w)", re.IGNORECASE)
_ONLY_PARTICLES = frozenset(
    ("de", "d", "du", "des", "von", "vom", "zum", "zur", "da", "do", "dos", "das", "della", "delle", "dello", "dalla",
     "degli", "dei", "vande", "vanden", "vander")
)  # fmt: skip
_FRENCH = frozenset({"fr", "ch", "be", "lb"})
_SPANISH = frozenset({"es", "pt"})
_SURE_HEADS = frozenset({"jean", "marie", "anne", "hans", "karl"})
_VOWELS = frozenset("aeiouyàâäéèêëíîïóôöøúùûü")


def halves(tokens: list[str], words: NameWords, *, style: str, order: NameOrder) -> tuple[list[str], list[str]]:
    """First names and last name.

    A block in capitals, initials, particles and first names that are never last names say it themselves; every other
    name follows ``order``, the decision for its column.
    """
    if len(tokens) < 2:
        alone = len(tokens) == 1 and words.is_first_name(tokens[0]) and not _is_last_name_too(tokens[0], words)
        return (tokens, []) if alone else ([], tokens)
    cued = capitals_cue(tokens, words, only_known_first_names=False)
    if cued is not None:
        last, first = cued
        return first, last
    starts, ends = is_initials(tokens[0]), is_initials(tokens[-1])
    sure = _sure_order(tokens, words, style) or (_likely_order(tokens, words) if order.startswith("mostly") else None)
    order = direction(order)
    if starts != ends:
        order = "first_last" if starts else "last_first"
    elif _begins_with_article(tokens, words, style):
        return tokens[2:], tokens[:2]
    elif fold_word(tokens[0]) in words.last_name_starts:
        cut = _cut_after_particles(tokens, words, order)
        if cut is not None:
            return tokens[cut:], tokens[:cut]
        order = sure or order
    elif (
        words.is_first_name(tokens[0])
        and not words.is_first_name(tokens[-1])
        and any(fold_word(token) in words.last_name_starts for token in tokens[1:-1])
    ):
        order = "first_last"  # "Jan van den Berg" says itself where its last name begins
    elif sure is not None:
        order = sure
    if order == "first_last":
        cut = _cut_first_last(tokens, words, style)
        return tokens[:cut], tokens[cut:]
    cut = _cut_last_first(tokens, words)
    return tokens[cut:], tokens[:cut]


def direction(order: NameOrder) -> Direction:
    """The order that most cells of the column have."""
    return "last_first" if order.endswith("last_first") else "first_last"


def order_of(tokens: list[str], words: NameWords) -> int:
    """What a name's words say of their order: 1 first name first, -1 last name first, 0 nothing."""
    begin, end = tokens[0], tokens[-1]
    capitals = [sum(map(str.isalpha, token)) > 1 and token.isupper() for token in (begin, end)]
    if capitals[0] != capitals[1]:
        return -1 if capitals[0] else 1
    known = [words.is_first_name(begin) or is_initials(begin), words.is_first_name(end) or is_initials(end)]
    if known[0] == known[1]:
        return 0
    return 1 if known[0] else -1


def capitals_cue(
    tokens: list[str], words: NameWords, *, only_known_first_names: bool
) -> tuple[list[str], list[str]] | None:
    """One block in capitals beside mixed words is the last name, whatever the order: (last name, first names)."""
    if not any(map(str.isupper, tokens)):
        return None
    capital = [token.isupper() and sum(map(str.isalpha, token)) > 1 and not is_initials(token) for token in tokens]
    if not any(capital):
        return None
    begin, end = capital.index(True), len(capital) - 1 - capital[::-1].index(True)
    if begin == end and _is_undotted(tokens, begin, words):
        return None
    if not all(capital[begin : end + 1]):
        inside = tokens[begin : end + 1]
        if any(not caps and fold_word(token) not in words.last_name_starts
               for caps, token in zip(capital[begin : end + 1], inside, strict=True)):  # fmt: skip
            return None
    while begin > 0 and tokens[begin - 1].islower() and fold_word(tokens[begin - 1]) in words.last_name_starts:
        begin -= 1
    if begin > 0 and end < len(tokens) - 1:
        return None
    first = tokens[:begin] + tokens[end + 1 :]
    if not first or all(token.islower() and not words.is_first_name(token) for token in first):
        return None
    if only_known_first_names and not all(words.is_first_name(token) for token in first):
        return None
    return tokens[begin : end + 1], first


def is_initials(token: str) -> bool:
    """Whether a word is one or more initials: "J.", "J.-P.", "J-P", "A"."""
    return _INITIALS.fullmatch(token) is not None


def _is_undotted(tokens: list[str], position: int, words: NameWords) -> bool:
    """ "JP Dupond": capitals without a vowel beside a last name are initials; beside a first name ("Jean NG") not."""
    token = tokens[position]
    if len(tokens) != 2 or not 1 < len(token) <= 3 or not _VOWELS.isdisjoint(token.lower()):
        return False
    return token.isalpha() and token.isascii() and not words.is_first_name(tokens[1 - position])


def _sure_order(tokens: list[str], words: NameWords, style: str) -> Direction | None:
    """The order that a pair of words tells by itself, whatever its column: "Durand Nathalie", "D'Angelo Maria"."""
    if len(tokens) != 2:
        return None
    begin, end = tokens
    if is_sure_first_name(end, words) and not words.is_first_name(begin):
        return "last_first"
    if is_sure_first_name(begin, words) and not words.is_first_name(end):
        return "first_last"
    if style != "en" and _ELIDED.match(begin) and not _ELIDED.match(end) and words.is_first_name(end):
        return "last_first"
    return None


def _likely_order(tokens: list[str], words: NameWords) -> Direction | None:
    """What a cell says in a column of both orders: which end is the surer first name."""
    if any(fold_word(token) in words.last_name_starts for token in tokens[1:-1]):
        return None
    begins, ends = _sureness(tokens[0], words), _sureness(tokens[-1], words)
    if begins == ends:
        return None
    return "first_last" if begins > ends else "last_first"


def _sureness(token: str, words: NameWords) -> int:
    """2 a first name, 1 a first name that is a common last name too, 0 neither known."""
    if not words.is_first_name(token):
        return 0
    return 1 if _is_last_name_too(token, words) else 2


def _begins_with_article(tokens: list[str], words: NameWords, style: str) -> bool:
    """ "Le Roux Aude": le and la begin last names in French, and first names elsewhere."""
    return (
        len(tokens) > 2
        and style in _FRENCH
        and tokens[0].lower() in {"le", "la"}
        and all(words.is_first_name(token) or is_initials(token) for token in tokens[2:])
    )


def _is_last_name_too(token: str, words: NameWords) -> bool:
    return fold_word(token) in words.also_last_names


def is_sure_first_name(token: str, words: NameWords) -> bool:
    """Whether a word is practically never a last name: Nathalie, Jean-Pierre."""
    if token.isascii() and token.isalpha():
        return token.lower() in words.never_last_names
    parts = fold_word(token).split()
    if len(parts) == 1:
        return parts[0] in words.never_last_names
    return len(parts) == 2 and "-" in token and parts[0] in _SURE_HEADS and parts[1] in words.first_names


def _cut_first_last(tokens: list[str], words: NameWords, style: str) -> int:
    """Where the last name begins when the first name stands first."""
    for position in range(1, len(tokens) - 1):
        if style in _SPANISH and tokens[position].lower() in {"y", "e", "i"}:
            return position - 1  # "Ortega y Gasset" is one last name
        if fold_word(tokens[position]) in words.last_name_starts and not _is_inside_first_name(tokens, position, words):
            return position
    if style == "en":
        return len(tokens) - 1
    keep = 2 if style in _SPANISH and len(tokens) > 2 and not _is_compound(tokens, words) else 1
    cut = 1
    while cut < len(tokens) - keep:
        if _is_inside_first_name(tokens, cut, words):
            cut += 3 if fold_word(tokens[cut + 1]) == "los" else 2
        elif words.is_first_name(tokens[cut]) or is_initials(tokens[cut]):
            cut += 1
        else:
            break
    return min(cut, len(tokens) - 1)


def _is_compound(tokens: list[str], words: NameWords) -> bool:
    """ "José Luis Rodríguez", three words of which two are first names; "María Martín López" has two last names."""
    second = fold_word(tokens[1])
    return (
        len(tokens) == 3
        and fold_word(tokens[0]) in words.joined_heads
        and (second in words.first_names and (second not in words.also_last_names or second in words.joined_heads))
    )


def _cut_after_particles(tokens: list[str], words: NameWords, order: Direction) -> int | None:
    """Where the last name that begins with its particles ends: "van den Berg Jan", "de Paris"; None = no cue.

    Van, Ben, Al, Di are first names too: a particle that may be one counts only before another particle.
    """
    run = 1
    while run < len(tokens) and fold_word(tokens[run]) in words.last_name_starts:
        run += 1
    if run == 1 and fold_word(tokens[0]) not in _ONLY_PARTICLES:
        return None
    if run + 1 >= len(tokens):
        return len(tokens)
    return max(run + 1, _cut_last_first(tokens, words)) if order == "last_first" else run + 1


def _cut_last_first(tokens: list[str], words: NameWords) -> int:
    """Where the first name begins when the last name stands first."""
    cut = len(tokens) - 1
    while cut > 1 and (words.is_first_name(tokens[cut - 1]) or is_initials(tokens[cut - 1])):
        cut -= 1
    while cut < len(tokens) - 1 and fold_word(tokens[cut - 1]) in words.last_name_starts:
        cut += 1
    return cut


def _is_inside_first_name(tokens: list[str], position: int, words: NameWords) -> bool:
    """ "María del Carmen", "Juan de Dios": first names of several words."""
    return (
        fold_word(tokens[position - 1]) in words.compound_heads
        and len(tokens) - position > 2
        and fold_word(tokens[position + 1]) in words.compound_tails
    )
