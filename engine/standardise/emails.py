"""E-mail addresses: one cell into its addresses, and what is to be thought of each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import NamedTuple

from engine.rulebook.standardisation import EmailDomains, Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.placeholders import PlaceholderWords, is_placeholder

PLAIN = r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
"""An address that needs no library: SQL takes it as it is, in lower case. Lengths are bounded beside it."""

IMPORTABLE = r"^[0-9a-z+$_-]+(\.[0-9a-z+$_-]+)*@[0-9a-z+_-]+(\.[0-9a-z+_-]+)+$"
"""SecuTix' own pattern: narrower than the standard (o'neil@ is mail, and not importable)."""

_SEVERAL = re.compile(r"[\s;,/|]+|\b(?:ou|oder|et|und|and|or)\b")
_CERTAIN_BREAK = re.compile(r"[;/|]")
_ANGLED = re.compile(r"<([^<>]*@[^<>]*)>")
_EDGES = " \t<>()[]{}\"'`´;:,.|/\\«»“”„‘’‹›"
_SPELLED_AT = re.compile(r"\s*[\[({<]\s*(?:at|arobase|chiocciola|arroba|klammeraffe|ät)\s*[\])}>]\s*")
_SPELLED_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|point|punkt|punto|ponto)\s*[\])}>]\s*")
_SPACED_AT = re.compile(r"([a-z0-9._+-]+)\s(?:at|arobase)\s([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})")
_LABEL = re.compile(r"^(?:e-?mail|mail|courriel|e-post|correo|adresse)\s*[:=]\s*")
_COMMENT = re.compile(r"\s*\([^()@]*\)\s*$")
_SUBJECT = re.compile(r"\?[a-z]+=.*$")
_FULL_WIDTH = re.compile(r"[\uff01-\uff5e]")
_ROLE_BREAK = re.compile(r"[._+-]")


class EmailCell(NamedTuple):
    """The addresses of one cell in their order, lower case; placeholders and what is no address left out."""

    emails: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True)
class EmailWords:
    """The compiled lists of ``email_domains.yml`` and the placeholder addresses."""

    free: frozenset[str]
    typos: Mapping[str, str]
    tld_typos: Mapping[str, str]
    roles: frozenset[str]
    roles_whole_word: frozenset[str]
    placeholders: PlaceholderWords
    null: frozenset[str]
    null_pattern: str
    suspect_pattern: str
    tlds: frozenset[str]
    disposable: frozenset[str]

    @classmethod
    def of(cls, domains: EmailDomains, placeholders: Placeholders) -> EmailWords:
        """Compile the rules, the public suffix snapshot and the list of disposable domains; nothing is downloaded."""
        from disposable_email_domains import blocklist

        return cls(
            free=_flat(domains.free),
            typos={typo: right for right, typos in domains.typos.items() for typo in typos},
            tld_typos={typo: right for right, typos in domains.tld_typos.items() for typo in typos},
            roles=_flat(domains.roles),
            roles_whole_word=frozenset(domains.roles_whole_word),
            placeholders=PlaceholderWords.of(placeholders),
            null=frozenset(placeholders.email.null),
            null_pattern="|".join(f"(?:{pattern})" for pattern in placeholders.email.regex_null),
            suspect_pattern="|".join(f"(?:{pattern})" for pattern in placeholders.email.regex_suspect),
            tlds=_top_level_domains(),
            disposable=frozenset(blocklist),
        )

    @cached_property
    def null_match(self) -> re.Pattern[str]:
        """Addresses nobody reads."""
        return re.compile(self.null_pattern)

    @cached_property
    def suspect_match(self) -> re.Pattern[str]:
        """Addresses that may well be nobody's."""
        return re.compile(self.suspect_pattern)


