"""What stands around a name and is not part of it: civility, honorifics, suffix, letters after the name, birth name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from engine.standardise.name_halves import NameOrder
from engine.standardise.name_words import NameWords, fold_word
from engine.standardise.titles import GENDER_OF_TITLE, TITLE_OF_GENDER, join_honorifics, salutation_length

_GLUED = re.compile(r"([^\W\d_]+)\.(?=[^\W\d_]{2,})")
_AFTER_DOT = re.compile(r"(?<=\.)(?=[^\W\d_]{2,})")
_LONGEST = 5
"""Words in the longest civility ("de heer en mevrouw")."""

ARTICLES = frozenset({"le", "la", "l"})
_FEMININE_SIGN = "ª"


class BirthSplit(NamedTuple):
    """A name split at "née", "épouse", "divorcée"."""

    before: list[str]
    after: list[str]
    kind: Literal["born", "married", "former"]


@dataclass(slots=True)
class Affixes:
    """What was taken off a name."""

    title: str | None = None
    gender: str | None = None
    honorifics: list[str] = field(default_factory=list)
    suffix: str | None = None
    household: bool = False
    several: bool = False
    left_over: bool = False

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
            taken = _salutation(tokens, words)
        if not taken:
            break
        tokens = tokens[taken:]
    tokens = _second_title(tokens, found, words, style=style, titled=titled)
    if found.title is None and found.gender:
        found.title = TITLE_OF_GENDER[found.gender]
    return tokens


def _salutation(tokens: list[str], words: NameWords) -> int:
    """ "Gent.ma Sig.ra Rossi", "Sehr geehrter Herr Meier": believed only in front of a civility."""
    folds = [word for token in tokens[:3] for word in fold_word(token).split()]
    length = salutation_length(folds, words.titles)
    if not length:
        return 0
    taken = 0
    while length > 0:
        length -= len(fold_word(tokens[taken]).split())
        taken += 1
    follows = fold_word(tokens[taken]) if taken < len(tokens) else ""
    titles = words.titles
    known = follows in titles.codes or follows in titles.salutations or follows in titles.every_honorific
    return taken if length == 0 and known else 0


def _second_title(tokens: list[str], found: Affixes, words: NameWords, *, style: str, titled: bool) -> list[str]:
    """ "Dr & Mrs Smith": what follows the sign is the title of a second person, not a name."""
    taken = found.title is not None or bool(found.honorifics)
    if not taken or len(tokens) < 3 or not (tokens[0] in words.joining_signs or tokens[0] in words.joining_words):
        return tokens
    other = Affixes()
    rest = take_prefixes(tokens[1:], other, words, style=style, titled=titled)
    if other.title is None and not other.honorifics:
        return tokens
    found.several = True
    pair = {found.title, other.title}
    found.title, found.gender = ("MR_AND_MRS" if pair in ({"MR", "MRS"}, {"MR_AND_MRS"}) else None), None
    found.honorifics += other.honorifics
    return rest


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
            if len(tokens) < others + length or _only_articles(tokens[:-length], others, words):
                continue
            phrase = " ".join(filter(None, map(fold_word, tokens[-length:])))
            if found.suffix is None and phrase in words.suffixes and _is_suffix(tokens[-1], phrase, words, style):
                found.suffix = words.suffixes[phrase]
                if phrase in words.kept_in_name and style in words.kept_in_name_styles:
                    return tokens
            elif phrase in words.post_nominal or (
                phrase in words.post_nominal_after_comma and (after_comma or _is_degree(tokens, style))
            ):
                found.honorifics.append(_post_nominal(tokens[-length:]))
            elif others and _closes(tokens[-length:], phrase, found, words, left=len(tokens) - length):
                pass
            else:
                continue
            tokens = tokens[:-length]
            break
        else:
            return tokens


def _only_articles(tokens: list[str], others: int, words: NameWords) -> bool:
    """ "Le Père": what would be left is no name."""
    return others > 0 and all(fold_word(token) in words.last_name_starts for token in tokens)


def _closes(written: list[str], phrase: str, found: Affixes, words: NameWords, *, left: int) -> bool:
    """A civility or honorific behind the name: "DUPONT Marie Mme", "Müller Hans Dr."."""
    titles = words.titles
    if written[0].islower() and not written[-1].endswith("."):
        return False
    if phrase in titles.before_names and phrase not in titles.needs_rest and phrase not in titles.several:
        if found.title is None:
            _note_title(found, titles.codes.get(phrase), written)
        return True
    dotted = written[-1].endswith(".")
    if (phrase in titles.honorifics - titles.needs_rest and (dotted or left > 1)) or (
        phrase in titles.honorifics_with_dot and dotted
    ):
        found.honorifics.append(titles.display(phrase))
        return True
    return False


def take_inner_titles(
    tokens: list[str], found: Affixes, words: NameWords, *, order: NameOrder
) -> tuple[list[str], NameOrder]:
    """The tokens without a civility or honorific in their middle ("Rossi dott. Mario"), and the order it tells."""
    titles = words.titles
    for position in range(1, len(tokens) - 1):
        token, phrase = tokens[position], fold_word(tokens[position])
        if fold_word(tokens[position - 1]) in words.last_name_starts:
            continue
        dotted = token.endswith(".")
        if (phrase in titles.honorifics - titles.needs_rest and (dotted or token[0].isupper())) or (
            phrase in titles.honorifics_with_dot and dotted and len(phrase) > 2
        ):
            found.honorifics.append(titles.display(phrase))
        elif phrase in titles.before_names - titles.needs_rest - words.before_married_name and found.title is None:
            _note_title(found, titles.codes.get(phrase), [token])
        elif found.suffix is None and phrase in words.suffixes and words.is_first_name(tokens[position + 1]):
            said = token.islower() or not words.is_first_name(tokens[position - 1])
            if not said or not _is_suffix(token, phrase, words, ""):
                continue
            found.suffix = words.suffixes[phrase]  # "Vasseur Sr Nicolas"
        else:
            continue
        rest = tokens[position + 1 :]
        if words.is_first_name(rest[0]) and not words.is_first_name(tokens[0]):
            order = "last_first"
        return take_inner_titles([*tokens[:position], *rest], found, words, order=order)
    return tokens, order


def find_birth_name(tokens: list[str], words: NameWords, *, style: str) -> BirthSplit | None:
    """Split at "née", "geb.", "épouse", "divorcée" ...; None when nothing of the kind stands between two words."""
    for position in range(1, len(tokens) - 1):
        for length in (3, 2, 1):
            if position + length >= len(tokens):
                continue
            marker = tokens[position : position + length]
            kind = _birth_kind(marker, words, style)
            if kind is not None:
                return BirthSplit(tokens[:position], tokens[position + length :], kind)
    return None


def is_birth_marker(tokens: list[str], words: NameWords, *, style: str) -> bool:
    """Whether the words begin with "née", "geb.", "épouse"."""
    return any(_birth_kind(tokens[:length], words, style) for length in (3, 2, 1) if len(tokens) > length)


def _birth_kind(marker: list[str], words: NameWords, style: str) -> Literal["born", "married", "former"] | None:
    phrase = " ".join(filter(None, map(fold_word, marker)))
    if phrase in words.before_birth_name and _is_marker(marker, phrase):
        return "born"
    if phrase in words.before_married_name and _is_marker(marker, phrase):
        return "married"
    if phrase in words.before_former_name:
        return "former"
    if style in words.before_married_name_in_style.get(phrase, ()) and marker[0] in (phrase, phrase.upper()):
        return "married"
    return None


def _is_marker(marker: list[str], phrase: str) -> bool:
    """Short words need their accent or dot: "Ne" and "Ep" are names somewhere."""
    written = " ".join(marker)
    return len(phrase) > 2 or not written.isascii() or "." in written


def only_honorifics(tokens: list[str], words: NameWords) -> list[str] | None:
    """The honorifics that a part of a name consists of ("lic. iur.", "Dipl. Ing. ETH"); None when it holds a name."""
    folds = [word for token in tokens for word in fold_word(token).split()]
    found: list[str] = []
    position = 0
    while position < len(folds):
        for length in range(min(_LONGEST, len(folds) - position), 0, -1):
            phrase = " ".join(folds[position : position + length])
            titles = words.titles
            if phrase in titles.every_honorific or phrase in words.post_nominal:
                found.append(titles.display(phrase))
            elif found and phrase in titles.honorifics_after_name:
                found.append(phrase.upper())
            else:
                continue
            position += length
            break
        else:
            return None
    return found or None


def _is_suffix(token: str, phrase: str, words: NameWords, style: str) -> bool:
    """Sen and Jun are names, Cadet a last name: a suffix with a dot, in their own country, in small letters."""
    if phrase in words.suffix_with_dot_or_style:
        return token.endswith(".") or style in words.suffix_with_dot_or_style[phrase]
    return phrase not in words.suffix_lower_case or token.islower()


def _is_degree(tokens: list[str], style: str) -> bool:
    """ "John Smith MD": letters in capitals behind a name in mixed case, in a country that writes them so."""
    return style == "en" and len(tokens) > 2 and tokens[-1].isupper() and not tokens[-2].isupper()


def _fold_prefix(token: str) -> str:
    """Folded; the Spanish feminine sign makes a title of what is a particle without it: "Dª María", "da Silva"."""
    folded = fold_word(token)
    return "dna" if _FEMININE_SIGN in token and folded in ("da", "d a") else folded


def _prefix(tokens: list[str], found: Affixes, words: NameWords, *, style: str, titled: bool) -> int:
    titles = words.titles
    if _fold_prefix(tokens[0]) not in words.opening_words:
        return 0
    folds = [_fold_prefix(token) for token in tokens[:_LONGEST]]
    for length in range(min(_LONGEST, len(tokens)), 0, -1):
        if not folds[0] or not folds[length - 1]:
            continue
        phrase = " ".join(filter(None, folds[:length]))
        left = len(tokens) - length
        with_dot = tokens[length - 1].endswith(".")
        if phrase in titles.household and left and not found.household:
            found.household = True
            return length
        if phrase in titles.household_articles and left > 1 and folds[length] in titles.household:
            return length
        if found.title is None and not found.several and left >= (phrase in titles.needs_rest):
            if phrase in titles.several and left and (phrase in titles.before_names):
                found.several, found.gender = True, titles.several[phrase]
                return length
            if phrase in titles.before_names or _is_weak(phrase, left, words, with_dot, style=style, titled=titled):
                _note_title(found, titles.codes.get(phrase), tokens[:length])
                return length
        if _repeats_title(phrase, left, found, words, with_dot, style):
            return length
        if _is_honorific(phrase, left, found, words, with_dot, style, written=tokens[0]):
            found.honorifics.append(titles.display(phrase))
            found.gender = found.gender or titles.honorific_gender.get(phrase)
            return length
    return 0


def _repeats_title(phrase: str, left: int, found: Affixes, words: NameWords, with_dot: bool, style: str) -> bool:
    """ "Sra. Dña. Carmen", "Sr. D. Juan": two civilities of one person."""
    titles = words.titles
    if found.title is None or not left or titles.codes.get(phrase, found.title) != found.title:
        return False
    return phrase in titles.before_names or (
        style == "es" and _is_weak(phrase, left, words, with_dot, style=style, titled=False)
    )


def _is_weak(phrase: str, left: int, words: NameWords, with_dot: bool, *, style: str, titled: bool) -> bool:
    """Whether a word that may be an initial is a civility here: by its dot, its country, its column."""
    titles = words.titles
    if not left:
        return False
    if style in titles.in_style.get(phrase, ()):
        return True
    if phrase not in titles.weak:
        return False
    at_home = style in titles.weak[phrase]
    return (titled and (at_home or phrase not in titles.weak_only_at_home)) or (with_dot and at_home)


def _is_honorific(
    phrase: str, left: int, found: Affixes, words: NameWords, with_dot: bool, style: str, *, written: str
) -> bool:
    titles = words.titles
    if phrase in titles.honorifics:
        return left >= (phrase in titles.needs_rest)
    if not left:
        return False
    if phrase in titles.honorifics_with_dot and with_dot:
        return True
    if style in titles.honorifics_in_style.get(phrase, ()) and not written.islower():
        return True
    return found.title is not None and _follows_title(phrase, left, words)


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
