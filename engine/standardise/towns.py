"""Towns: local names, what stands behind them, proper case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.rulebook.load import RuleBook
from engine.rulebook.places import AddressWords, CountryNames, Regions, TownAliases, TownWords
from engine.rulebook.standardisation import Placeholders
from engine.standardise.cleaning import clean
from engine.standardise.folding import fold
from engine.standardise.placeholders import PlaceholderWords, is_placeholder
from engine.standardise.street_names import capital

_CODE = re.compile(r"((?:[A-Z]{1,3}\s?[-–]\s?)?(?:\d{4}-\d{3}|\d{4,5}(?:\s?[A-Z]{2}(?=\s))?))\s*[-,]?\s+(?=[^\W\d_])")
_CODE_BEHIND = re.compile(r"(?P<town>.*[^\W\d_][^\d]*?)[\s,-]+(?P<code>(?:[A-Z]{1,3}-)?\d{4,5})")
_DEPARTMENT = re.compile(r"(?P<department>\d{2}|2[AB]|97\d)\s*[-,]?\s+(?=[^\W\d_]{2})")
_ON = re.compile(r"(?<=[^\W\d_])[\s-]+s/\s?-?(?=[^\W\d_]{3})", re.IGNORECASE)
_LOST_APOSTROPHE = re.compile(r"\b([dl])\s(?=[aeiouyhâéèêîô])", re.IGNORECASE)
_TWO_NAMES = re.compile(r"\s+[-–/]\s*|\s*[-–/]\s+")
_CEDEX = re.compile(r"[\s,-]+c[eé]de?x\b.*$", re.IGNORECASE)
_NUMBERED = re.compile(
    r"[\s,]+(?:\d{1,2}\s?\.?\s?(?:e|er|è|eme|ème|bezirk)?(?:\s?arr(?:ondissement|dt|t)?\.?)?|[IVX]{1,5}|\(\d{1,2}\))$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?P<town>.*[^\W\d_.])(?:\s*[,/]\s*|\s+)\(?(?P<code>[A-Za-z]{2,3}|\d{2}[AB]?)\)?")
_BRACKETED = re.compile(r"(?P<town>.*\S)\s*\((?P<inside>[^()]+)\)")
_PIECES = re.compile(r"[^\W_]+|[\W_]+")
_ELISIONS = frozenset({"d", "l", "s", "dell", "nell", "sull", "all"})


class TownCell(NamedTuple):
    """What a town cell holds.

    Attributes:
        town: the town in proper case, a known alias as the local name; None = nothing usable.
        alias: a local name that holds only when the post code is one of its own ("Boll" -> Bulle).
        code: a post code that stood before or behind the town ("1201 Genève", "Marseille 13008"), raw.
        region: a canton, province or state that stood behind it ("Renens VD"), as its code; a department before it
            ("75 Paris").
        reason: ``placeholder``.
    """

    town: str | None
    alias: str | None
    code: str | None
    region: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class TownIndex:
    """(country, folded spelling) to the local name, those that need their post code, and those official as well."""

    local: Mapping[tuple[str, str], str]
    doubtful: frozenset[tuple[str, str]]
    elsewhere: Mapping[tuple[str, str], str]
    official: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, book: RuleBook) -> TownIndex:
        """The index of the rules in force."""
        rules = book.load("standardisation/town_aliases.yml", TownAliases)
        local = {
            (country, fold(spelling)): town
            for country, towns in rules.towns.items()
            for town, spellings in towns.items()
            for spelling in spellings
        }
        local |= {(country, fold(town)): town for country, towns in rules.towns.items() for town in towns}
        doubtful = {(country, fold(word)) for country, words in rules.needs_post_code.items() for word in words}
        elsewhere = {
            (country, fold(town)): fold(spelled)
            for country, towns in rules.geonames_differs.items()
            for town, spelled in towns.items()
        }
        official = {(country, fold(word)) for country, words in rules.official.items() for word in words}
        return cls(local, frozenset(doubtful), elsewhere, frozenset(official))

    def aliases(self) -> list[tuple[str | None, ...]]:
        """(country, folded name, folded name the gazetteer has) of every other name."""
        pairs = {(country, name, fold(town)) for (country, name), town in self.local.items() if name != fold(town)}
        for (country, town), spelled in self.elsewhere.items():
            pairs.add((country, town, spelled))
            pairs |= {
                (c, name, spelled) for (c, name), local in self.local.items() if (c, fold(local)) == (country, town)
            }
        return sorted(pairs)


@dataclass(frozen=True, slots=True)
class TownRules:
    """The rules a town cell is read by."""

    index: TownIndex
    words: TownWords
    placeholders: PlaceholderWords
    towns_null: frozenset[str]
    regions: Mapping[str, Mapping[str, str]]
    particles: frozenset[str]
    country_names: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, book: RuleBook) -> TownRules:
        """The rules in force."""
        words = book.load("standardisation/address_words.yml", AddressWords).town
        dummies = book.load("standardisation/placeholders.yml", Placeholders)
        regions = book.load("standardisation/regions.yml", Regions).by_country()
        return cls(
            index=TownIndex.of(book),
            words=words,
            placeholders=PlaceholderWords.of(dummies),
            towns_null=frozenset(map(fold, dummies.town.null)),
            regions={
                country: {fold(name): code for code, names in codes.items() for name in (code, *names)}
                for country, codes in regions.items()
            },
            particles=frozenset(map(str.lower, words.particles)),
            country_names={
                country: frozenset(map(fold, names))
                for country, names in book.load("standardisation/country_names.yml", CountryNames).names.items()
            },
        )


def read_town(raw: str, country: str | None, rules: TownRules) -> TownCell:
    """Read a town cell of a row of ``country``.

    "PARIS CEDEX 07" -> Paris, "Renens VD" -> Renens with region VD, "Genf" -> Genève, "ST GERMAIN EN LAYE" ->
    Saint-Germain-en-Laye. The gazetteer's spelling is never used.
    """
    text = clean(raw).text.strip(" ,;-/")
    if not text:
        return TownCell(None, None, None, None, None)
    if fold(text) in rules.towns_null or is_placeholder(text, rules.placeholders):
        return TownCell(None, None, None, None, "placeholder")
    found = _CODE.match(text)
    code = found[1] if found is not None else None
    text = text[found.end() :] if found is not None else text
    department = None
    if code is None and country == "FR" and (cut := _DEPARTMENT.match(text)) is not None:
        department, text = cut["department"], text[cut.end() :]
    text = _CEDEX.sub("", text)
    text = _without_country(text, country, rules)
    if code is None and country in _PLAIN_CODES and (behind := _CODE_BEHIND.fullmatch(text)) is not None:
        code, text = behind["code"], behind["town"].strip(" ,-")
    if country in _FRENCH:
        text = _ON.sub("-SUR-" if text.isupper() else "-sur-", text)
        text = _LOST_APOSTROPHE.sub(r"\1'", text) if text.isupper() or text.islower() else text
    text = _without_number(text, country, rules)
    text, region = _without_region(text, country, rules)
    region = region or department
    text = _without_district(text, country, rules).strip(" ,;-/") or text
    text = _one_name(text, country, rules)
    key = (country or "", fold(text))
    alias = rules.index.local.get(key)
    if key in rules.index.official:
        return TownCell(_written(text, country, rules), None, code, region, None)
    if alias is not None and key not in rules.index.doubtful:
        return TownCell(alias, None, code, region, None)
    return TownCell(_written(text, country, rules), alias, code, region, None)


_PLAIN_CODES = frozenset({"FR", "CH", "DE", "AT", "IT", "BE", "LU", "ES", "US"})
"""Countries whose post codes are digits, and whose towns never end in four or five of them."""
_FRENCH = frozenset({"FR", "CH", "BE", "LU"})


def _without_country(text: str, country: str | None, rules: TownRules) -> str:
    """Cut the row's own country off: "Genève, Suisse", "Paris (France)", "PARIS FRANCE", but not "Roissy en France"."""
    names = rules.country_names.get(country or "")
    if names is None:
        return text
    for sign, closing in ((",", ""), ("(", ")"), (" - ", "")):
        head, found, tail = text.rpartition(sign)
        if found and head.strip() and tail.endswith(closing) and fold(tail) in names:
            return head.strip(" ,-")
    head, _, tail = text.rpartition(" ")
    last = head.rpartition(" ")[2].lower()
    if head and fold(tail) in names and fold(head) not in names and last not in rules.particles and last.isalpha():
        return head
    return text


