"""What people read, in their language: the texts of engine/presentation/language/*.yml, and how numbers are written.

Each text stands there in all four languages side by side; a test proves that none is missing. Codes that only a
project knows (an expectation of its own) have no text: they are shown as words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from engine.vocabulary import Language

FILES: tuple[str, ...] = (
    "words",
    "workbook",
    "report",
    "milestone",
    "receipt",
    "sending",
    "analysis",
    "protocol",
    "attributes",
    "reasons",
    "match",
    "compared",
    "phrases",
    "choices",
    "figures",
)
"""Files of engine/presentation/language, without ``.yml``."""

_NARROW = "\N{NARROW NO-BREAK SPACE}"
_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How a language writes numbers and dates. German as in Switzerland, like its texts here."""

    thousands: str
    decimal: str
    day: str


_FORMS: Mapping[Language, NumberForm] = {
    "en": NumberForm(",", ".", "%Y-%m-%d"),
    "fr": NumberForm(_NARROW, ",", "%d/%m/%Y"),
    "de": NumberForm("’", ".", "%d.%m.%Y"),
    "it": NumberForm(".", ",", "%d/%m/%Y"),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language.

    Attributes:
        language: the language.
        texts: ``<file>.<key>`` -> text, with ``{names}`` to fill in.
        attributes: attribute -> what people call it.
        reasons: reason code -> a short name of the problem.
        todos: reason code -> what the customer should do.
    """

    language: Language
    texts: Mapping[str, str]
    attributes: Mapping[str, str]
    reasons: Mapping[str, str]
    todos: Mapping[str, str]

    def text(self, key: str, count: int | None = None, **values: object) -> str:
        """The text ``key``, filled in; with ``count`` the form ``<key>.one`` is used for one, and ``{count}`` filled.

        Raises:
            KeyError: there is no such text: a defect of ours.
        """
        if count is not None:
            values["count"] = self.number(count)
            key = f"{key}.one" if self._is_one(count, self.texts.get(f"{key}.one")) else key
        return self.texts[key].format(**values)

    def _is_one(self, count: int, form: str | None) -> bool:
        """Whether ``form``, the one for a count of one, is to be used; in French for nought too, where it tells it."""
        return form is not None and (count == 1 or (count == 0 and self.language == "fr" and "{count}" in form))

    def attribute(self, name: str | None) -> str:
        """What people call an attribute; null is the whole record."""
        known = self.attributes.get(name or "record")
        # a field of the import format is called as in the file
        return known or ((name or "") if (name or "").isupper() else (name or "").replace("_", " "))

    def compared(self, family: str, code: str) -> str:
        """What people call a code of matching: a ``comparison``, ``level``, ``family`` of keys or ``figure``.

        One without a text, such as a comparison of a project's own column, is shown as its words.
        """
        return self.texts.get(f"compared.{family}.{code}") or code.replace("_", " ")

    def choice(self, rule: str) -> str:
        """What people call a rule of survivorship: a preference, that of a variant or of a home.

        >>> catalogue("en").choice("home.newest")
        'home: most recent'
        """
        scope, _, last = rule.rpartition(".")
        told = self.texts.get(f"choices.{last}") or last.replace("_", " ")
        return self.texts[f"choices.{scope}"].format(rule=told) if f"choices.{scope}" in self.texts else told

    def figure_name(self, name: str) -> str:
        """What people call a count of a stage or an option of the run; matching's begin with a kind.

        >>> catalogue("de").figure_name("relay_pairs")
        'Relais: Behaltene Paare'
        """
        if known := self.texts.get(f"figures.{name}"):
            return known
        kind, _, figure = name.partition("_")
        if (kinds := self.texts.get(f"report.many.{kind}")) and f"compared.figure.{figure}" in self.texts:
            kinds = kinds[0].upper() + kinds[1:]
            return self.texts["figures.kind"].format(kind=kinds, figure=self.compared("figure", figure))
        return name.replace("_", " ")

    def reason(self, code: str) -> str:
        """A short name of the problem ``code``."""
        return self.reasons.get(code) or code.replace("_", " ")

    def todo(self, code: str, otherwise: str = "doubted") -> str:
        """What to do about the problem ``code``; what a project alone knows gets the advice for ``otherwise``."""
        return self.todos.get(code) or self.todos[otherwise]

    def number(self, value: int) -> str:
        """A count with its thousands set apart.

        >>> [catalogue(language).number(1234567) for language in ("en", "de", "it")]
        ['1,234,567', '1’234’567', '1.234.567']
        """
        return f"{value:,}".replace(",", _FORMS[self.language].thousands)

    def decimal(self, value: float, digits: int = 1) -> str:
        """A number with ``digits`` decimals.

        >>> [catalogue(language).decimal(1234.56) for language in ("en", "de", "it")]
        ['1,234.6', '1’234.6', '1.234,6']
        """
        form = _FORMS[self.language]
        whole, _, rest = f"{value:,.{digits}f}".partition(".")
        return whole.replace(",", form.thousands) + (f"{form.decimal}{rest}" if rest else "")

    def figure(self, value: int | float | str | bool) -> str:
        """A figure of a stage, whatever it is; a text stays as the stage gave it.

        >>> [catalogue("de").figure(value) for value in (12345, 0.123456789, True, "import", "")]
        ['12’345', '0.1235', 'ja', 'import', '–']
        """
        if isinstance(value, bool):
            return self.texts["report.is_yes" if value else "report.is_no"]
        if isinstance(value, str):
            return value or "–"
        if isinstance(value, int):
            return self.number(value)
        return f"{value:.4g}".replace(".", _FORMS[self.language].decimal)

    def percent(self, share: float) -> str:
        """A share as a percentage that never rounds up to all nor down to nothing.

        >>> [catalogue("en").percent(share) for share in (0, 0.00001, 0.1234, 0.99999, 1)]
        ['0\\xa0%', '<0.1\\xa0%', '12.3\\xa0%', '>99.9\\xa0%', '100\\xa0%']
        """
        if share in (0, 1):
            amount = str(int(share * 100))
        elif share < 0.001:
            amount = f"<{self.decimal(0.1)}"
        elif share > 0.999:
            amount = f">{self.decimal(99.9)}"
        else:
            amount = self.decimal(share * 100)
        return f"{amount}{_SPACE}%"

    @property
    def colon(self) -> str:
        """A colon between two words that are put together at run time: French sets it apart.

        >>> catalogue("en").colon, catalogue("fr").colon
        (': ', '\\xa0: ')
        """
        return f"{_SPACE}: " if self.language == "fr" else ": "

    def size(self, count: int) -> str:
        """Bytes as a person says them.

        >>> [catalogue("fr").size(count) for count in (900, 12_345, 3_400_000)]
        ['900\\xa0o', '12,3\\xa0ko', '3,4\\xa0Mo']
        """
        unit, amount = "", float(count)
        for unit in ("", "k", "M", "G"):
            if amount < 1000 or unit == "G":
                break
            amount /= 1000
        shown = self.decimal(amount) if unit else self.number(count)
        return f"{shown}{_SPACE}{unit}{'o' if self.language == 'fr' else 'B'}"

    def points(self, change: float) -> str:
        """A difference of two shares in points of a hundred, with its sign.

        >>> catalogue("en").points(0.0123), catalogue("fr").points(-0.2)
        ('+1.2', '-20,0')
        """
        return ("+" if change > 0 else "") + self.decimal(change * 100)

    def day(self, value: date) -> str:
        """A day.

        >>> catalogue("en").day(date(2026, 11, 22)), catalogue("fr").day(date(2026, 11, 22))
        ('2026-11-22', '22/11/2026')
        """
        return value.strftime(_FORMS[self.language].day)


_BEFORE_SIGN = re.compile(r" (?=[:;?!»])")
_AFTER_SIGN = re.compile(r"(?<=«) ")


def _typeset(text: str, language: Language) -> str:
    """A text as it is set: French signs of two parts keep their space, and no line begins with one.

    >>> _typeset("Voulez-vous « oui » ?", "fr")
    'Voulez-vous «\\xa0oui\\xa0»\\xa0?'
    """
    return _AFTER_SIGN.sub(_SPACE, _BEFORE_SIGN.sub(_SPACE, text)) if language == "fr" else text


@lru_cache
def catalogue(language: Language) -> Catalogue:
    """The texts of ``language``."""
    files = {name: read(name) for name in FILES}
    return Catalogue(
        language=language,
        texts={
            f"{name}.{key}": _typeset(entry[language], language)
            for name in FILES
            if name not in ("attributes", "reasons")
            for key, entry in files[name].items()
        },
        attributes={name: entry[language] for name, entry in files["attributes"].items()},
        reasons={code: entry["name"][language] for code, entry in files["reasons"].items()},
        todos={code: entry["todo"][language] for code, entry in files["reasons"].items()},
    )


@lru_cache
def read(name: str) -> Mapping[str, Any]:
    """The content of one file, all languages."""
    # the C reader, where PyYAML has it: the plain one needs half a second for these files
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("engine.presentation").joinpath("language", f"{name}.yml").read_text(encoding="utf-8")
    content = yaml.load(text, Loader=loader)
    assert isinstance(content, dict)
    return content
