"""Language names and codes -> ISO 639-1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.rulebook.standardisation import Languages, Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.placeholders import PlaceholderWords, is_placeholder
from engine.vocabulary import Standardised


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """The compiled ``languages.yml``."""

    codes: Mapping[str, str]
    placeholders: PlaceholderWords

    @classmethod
    def of(cls, languages: Languages, placeholders: Placeholders) -> LanguageWords:
        """Compile the rules once."""
        codes = {fold(name): code for code, names in languages.names.items() for name in names}
        return cls(codes, PlaceholderWords.of(placeholders))


def standardise_language(raw: str, words: LanguageWords) -> Standardised:
    """``Français``, ``fr_CH``, ``F`` -> ``fr``. Reasons: ``placeholder``, ``unknown_language``."""
    text = clean(raw).text
    folded = fold(text)
    if folded in words.codes:
        return Standardised(words.codes[folded])
    if not text:
        return Standardised(None)
    return Standardised(None, "placeholder" if is_placeholder(text, words.placeholders) else "unknown_language")
