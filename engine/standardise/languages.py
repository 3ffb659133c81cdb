"""Language names and codes -> ISO 639-1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.rulebook.standardisation import Languages, Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.placeholders import PlaceholderWords, is_placeholder
from engine.vocabulary import Standardised

_LOCALE = re.compile(r"([a-z]{2,3})[-_][a-z]{2,4}(?:[-_][a-z]{2})?(?:[.@].*)?", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_BETWEEN = re.compile(r"\s*[/;,+&|]\s*|\s+(?:et|und|and|e|en|y|ou|oder|or|o)\s+", re.IGNORECASE)


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
    """``Français``, ``fr_CH``, ``F``, ``Deutsch (Schweiz)`` -> ISO 639-1.

    Reasons: ``placeholder``, ``several_languages`` (the first of them is taken), ``unknown_language``.
    """
    text = clean(raw).text
    known = _code(text, words)
    if known is not None:
        return Standardised(known)
    if not text:
        return Standardised(None)
    if is_placeholder(text, words.placeholders):
        return Standardised(None, "placeholder")
    aside = _ASIDE.sub(" ", text).strip()
    if aside != text and (known := _code(aside, words)) is not None:
        return Standardised(known)
    parts = [_code(part, words) for part in _BETWEEN.split(text) if part]
    if parts and parts[0] is not None and None not in parts:
        return Standardised(parts[0], "several_languages" if len(set(parts)) > 1 else None)
    return Standardised(None, "unknown_language")


def _code(text: str, words: LanguageWords) -> str | None:
    found = words.codes.get(fold(text))
    if found is None and (locale := _LOCALE.fullmatch(text)) is not None:
        found = words.codes.get(locale[1].lower())
    return found
