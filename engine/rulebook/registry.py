"""Every rule file and the model it is read with: what `assay rules` lists, checks, copies and describes.

Models are named and loaded when asked for: most commands need one or two of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from pydantic import BaseModel

from engine.errors import UsageError

_STANDARDISATION = "engine.rulebook.standardisation"
_PLACES = "engine.rulebook.places"

_MODELS: Mapping[str, str] = {
    "analysis.yml": "engine.rulebook.analysis:AnalysisRules",
    "anonymising.yml": "engine.rulebook.anonymising:AnonymisingRules",
    "milestone.yml": "engine.rulebook.milestone:MilestoneRules",
    "pricing.yml": "engine.rulebook.pricing:PricingRules",
    "retention.yml": "engine.rulebook.retention:RetentionRules",
    "profiles/rodrigue.yml": "engine.rulebook.profiles:Profile",
    "profiles/secutix1.yml": "engine.rulebook.profiles:Profile",
    "delivery/definitions.yml": "engine.rulebook.definitions:DefinitionRules",
    "delivery/import_rules.yml": "engine.rulebook.import_rules:ImportRules",
    "delivery/operations.yml": "engine.rulebook.planning:PlanningRules",
    "delivery/secutix.yml": "engine.rulebook.delivery:DeliveryRules",
    "mapping/content.yml": "engine.rulebook.mapping:ContentRules",
    "mapping/headers.yml": "engine.rulebook.mapping:HeaderRules",
    "matching/model.yml": "engine.rulebook.matching:MatchRules",
    "matching/names.yml": "engine.rulebook.matching:NameRules",
    "standardisation/address_words.yml": f"{_PLACES}:AddressWords",
    "standardisation/civilities.yml": f"{_STANDARDISATION}:Civilities",
    "standardisation/countries.yml": f"{_PLACES}:Countries",
    "standardisation/country_names.yml": f"{_PLACES}:CountryNames",
    "standardisation/dates.yml": f"{_STANDARDISATION}:Dates",
    "standardisation/email_domains.yml": f"{_STANDARDISATION}:EmailDomains",
    "standardisation/first_names.yml": f"{_STANDARDISATION}:FirstNames",
    "standardisation/frequency.yml": f"{_STANDARDISATION}:Frequency",
    "standardisation/kinds.yml": f"{_STANDARDISATION}:Kinds",
    "standardisation/languages.yml": f"{_STANDARDISATION}:Languages",
    "standardisation/legal_forms.yml": f"{_STANDARDISATION}:LegalForms",
    "standardisation/name_parts.yml": f"{_STANDARDISATION}:NameParts",
    "standardisation/phones.yml": f"{_PLACES}:Phones",
    "standardisation/placeholders.yml": f"{_STANDARDISATION}:Placeholders",
    "standardisation/postcodes.yml": f"{_PLACES}:PostCodes",
    "standardisation/regions.yml": f"{_PLACES}:Regions",
    "standardisation/streets.yml": f"{_PLACES}:Streets",
    "standardisation/town_aliases.yml": f"{_PLACES}:TownAliases",
    "survivorship/contact.yml": "engine.rulebook.survivorship:Survivorship",
    "survivorship/households.yml": "engine.rulebook.households:HouseholdRules",
    "survivorship/numbers.yml": "engine.rulebook.survivorship:NumberRules",
}
_SUITE = "engine.rulebook.expectations:Suite"
_MAPPING = "engine.rulebook.mapping:SourceMapping"
SOURCE_MAPPING = "rules/mapping/SOURCE.yml"
"""Stands for the mapping of any source, which only projects have."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file.

    Attributes:
        folder: ``rules`` or ``expectations``.
        relative: its name below that folder.
        reads: module and class of its model.
        whole: a project's file says everything; else it may say only what differs from the shipped one.
    """

    folder: str
    relative: str
    reads: str
    whole: bool = False

    @property
    def name(self) -> str:
        """How people call it: ``rules/mapping/headers.yml``."""
        return f"{self.folder}/{self.relative}"

    @property
    def model(self) -> type[BaseModel]:
        """The model that reads it."""
        module, _, name = self.reads.partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, type)
        assert issubclass(found, BaseModel)
        return found

    @property
    def schema_file(self) -> str:
        """Name of its JSON Schema: ``rules.mapping.headers.json``."""
        return self.name.removesuffix(".yml").replace("/", ".") + ".json"


def rule_files(expectations: Path, *own: Path) -> dict[str, RuleFile]:
    """Every rule file by its name.

    Args:
        expectations: the shipped suites.
        own: suites and rules of a project: its own suites and mappings are listed too.
    """
    found = [RuleFile("rules", relative, reads) for relative, reads in _MODELS.items()]
    names = {path.name for path in expectations.glob("*.yml")}
    for root in own:
        if root.name == "expectations":
            names |= {path.name for path in root.glob("*.yml")}
        else:
            mappings = (f"mapping/{path.name}" for path in (root / "mapping").glob("*.yml"))
            found += [RuleFile("rules", name, _MAPPING, whole=True) for name in mappings if name not in _MODELS]
    found += [RuleFile("expectations", name, _SUITE) for name in names]
    return {one.name: one for one in sorted(found, key=lambda one: (one.folder != "rules", one.relative))}


def source_mapping() -> RuleFile:
    """The mapping of any source."""
    return RuleFile("rules", SOURCE_MAPPING.removeprefix("rules/"), _MAPPING, whole=True)


def find_rule(name: str, known: Mapping[str, RuleFile]) -> RuleFile:
    """The rule file meant by ``name``: whole, without ``rules/`` or ``.yml``, or its last word where only one has it.

    Raises:
        UsageError: none or several are called so.
    """
    asked = name.removeprefix("./").removesuffix(".yml")
    by_word = {key.removesuffix(".yml"): one for key, one in known.items()}
    for candidate in (asked, f"rules/{asked}", f"expectations/{asked}") if "/" in asked else ():
        if candidate in by_word:
            return by_word[candidate]
    ends = [one for key, one in by_word.items() if key.rpartition("/")[2] == asked]
    if len(ends) == 1:
        return ends[0]
    if ends:
        several = ", ".join(one.name for one in ends)
        raise UsageError(f'several rule files are called "{name}": {several}', hint="Name one with its folder.")
    words = {key.rpartition("/")[2]: one.name for key, one in by_word.items()}
    near = get_close_matches(asked.rpartition("/")[2], words, n=1)
    raise UsageError(
        f'no rule file is called "{name}"' + (f".  Did you mean {words[near[0]]}?" if near else ""),
        hint="assay rules show lists them.",
    )