def _one_name(text: str, country: str | None, rules: TownRules) -> str:
    """ "Bruxelles - Brussel": two names of one town become one of them."""
    names = [name for name in _TWO_NAMES.split(text) if name]
    found = {rules.index.local.get((country or "", fold(name))) for name in names}
    return names[0] if len(names) > 1 and len(found) == 1 and None not in found else text


def _without_number(text: str, country: str | None, rules: TownRules) -> str:
    towns = rules.words.numbered.get(country or "", ())
    found = _NUMBERED.search(text) if towns else None
    if found is None or not found.start():
        return text
    town = text[: found.start()].strip(" ,")
    digits = any(map(str.isdigit, found[0]))
    return town if fold(town) in towns or ("any" in towns and digits) else text


def _without_region(text: str, country: str | None, rules: TownRules) -> tuple[str, str | None]:
    """Cut "VD", "(MI)", ", CA", "(93)" off the end."""
    if country == "IT":
        found = _BEHIND.fullmatch(text)
        if found is not None and len(found["code"]) == 2 and found["code"].isupper() and not found["town"].isupper():
            return found["town"], found["code"]
        if found is not None and text.endswith(")") and found["code"].isalpha():
            return found["town"], found["code"].upper()
        if found is not None and found["code"] in rules.regions.get("IT", {}).values() and text.isupper():
            return found["town"], found["code"]  # "MILANO MI"
        return text, None
    if country in ("FR", "CH", "ES", "PT") and (bracketed := _BRACKETED.fullmatch(text)) is not None:
        inside = bracketed["inside"].strip()
        if country == "FR" and re.fullmatch(r"\d{2}[AB]?|97\d", inside):
            return bracketed["town"], inside
        if country in ("ES", "PT") and not any(map(str.isdigit, inside)):
            return bracketed["town"], inside  # "Gijón (Asturias)"
    known = rules.regions.get(country or "")
    if known is None:
        return text, None
    found = _BEHIND.fullmatch(text)
    if found is not None and fold(found["code"]) in known and (found["code"].isupper() or country != "CH"):
        return found["town"].rstrip(" ,"), known[fold(found["code"])]
    head, comma, tail = text.rpartition(",")
    if comma and head.strip() and fold(tail) in known:
        return head.strip(), known[fold(tail)]
    return text, None


