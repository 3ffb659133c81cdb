"""What stands around a name and is not part of it: civility, honorifics, suffix, letters after the name, birth name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.standardise.name_words import NameWords, fold_word
from engine.standardise.titles import GENDER_OF_TITLE, TITLE_OF_GENDER, display_honorific, join_honorifics

_GLUED = re.compile(r"([^\W\d_]+)\.(?=[^\W\d_]{2,})")
_AFTER_DOT = re.compile(r"(?<=\.)(?=[^\W\d_]{2,})")
_LONGEST = 5
"""Words in the longest civility ("de heer en mevrouw")."""

ARTICLES = frozenset({"le", "la", "l"})


@dataclass(slots=True)
class Affixes:
    """What was taken off a name."""

    title: str | None = None
    gender: str | None = None
    honorifics: list[str] = field(default_factory=list)
    suffix: str | None = None
    household: bool = False

    @property
    def academic_title(self) -> str | None:
        """The honorifics as one text."""
        return join_honorifics(self.honorifics)


def take_prefixes(tokens: list[str], found: Affixes, words: NameWords, *, style: str, titled: bool) -> list[str]:
    """The tokens without the civility, honorifics and household words in front; what they say goes to ``found``.

    Args:
        tokens: words as written.
        found: receives title, gender, honorifics, household.
        words: the compiled rules.
        style: how the record's country writes names.
        titled: other names of the same source carry a plain civility, so a lone "M" is monsieur, not an initial.
    """
    while tokens:
        tokens = _split_glued(tokens, words)
        taken = _prefix(tokens, found, words, style=style, titled=titled)
        if not taken:
            break
        tokens = tokens[taken:]
    if found.title is None and found.gender:
        found.title = TITLE_OF_GENDER[found.gender]
    return tokens


def take_suffixes(
    tokens: list[str], found: Affixes, words: NameWords, *, style: str, others: int, after_comma: bool = False
) -> list[str]:
    """The tokens without generational suffix and letters after the name.

    Args:
        tokens: words as written.
        found: receives suffix and honorifics.
        words: the compiled rules.
        style: how the record's country writes names.
        others: words that must stay; 2 in a full name, 1 in a last-name column, 0 behind a comma.
        after_comma: the tokens stand behind a comma of their own ("Smith, MD").
    """
    while True:
        for length in (2, 1):
            if len(tokens) < others + length:
                continue
            phrase = " ".join(filter(None, map(fold_word, tokens[-length:])))
            if found.suffix is None and phrase in words.suffixes:
                found.suffix = words.suffixes[phrase]
                if phrase in words.kept_in_name and style in words.kept_in_name_styles:
                    return tokens
            elif phrase in words.post_nominal or (after_comma and phrase in words.post_nominal_after_comma):
                found.honorifics.append(_post_nominal(tokens[-length:]))
            else:
                continue
            tokens = tokens[:-length]
            break
        else:
            return tokens


def find_birth_name(tokens: list[str], words: NameWords) -> tuple[list[str], list[str], bool] | None:
    """Split at "née", "geb.", "épouse" ...: (words before, words after, whether the birth name stands after)."""
    for position in range(1, len(tokens) - 1):
        for length in (3, 2, 1):
            if position + length >= len(tokens):
                continue
            marker = tokens[position : position + length]
            phrase = " ".join(filter(None, map(fold_word, marker)))
            if phrase in words.before_birth_name and _is_marker(marker, phrase):
                return tokens[:position], tokens[position + length :], True
            if phrase in words.before_married_name and _is_marker(marker, phrase):
                return tokens[:position], tokens[position + length :], False
    return None


def _is_marker(marker: list[str], phrase: str) -> bool:
    """Short words need their accent or dot: "Ne" and "Ep" are names somewhere."""
    written = " ".join(marker)
    return len(phrase) > 2 or not written.isascii() or "." in written


def _prefix(tokens: list[str], found: Affixes, words: NameWords, *, style: str, titled: bool) -> int:
    titles = words.titles
    folds = [fold_word(token) for token in tokens[:_LONGEST]]
    for length in range(min(_LONGEST, len(tokens)), 0, -1):
        if not folds[0] or not folds[length - 1]:
            continue
        phrase = " ".join(filter(None, folds[:length]))
        left = len(tokens) - length
        with_dot = tokens[length - 1].endswith(".")
        if phrase in titles.household and left and not found.household:
            found.household = True
            return length
        if found.title is None and left >= (phrase in titles.needs_rest):
            is_weak = phrase in titles.weak and left and (titled or (with_dot and style in titles.weak[phrase]))
            if phrase in titles.before_names or is_weak:
                _note_title(found, titles.codes.get(phrase), tokens[:length])
                return length
        is_honorific = phrase in titles.honorifics or (phrase in titles.honorifics_with_dot and with_dot and left)
        if is_honorific or (found.title is not None and _follows_title(phrase, left, words)):
            found.honorifics.append(display_honorific(phrase))
            found.gender = found.gender or titles.honorific_gender.get(phrase)
            return length
    return 0


def _follows_title(phrase: str, left: int, words: NameWords) -> bool:
    """ "M. le Comte X"; without its article a surname when only one word is left ("Frau Graf Maria")."""
    return phrase in words.titles.honorifics_after_title and left >= (1 if phrase.split()[0] in ARTICLES else 2)


def _note_title(found: Affixes, code: str | None, written: list[str]) -> None:
    if code == "MR_AND_MRS" and any("/" in token for token in written):
        return  # "M./Mme Dupont" is a form left unanswered
    found.title = code
    found.gender = GENDER_OF_TITLE.get(code or "")


def _split_glued(tokens: list[str], words: NameWords) -> list[str]:
    """ "Mme.Dupont" is two words, "J.Dupont" and "Sig.ra" are not."""
    glued = _GLUED.match(tokens[0])
    if glued is None:
        return tokens
    head = fold_word(glued[1])
    titles = words.titles
    if fold_word(tokens[0]) in titles.before_names or not (
        head in titles.before_names or head in titles.honorifics or head in titles.weak
    ):
        return tokens
    return [*_AFTER_DOT.split(tokens[0]), *tokens[1:]]


def _post_nominal(tokens: list[str]) -> str:
    return " ".join(tokens).strip(",.; ")
