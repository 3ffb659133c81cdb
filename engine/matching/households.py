"""What a file shows of families and branches: how often two rows that share a home or a name are one contact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.matching.case import ANOTHER_ADDRESS, EQUAL_NUMBER, EXACT, FIRST_NAME_DIFFERS, TRUSTED, Case
from engine.matching.patterns import Bools
from engine.rulebook.matching import Corrections

_NO_LIMIT = 99.0

FEW = 5.0
"""So many pairs show that a file has families, or branches."""


@dataclass(frozen=True, slots=True)
class Households:
    """What a file says of people of one last name and one home.

    Attributes:
        cap: bits around B that such a pair with different first names is worth at most.
        families: whether they are mostly families, not one person with a garbled first name.
        namesake: bits around B that one name without a common home is worth at most.
    """

    cap: float = 0.0
    families: bool = False
    namesake: float = 0.0
    mailbox: float = 0.0
    other_mailbox: float = 0.0
    mobile: float = 0.0
    number: float = 0.0
    home: float = 0.0
    town: float = 0.0
    at_home: float = 0.0
    nearby: float = 0.0
    nowhere: float = 0.0
    branch: float = 0.0
    branch_mailbox: float = 0.0
    branch_phone: float = 0.0


def households(case: Case, rules: Corrections) -> Households:
    """What the file's own households say: garbled first names of one person, or families?

    Among pairs with one last name and one home but another first name, equal birth dates speak for a garbled name
    and different ones for a family.
    """
    if case.has("organisation"):
        return _branches(case, rules)
    if not (case.has("birth_date") and case.has("address")):
        shared = _sharing(case, rules, families=False)
        return Households(rules.household_blind.value, False, _namesake_limit(case, rules, families=False), *shared)
    home = case.at("address", "full", "street") | case.at("phone", *EQUAL_NUMBER)
    first_differs = case.at("first_name", *FIRST_NAME_DIFFERS)
    family = home & first_differs & case.at("last_name", *EXACT, "close", "swapped")
    pairs = case.patterns.pairs
    same = float(pairs[family & case.at("birth_date", "exact", "near")].sum())
    other = float(pairs[family & case.at("birth_date", "different", "generation")].sum())
    share = (max(same - rules.twin_share.value * other, 0.0) + 0.3) / (same + 2.0)
    span = rules.household_range.value
    learned = float(np.clip(np.log2(share / (1 - share)) if share < 1 else span, -span, span))
    families = other >= FEW and same < other
    shared = _sharing(case, rules, families=families)
    return Households(
        rules.household.value + learned, families, _namesake_limit(case, rules, families=families), *shared
    )


def _sharing(case: Case, rules: Corrections, *, families: bool) -> tuple[float, ...]:
    """log2 odds that two rows are one person although a telling attribute is missing: as often as where it is not.

    Two rows of one last name with one mailbox (mobile, home) and no first name on one side are the same person as
    often as such rows with two first names say one name; two of one name at one home (in one town) without anything
    personal as often as such rows with two birth dates say one.
    """
    count = case.count

    def odds(same: float, other: float, believed: float) -> float:
        return _odds(same, other, believed, rules.sharing_trust.value)

    last = case.at("last_name", *EXACT)
    one_first = case.at("first_name", *EXACT, "close")
    other_first = case.at("first_name", *FIRST_NAME_DIFFERS)
    mailbox, mobile = case.at("email", "exact", "shared"), case.at("phone", "mobile")
    other_mailbox = case.at("email", "shared")
    number = case.at("phone", "number")  # of a country nobody knows: a mobile or a landline
    home = (case.at("address", "full", "street") | case.at("phone", "exact")) & ~mailbox & ~mobile & ~number
    named = last & one_first
    lives = case.at("address", "full", "street", "same_number")
    near = case.at("address", "full", "street", "same_number", "other_number", "postcode", "town")
    unplaced = case.missing("address") & ~mailbox & ~mobile & ~number
    born = ~case.missing("birth_date")
    other_birth = born & (case.weight("birth_date") < TRUSTED)  # where dates are mistyped another one says little
    one_birth = born & ~other_birth
    one, other = last & one_first, last & other_first
    # of spouses with one mailbox one is its namesake: either may be the row without a first name
    spouses, unclear = count(other & other_mailbox), count(other & mailbox & ~other_mailbox)
    look_alikes = [
        odds(count(named & place & one_birth), count(named & place & other_birth), believed.value)
        for place, believed in ((lives, rules.sharing_name_and_home), (near, rules.sharing_name_and_town))
    ]
    if not families and count(named & near & born) >= rules.sharing_trust.value:
        look_alikes = [_NO_LIMIT, _NO_LIMIT]  # birth dates show no families: another date at one home is a mistake
    return (
        odds(2 * count(one & mailbox & ~other_mailbox), spouses + 2 * unclear, rules.sharing_mailbox.value),
        odds(2 * count(one & other_mailbox), spouses, rules.sharing_other_mailbox.value),
        odds(count(one & mobile), count(other & mobile), rules.sharing_mobile.value),
        odds(count(one & number), count(other & number), rules.sharing_number.value),
        odds(count(one & home), count(other & home), rules.sharing_home.value),
        odds(count(one & near & ~home), count(other & near & ~home), rules.sharing_town.value),
        *look_alikes,
        odds(
            count(named & unplaced & one_birth),
            count(named & unplaced & other_birth),
            max(rules.sharing_name_only.value, rules.namesake_alone.value - case.level),
        ),
    )


def _branches(case: Case, rules: Corrections) -> Households:
    """What rows of one name and two known addresses say of such rows where an address is missing: one house or two?"""
    named = case.at("organisation", "exact", "high") & ~case.at("registration", "siret")
    one = named & case.at("address", "full", "street", "same_number")
    other = named & case.at("address", *ANOTHER_ADDRESS)
    mailbox, phone = case.at("email", "exact", "shared"), case.at("phone", *EQUAL_NUMBER)
    trust = rules.sharing_trust.value
    return Households(
        0.0,
        case.count(other) >= FEW,
        0.0,
        branch=_odds(
            case.count(one & ~mailbox & ~phone), case.count(other & ~mailbox & ~phone), rules.branch_name.value, trust
        ),
        branch_mailbox=_odds(case.count(one & mailbox), case.count(other & mailbox), rules.branch_mailbox.value, trust),
        branch_phone=_odds(case.count(one & phone), case.count(other & phone), rules.branch_phone.value, trust),
    )


def _odds(same: float, other: float, believed: float, trust: float) -> float:
    """log2 of ``same`` to ``other`` pairs, after ``trust`` pairs that say ``believed``."""
    return float(np.log2((same + trust / (1.0 + 2.0**-believed)) / (other + trust / (1.0 + 2.0**believed))))


def not_at_home(case: Case, *, families: bool) -> Bools:
    """Whether the homes do not speak for one person.

    A gap beside an equal town is no contradiction; another house number is one where mailbox or phone differ too.
    """
    elsewhere = case.at("address", "postcode_other_street", "town_other_street", "gap", "conflict")
    if case.has("address"):  # in a file of names and birth dates a missing home is no sign of anything
        elsewhere |= case.missing("address")
    other_contact = case.at("email", "different", "local_name", "close_name") | case.at("phone", "different")
    next_door = case.at("address", "other_number") & (other_contact | families)
    next_door |= case.at("address", "postcode", "town") & other_contact & families
    away: Bools = elsewhere | next_door
    return away


def _namesake_limit(case: Case, rules: Corrections, *, families: bool) -> float:
    """Bits around B that one name without a common home is worth: what such pairs' birth dates say, where many do.

    Strangers who share a whole name are so rare that a small file hardly holds any: the odds fall with its size.
    """
    bits = max(rules.namesake.value, rules.namesake_alone.value - case.level)
    if not case.has("birth_date"):
        return bits
    named = case.at("first_name", *EXACT, "swapped") & case.at("last_name", *EXACT, "swapped")
    alone = (
        named
        & not_at_home(case, families=families)
        & ~case.at("email", "exact", "shared")
        & ~case.at("phone", *EQUAL_NUMBER)
    )
    same = float(case.patterns.pairs[alone & case.at("birth_date", "exact", "year", "near")].sum())
    other = float(case.patterns.pairs[alone & case.at("birth_date", "two_parts", "different", "generation")].sum())
    trust = rules.namesake_known.value
    believed = trust / (1.0 + 2.0**-bits)
    share = (same + believed) / (same + other + trust)
    return float(np.log2(share / (1.0 - share)))