def _without_district(text: str, country: str | None, rules: TownRules) -> str:
    for word in rules.words.districts.get(country or "", ()):
        found = re.search(rf"[\s,(-]+{re.escape(word)}\b\.?\s", text, re.IGNORECASE)
        if found is not None and found.start():
            return text[: found.start()]
    if country == "AT" and "," in text:
        return text.partition(",")[0]  # "Wien, Innere Stadt"
    return text


def _written(text: str, country: str | None, rules: TownRules) -> str:
    words = text.split(" ")
    saints = rules.words.saints.get(country or "", {})
    inner = rules.words.inner.get(country or "", {})
    plain = text.isupper() or text.islower()
    parts: list[str] = []
    for position, word in enumerate(words):
        head, hyphen, tail = word.partition("-")
        folded = fold(head)
        if folded in saints and (tail or position < len(words) - 1):
            word = saints[folded] + hyphen + tail
        elif position and word.lower().rstrip("/") in inner and word.endswith("/"):
            word = inner[word.lower().rstrip("/")]
        parts.append(word)
    shown = " ".join(parts)
    shown = _proper(shown, rules, dutch=country == "NL") if plain else shown
    hyphenated = rules.words.hyphenated.get(country or "", ())
    if hyphenated and " " in shown and not shown.startswith("Paris "):  # "Paris La Défense" is no commune
        first, *others = (fold(word).partition(" ")[0] for word in shown.split(" "))
        if first in _SAINTS or any(word in hyphenated for word in others):
            shown = _hyphenated(shown)
    return shown


_SAINTS = frozenset({"saint", "sainte"})
_ARTICLES = frozenset({"le", "la", "les"})


def _hyphenated(town: str) -> str:
    """French communes are hyphenated, all but a leading article."""
    words = town.split(" ")
    if fold(words[0]) in _ARTICLES:
        rest = words[1:]
        return f"{words[0]} {'-'.join(rest)}"
    return "-".join(words)


def _proper(text: str, rules: TownRules, *, dutch: bool) -> str:
    pieces = _PIECES.findall(text.lower())
    shown: list[str] = []
    for number, piece in enumerate(pieces):
        after = pieces[number + 1] if number + 1 < len(pieces) else ""
        before = pieces[number - 1] if number else ""
        elided = after[:1] in ("'", "’") and piece in _ELISIONS and number > 0
        possessive = before[-1:] in ("'", "’") and piece == "s" and bool(shown) and number > 1
        small = number > 0 and after != "" and piece in rules.particles and before[-1:] not in ("'", "’")
        letter = f"IJ{piece[2:]}" if dutch and piece.startswith("ij") else capital(piece)  # one letter: IJmuiden
        shown.append(piece if elided or possessive or small else letter)
    return "".join(shown)
