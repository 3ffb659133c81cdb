"""Rules of matching: priors, caps, thresholds, budget (rules/matching/model.yml), words (rules/matching/names.yml)."""

from __future__ import annotations

from pydantic import Field, field_validator

from engine.rulebook.load import RuleModel


class Setting(RuleModel):
    """A number somebody may want to argue about, and its reason."""

    value: float
    why: str


class Prior(RuleModel):
    """Share of true pairs expected at each level of a comparison, strongest level first."""

    why: str
    m: dict[str, float]

    @field_validator("m")
    @classmethod
    def _positive(cls, m: dict[str, float]) -> dict[str, float]:
        if not m or min(m.values()) <= 0:
            raise ValueError("every level needs a share above 0")
        return m


class Comparisons(RuleModel):
    """Priors by comparison; the levels themselves are engine/matching/comparisons.py."""

    first_name: Prior
    last_name: Prior
    suffix: Prior
    birth_date: Prior
    birth_place: Prior
    function: Prior
    gender: Prior
    email: Prior
    phone: Prior
    address_person: Prior
    address_structure: Prior
    organisation: Prior
    person: Prior
    domain: Prior
    identifier: Prior
    registration: Prior
    extra: Prior


class Training(RuleModel):
    """How the model learns from the file without labels."""

    prior_pairs: Setting
    rounds: Setting
    random_pairs: Setting
    sample_pairs: Setting
    expected_duplicates: Setting
    chance_sharing: Setting
    u_floor: Setting
    smallest_kind: Setting


class Corrections(RuleModel):
    """Caps on correlated evidence, in bits; B is the bits a random pair needs to become even."""

    evidence_floor: Setting
    place: Setting
    household: Setting
    household_blind: Setting
    sharing_trust: Setting
    sharing_mailbox: Setting
    sharing_other_mailbox: Setting
    sharing_mobile: Setting
    sharing_number: Setting
    sharing_home: Setting
    sharing_town: Setting
    sharing_name_and_home: Setting
    sharing_name_and_town: Setting
    sharing_name_only: Setting
    initial: Setting
    rival: Setting
    household_range: Setting
    twin_share: Setting
    twin: Setting
    generation: Setting
    generation_same_email: Setting
    generation_no_families: Setting
    suffix_equal: Setting
    suffix_conflict: Setting
    suffix_one_side: Setting
    namesake: Setting
    namesake_alone: Setting
    namesake_known: Setting
    local_name: Setting
    extra: Setting
    brand: Setting
    brand_other_mailbox: Setting
    premises: Setting
    branch: Setting
    branch_name: Setting
    branch_mailbox: Setting
    branch_phone: Setting
    part: Setting
    somebody: Setting
    registration: Setting


class Thresholds(RuleModel):
    """Where pairs merge, where a person is asked, and below what they are forgotten; in bits."""

    precision: Setting
    precision_families: Setting
    lowest: Setting
    highest: Setting
    ask: Setting
    keep: Setting


class Clustering(RuleModel):
    """When two clusters may join."""

    join_mean: Setting
    clip: Setting
    unseen: Setting
    passes: Setting
    large: Setting
    large_join_mean: Setting
    compare_up_to: Setting


class Blocking(RuleModel):
    """Budget of pairs and limits of blocks."""

    pairs_per_row: Setting
    generous_up_to: Setting
    generous_up_to_structures: Setting
    free_pairs: Setting
    most_pairs: Setting
    most_pairs_structures: Setting
    largest_block: Setting
    fair_shares: Setting
    shared_contact: Setting


class Recalibration(RuleModel):
    """How many decisions recalibrate a model, how far (spread of the prior and a limit, in bits) and where."""

    fewest: Setting
    fewest_of_each: Setting
    folds: Setting
    overall_bits: Setting
    level_bits: Setting
    correction_bits: Setting
    reach: Setting
    crossing: Setting
    most: Setting


class MatchRules(RuleModel):
    """rules/matching/model.yml."""

    comparisons: Comparisons
    training: Training
    corrections: Corrections
    thresholds: Thresholds
    clustering: Clustering
    blocking: Blocking
    recalibration: Recalibration


class Nicknames(RuleModel):
    """Groups of first names that are forms of one name."""

    why: str
    groups: list[list[str]]


class OrganisationWords(RuleModel):
    """Words left out of organisation names, legal forms, parts of a house, former names, spellings of one word."""

    why: str
    dropped: list[str]
    legal_forms: list[str]
    parts: list[str]
    formerly: list[str]
    same: dict[str, str] = Field(default_factory=dict)


class StreetWords(RuleModel):
    """Street types by their place in the name, their canonical spelling, articles and compass points."""

    why: str
    articles: list[str]
    leading: list[str]
    trailing: list[str]
    glued: list[str]
    same: dict[str, str] = Field(default_factory=dict)
    directions: dict[str, str] = Field(default_factory=dict)


class NameRules(RuleModel):
    """rules/matching/names.yml."""

    nicknames: Nicknames
    organisation_words: OrganisationWords
    street_words: StreetWords
