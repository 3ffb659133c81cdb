"""Addresses of web sites."""

from __future__ import annotations

import re

from engine.standardise.cleaning import clean
from engine.standardise.placeholders import PlaceholderWords, is_placeholder
from engine.vocabulary import Standardised

_SCHEME = re.compile(r"^(?:https?|htpp|hhtp|htp|http?s?)\s*[:;]?\s*/{1,3}\s*", re.IGNORECASE)
_HOST = re.compile(r"([^\W_]([\w-]*[^\W_])?\.)+[^\W\d_]{2,}|([^\W_]([\w-]*[^\W_])?\.)+xn--[a-z0-9-]+")
_SEVERAL = re.compile(r"[\s;,|]+")


def standardise_website(raw: str, words: PlaceholderWords) -> Standardised:
    """A web address with its scheme and its host in lower case; SecuTix asks for the ``http://`` prefix.

    Reasons: ``placeholder``, ``email_in_website``, ``invalid_website``, ``several_values`` (the first is kept).

    >>> from engine.rulebook import RuleBook
    >>> from engine.rulebook.standardisation import Placeholders
    >>> words = PlaceholderWords.of(RuleBook().load("standardisation/placeholders.yml", Placeholders))
    >>> standardise_website("WWW.Example.CH/Plan", words).value
    'http://www.example.ch/Plan'
    """
    text = clean(raw).text.strip(" <>\"'")
    if not text:
        return Standardised(None, "placeholder" if raw.strip() else None)
    if is_placeholder(text, words) or text.lower() in {"http://", "https://", "www", "www.", "http://www."}:
        return Standardised(None, "placeholder")
    spelled = _SCHEME.match(text)
    scheme = "https" if spelled and spelled[0].lower().startswith("https") else "http"
    parts = [part for part in _SEVERAL.split(text[spelled.end() :] if spelled else text) if part]
    if not parts:
        return Standardised(None, "invalid_website")
    host, _, path = parts[0].partition("/")
    host, colon, port = host.lower().rstrip(".").partition(":")
    if "@" in host:
        return Standardised(None, "email_in_website")
    if _HOST.fullmatch(host) is None or (colon and not (port.isascii() and port.isdigit())):
        return Standardised(None, "invalid_website")
    rest = f"/{path}" if path else ""
    return Standardised(f"{scheme}://{host}{colon}{port}{rest}", "several_values" if len(parts) > 1 else None)
