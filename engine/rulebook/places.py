"""The models of the rules about places: countries, regions, post codes, phones, streets, towns."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, RootModel, StringConstraints, model_validator

from engine.rulebook.load import RuleModel

Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Words = tuple[str, ...]


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
Share = Annotated[float, Field(gt=0, le=1)]


class CountryNames(RuleModel):
    """``standardisation/country_names.yml``: CLDR names and alpha-3 codes."""

    names: dict[Country, Words]


class CountryEvidence(RuleModel):
    """When the post codes, towns and other rows of a source tell a country."""

    town_similarity: Share
    majority_share: Share
    majority_decided: Share
    column_codes: int = Field(ge=1)
    column_share: Share
    column_rival: Share
    row_share: Share
    row_rows: int = Field(ge=1)


class Countries(RuleModel):
    """``standardisation/countries.yml``."""

    names: dict[Country, Words]
    articles: Words
    not_a_country: Words
    part_of: dict[Country, Country]
    languages: dict[str, tuple[Country, ...]]
    evidence: CountryEvidence


class Regions(RootModel[dict[Country, dict[str, Words]]]):
    """``standardisation/regions.yml``: by country, region code to names."""

    model_config = ConfigDict(frozen=True)

    def by_country(self) -> dict[str, dict[str, Words]]:
        """Country to region code to names."""
        return self.root


class PostCode(RuleModel):
    """The form of one country's post codes; the keys are explained in the rule file."""

    shape: Pattern
    prefixes: Words
    gazetteer: int = Field(ge=0)
    mark: str = ""
    at: int = 0
    over: int = 0
    tells: Pattern | None = None
    towns: bool = True
    zeros: tuple[int, ...] = ()


class PostCodes(RootModel[dict[Country, PostCode]]):
    """``standardisation/postcodes.yml``."""

    model_config = ConfigDict(frozen=True)

    def by_country(self) -> dict[str, PostCode]:
        """Country to the form of its codes."""
        return self.root


class PhoneColumn(RuleModel):
    """When the numbers of a source tell its country."""

    numbers: int = Field(ge=1)
    share: Share
    rival: Share
    open: tuple[Country, ...] = ()


class Phones(RuleModel):
    """``standardisation/phones.yml``."""

    fast: tuple[Country, ...]
    separators: Words
    extensions: Words
    overseas: dict[Country, dict[str, Country]]
    nanp: dict[str, Words]
    column: PhoneColumn
    local_digits: int = Field(ge=4)


class TownAliases(RuleModel):
    """``standardisation/town_aliases.yml``."""

    needs_post_code: dict[Country, Words]
    geonames_differs: dict[Country, dict[str, str]]
    official: dict[Country, Words] = Field(default_factory=dict)
    towns: dict[str, dict[str, Words]]


class StreetCountry(RuleModel):
    """How one country puts a street line together."""

    languages: Words = Field(min_length=1)
    number: Literal["before", "after"]
    mark: str
    letter: Literal["upper", "lower"]
    lower_type: bool = False
    directions: bool = False
    slash: Literal["range", "unit"] = "range"


class StreetLanguage(RuleModel):
    """Street types and words of street names in one language."""

    position: Literal["first", "last", "glued"]
    particles: Words
    types: dict[str, Words]
    names: dict[str, Words] = Field(default_factory=dict)
    saints: dict[str, Words] = Field(default_factory=dict)
    premises: Words = ()


class Streets(RuleModel):
    """``standardisation/streets.yml``."""

    countries: dict[Country, StreetCountry]
    directions: dict[str, Words]
    repetitions: dict[str, Words]
    no_number: Words
    number_words: Words
    locators: Words
    languages: dict[str, StreetLanguage]

    @model_validator(mode="after")
    def _languages_exist(self) -> Streets:
        for country, style in self.countries.items():
            for language in style.languages:
                if language not in self.languages:
                    raise ValueError(f'{country}: unknown language "{language}"; known: {", ".join(self.languages)}')
        return self


class PoBoxWords(RuleModel):
    """Words of a post box."""

    canonical: dict[str, str]
    kept: dict[str, str]
    words: Words


class TownWords(RuleModel):
    """Words of a town line."""

    districts: dict[Country, Words]
    numbered: dict[Country, Words]
    saints: dict[Country, dict[str, str]]
    inner: dict[Country, dict[str, str]]
    hyphenated: dict[Country, Words]
    particles: Words


class AddressWords(RuleModel):
    """``standardisation/address_words.yml``."""

    care_of: Words
    po_box: PoBoxWords
    descriptions: Words
    unit_languages: dict[Country, Words]
    units: dict[str, dict[str, Words]]
    units_alone: dict[str, Words]
    floors: Words
    sides: Words
    care_of_inside: Words
    town: TownWords