def standardise_emails(raw: str, words: EmailWords) -> EmailCell:
    """Read one cell: "Jean <JEAN@X.FR>", "a@x.fr; b@y.fr", "mailto:...", "jean(at)x.fr", "mail: jean@x.fr (bureau)".

    Reasons, when no address is left: ``placeholder``, ``no_at_sign``, ``two_at_signs``, ``comma_in_domain``,
    ``space_inside``, ``no_dot_in_domain``, ``invalid_email``. When some are left: ``several_emails`` for two and more,
    ``invalid_email_beside`` when another part of the cell was refused, else the reason of the first address.
    """
    text = clean(raw).text
    text = (unicodedata.normalize("NFKC", text) if _FULL_WIDTH.search(text) else text).lower().replace("mailto:", "")
    if not text:
        return EmailCell(())
    if "@" not in text:
        text = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", text))
        spaced = _SPACED_AT.fullmatch(text)
        text = f"{spaced[1]}@{spaced[2]}" if spaced is not None else text
    if text.count("@") == 1:
        text = _SUBJECT.sub("", _COMMENT.sub("", _LABEL.sub("", text)))
    if text.count("@") == 0:
        return EmailCell((), "placeholder" if is_placeholder(text, words.placeholders) else "no_at_sign")
    angled = _ANGLED.findall(text)
    parts = angled or (_SEVERAL if text.count("@") > 1 else _CERTAIN_BREAK).split(text)
    emails: dict[str, None] = {}
    refused: list[str] = []
    for part in parts:
        if "@" not in part and len(parts) > 1:
            continue
        email, reason = _one(part)
        if email is None:
            refused.append(reason or "invalid_email")
        elif is_placeholder_email(email, words):
            refused.append("placeholder")
        else:
            emails[email] = None
    if not emails:
        return EmailCell((), refused[0] if refused else "invalid_email")
    found = tuple(emails)
    if len(found) > 1:
        return EmailCell(found, "several_emails")
    return EmailCell(found, "invalid_email_beside" if refused else email_reason(found[0], words))


def is_placeholder_email(email: str, words: EmailWords) -> bool:
    """Whether a lower-case address stands for "none"."""
    local, _, domain = email.partition("@")
    same = len(set(local)) == 1 and len(local) >= words.placeholders.repeated_from
    return email in words.null or words.null_match.search(email) is not None or (same and local in domain)


def email_reason(email: str, words: EmailWords) -> str | None:
    """What is doubtful about a valid address; its value is kept all the same.

    ``domain_typo`` (gmial.com), ``unknown_tld``, ``suspect_placeholder``, ``not_importable``.
    """
    domain = email.rpartition("@")[2]
    doubt = domain_reason(domain, words)
    if doubt is not None:
        return doubt
    local = email.rpartition("@")[0]
    if words.suspect_match.search(email) or (
        domain.startswith(f"{local}.") and len(local) <= 6 and domain not in words.free
    ):
        return "suspect_placeholder"
    return None if re.match(IMPORTABLE, email) else "not_importable"


def domain_reason(domain: str, words: EmailWords) -> str | None:
    """``domain_typo`` or ``unknown_tld``; the typo list is read before the free list, which holds typos in packages."""
    if domain in words.typos:
        return "domain_typo"
    label, _, tld = domain.rpartition(".")
    if tld in words.tld_typos and f"{label}.{words.tld_typos[tld]}" in words.free:
        return "domain_typo"
    return None if tld in words.tlds else "unknown_tld"


def is_disposable(domain: str, words: EmailWords) -> bool:
    """Whether a domain, or the domain it belongs to, gives throw-away mailboxes."""
    parts = domain.split(".")
    return any(".".join(parts[start:]) in words.disposable for start in range(len(parts) - 1))


def email_class(email: str, words: EmailWords) -> str:
    """``role`` (info@, billetterie-groupes@), ``disposable`` or ``personal``."""
    local, _, domain = email.rpartition("@")
    if domain not in words.typos and is_disposable(domain, words):  # gmial.com is both: a typo is no throw-away
        return "disposable"
    head = _ROLE_BREAK.split(local, maxsplit=1)[0]
    is_role = local in words.roles or (head in words.roles and head not in words.roles_whole_word and len(head) > 2)
    return "role" if is_role else "personal"


@lru_cache(maxsize=1)
def _top_level_domains() -> frozenset[str]:
    """From the snapshot of the public suffix list in tldextract's wheel, read as text.

    Its own reader would go to the network by default, and takes a third of a second to build what is not needed here.
    """
    text = resources.files("tldextract").joinpath(".tld_set_snapshot").read_text(encoding="utf-8")
    suffixes = (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("//"))
    return frozenset(suffix.rsplit(".", 1)[-1] for suffix in suffixes)


def _one(part: str) -> tuple[str | None, str | None]:
    text = part.strip(_EDGES)
    text = re.sub(r"\s*@\s*", "@", text)
    if text.count("@") != 1:
        return None, "two_at_signs" if "@" in text else "no_at_sign"
    local, domain = text.split("@")
    if " " in text:
        return None, "space_inside"
    if "," in domain:
        return None, "comma_in_domain"
    if "." not in domain:
        return None, "no_dot_in_domain"
    if len(local) <= 64 and len(text) <= 254 and re.fullmatch(PLAIN, text) and _labels_fit(domain):
        return text, None
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValueError):
        return None, "invalid_email"
    return found.normalized.lower(), None


def _labels_fit(domain: str) -> bool:
    return all(len(label) <= 63 for label in domain.split("."))


def _flat(groups: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(word for words in groups.values() for word in words)
