"""The models of ``rules/standardisation/*.yml`` about persons, organisations, e-mails, dates and placeholders."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.rulebook.load import RuleModel

Words = tuple[str, ...]
ByLanguage = dict[str, Words]
TitleCode = Literal["MR", "MRS", "MISS", "MR_AND_MRS"]


class PlaceholderNames(RuleModel):
    """Words typed into a name column."""

    real_names: Words
    null: Words
    null_when_alone: Words
    suspect: Words


class PlaceholderEmails(RuleModel):
    """E-mail addresses nobody reads."""

    null: Words
    regex_null: Words
    regex_suspect: Words


class PlaceholderPhones(RuleModel):
    """Numbers nobody answers."""

    null: Words
    regex: Words


class PlaceholderList(RuleModel):
    """Plain values."""

    null: Words


class PlaceholderBirthDates(RuleModel):
    """Days typed because a birth date was compulsory."""

    null: Words
    oldest_year: int
    oldest_age: int = Field(ge=90)
    first_of_january_times: float = Field(gt=1)


class HolderTail(RuleModel):
    """How many holders the genuine values of one attribute have."""

    tail: float = Field(gt=0, lt=1)
    least: int = Field(ge=1)


class SharedValues(RuleModel):
    """When a value of one holder is named in the report."""

    rows: int = Field(ge=1)
    share: float = Field(gt=0, lt=1)


class CrowdedDays(RuleModel):
    """When a birth date is everybody's."""

    season: float = Field(ge=1)
    z: float = Field(gt=0)
    least: int = Field(ge=1)


class FrequentNames(RuleModel):
    """When a first and last name together are no person's."""

    times: float = Field(ge=1)
    z: float = Field(gt=0)
    least: int = Field(ge=1)
    least_share: float = Field(ge=0, lt=1)


class Frequency(RuleModel):
    """``standardisation/frequency.yml``."""

    false_alarm: float = Field(gt=0, lt=1)
    holders: dict[Literal["email", "phone", "siret", "identifier", "address"], HolderTail]
    highest_tail: float = Field(gt=0, lt=1)
    holders_share: float = Field(gt=0, le=1)
    certain_times: float = Field(ge=1)
    shared: SharedValues
    birth_date: CrowdedDays
    name: FrequentNames


class Placeholders(RuleModel):
    """``standardisation/placeholders.yml``."""

    any_column: ByLanguage
    regex_any: Words
    repeated_from: int = Field(ge=2)
    names: PlaceholderNames
    organisation: Words
    email: PlaceholderEmails
    phone: PlaceholderPhones
    post_code: PlaceholderList
    town: PlaceholderList
    birth_date: PlaceholderBirthDates
    id_number: PlaceholderList


class WeakTitles(RuleModel):
    """Civilities in front of a name: which words, and when they are believed."""

    always: Words
    weak: dict[str, Words]
    weak_only_at_home: Words
    in_style: dict[str, Words]
    needs_rest: Words


class Honorifics(RuleModel):
    """Titles that are no civility: academic, noble, clerical, of office."""

    always: Words
    with_dot: Words
    in_style: dict[str, Words]
    after_title: Words
    after_name: Words
    gender: dict[Literal["M", "F"], Words]


class Civilities(RuleModel):
    """``standardisation/civilities.yml``."""

    titles: dict[TitleCode, ByLanguage]
    several: dict[Literal["M", "F"], Words]
    joiners: Words
    choice_signs: Words
    salutations: Words
    household: ByLanguage
    household_articles: Words
    neutral: Words
    women_when_beside_h: Words
    coded: Words
    before_names: WeakTitles
    honorifics: Honorifics
    gender: dict[Literal["M", "F"], Words]


class ParticleStyle(RuleModel):
    """Which words of a last name are written lower case."""

    lower: Words
    first_upper: bool = False
    ij: bool = False


class BirthNameWords(RuleModel):
    """Words between a name in use and a name at birth."""

    before_birth_name: Words
    before_married_name: Words
    before_former_name: Words
    before_married_name_in_style: dict[str, Words]


class Suffixes(RuleModel):
    """What may follow a name."""

    generational: dict[Literal["JUNIOR", "SENIOR", "II", "III", "IV"], Words]
    only_with_dot_or_style: dict[str, Words]
    only_lower_case: Words
    kept_in_name: Words
    kept_in_name_styles: Words
    post_nominal: Words
    post_nominal_after_comma: Words


class JoinedPersons(RuleModel):
    """What joins two persons in one cell."""

    words: Words
    signs: Words
    between_first_names: Words
    words_in_style: dict[str, Words]
    spouse: Words
    family: Words
    fillers: Words


class HeaderWords(RuleModel):
    """Words of a header that say the order of a full name."""

    first: Words
    last: Words


class FirstNameCompounds(RuleModel):
    """First names of several words."""

    heads: Words
    tails: Words
    joined_heads: Words


class Remarks(RuleModel):
    """What people write into a name although it says something of the contact, not its name."""

    phrases: ByLanguage
    around: Words


class NameParts(RuleModel):
    """``standardisation/name_parts.yml``."""

    styles: dict[str, str]
    style_of_language: dict[str, dict[str, str]]
    particles: dict[str, ParticleStyle]
    last_name_starts: Words
    behind_comma: Words
    inner_capital: Words
    inner_capital_names: Words
    first_name_compounds: FirstNameCompounds
    birth_name: BirthNameWords
    suffixes: Suffixes
    joined_persons: JoinedPersons
    header_words: HeaderWords
    remarks: Remarks


class FirstNames(RuleModel):
    """``standardisation/first_names.yml``: common first names by language; they only vote."""

    fr: Words
    de: Words
    it: Words
    en: Words
    es: Words
    nl: Words
    pt: Words
    never_last_names: Words
    also_last_names: Words

    def all(self) -> frozenset[str]:
        """Every name of every language."""
        return frozenset((*self.fr, *self.de, *self.it, *self.en, *self.es, *self.nl, *self.pt))


class Kinds(RuleModel):
    """``standardisation/kinds.yml``."""

    person: Words
    structure: Words
    relay: Words
    structure_words: dict[str, Words]
    structure_starts: Words
    structure_openers: Words
    structure_openers_with_dot: Words
    structure_ends: Words
    articles: Words
    also_last_names: Words


class LegalForm(RuleModel):
    """One legal form of one country."""

    class_: Literal["llc", "jsc", "lp", "gp", "sp", "coop", "ngo", "public", "foundation", "other"] = Field(
        alias="class"
    )
    v: Words
    pos: Literal["start", "end", "both"]
    risky: bool = False
    keep_in_name: bool = False
    twin: str | None = None


class LegalForms(RuleModel):
    """``standardisation/legal_forms.yml``."""

    forms: dict[str, dict[str, LegalForm]]
    names_too: Words
    same_as: dict[str, str]
    states: Words
    followed_by: dict[str, Words]
    generic_words: ByLanguage


class EmailDomains(RuleModel):
    """``standardisation/email_domains.yml``."""

    free: ByLanguage
    typos: ByLanguage
    tld_typos: ByLanguage
    roles: ByLanguage
    roles_whole_word: Words


class ExcelSerial(RuleModel):
    """Day numbers that are believed to be dates."""

    lowest: int
    highest: int


class Dates(RuleModel):
    """``standardisation/dates.yml``."""

    months: dict[str, Words]
    short: dict[int, Words]
    two_digit_pivot: int
    excel_serial: ExcelSerial


class Languages(RuleModel):
    """``standardisation/languages.yml``."""

    names: ByLanguage
