"""Comparisons: which levels two units can reach on an attribute, as SQL over ``_l`` and ``_r`` columns.

The first level that holds wins; a missing value is neutral. Priors come from rules/matching/model.yml. What a level
*means* stands here because tests prove it; what it is *worth* is learned from the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from engine.rulebook.matching import Comparisons, Prior
from engine.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its name, the SQL condition (None = everything else) and the prior share of true pairs."""

    name: str
    condition: str | None
    m: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """An attribute's comparison: the columns one of which it needs, when it is neutral, its levels strongest first."""

    name: str
    needs: tuple[str, ...]
    missing: str
    levels: tuple[Level, ...]

    def position(self, level: str) -> int:
        """splink's number of a level: 0 = weakest."""
        names = [one.name for one in self.levels]
        return len(names) - 1 - names.index(level)

    def number_sql(self) -> str:
        """A CASE that gives splink's level number, -1 for missing."""
        top = len(self.levels) - 1
        whens = " ".join(
            f"when {level.condition} then {top - place}"
            for place, level in enumerate(self.levels)
            if level.condition is not None
        )
        return f"(case when {self.missing} then -1 {whens} else 0 end)::tinyint"

    def columns(self) -> set[str]:
        """Columns it reads, without their side."""
        text = " ".join([self.missing, *(level.condition or "" for level in self.levels)])
        return set(re.findall(r"\b([a-z_0-9]+)_[lr]\b", text))


def comparisons(kind: Kind, filled: Collection[str], priors: Comparisons) -> list[Comparison]:
    """The comparisons of a kind over the columns that hold something."""
    return [one for one in everything(kind, priors) if any(column in filled for column in one.needs)]


_NAMES: dict[Kind, tuple[str, ...]] = {
    "individual": ("first_name", "last_name"),
    "relay": ("first_name", "last_name"),
    "structure": ("organisation",),
}
_BESIDE_NAMES = (
    "birth_date", "birth_place", "function", "email", "phone", "address", "identifier", "domain", "registration",
)  # fmt: skip
_ALONE = ("email", "phone", "identifier", "registration")


def too_thin(kind: Kind, compared: Sequence[Comparison]) -> str | None:
    """Why these comparisons carry no model, as a sentence; None when they do.

    A name alone, a text or figures describe things as well as contacts, and two contacts may share them: something
    that belongs to one contact has to be compared too, a date, a place, a number or a mailbox. Relays are compared
    inside one structure, where a name says enough.
    """
    there = {one.name for one in compared}
    named = all(name in there for name in _NAMES[kind])
    if there & set(_ALONE) or (named and (kind == "relay" or there & set(_BESIDE_NAMES))):
        return None
    seen = ", ".join(one.name.replace("_", " ") for one in compared) or "nothing"
    return (
        f"{kind}s: nothing is merged. All there is to compare is: {seen}; two contacts may share that. It takes a name "
        "and a birth date, an address, a phone, an e-mail or a number, filled in one record of a hundred."
    )


def everything(kind: Kind, priors: Comparisons) -> list[Comparison]:
    """Every comparison of a kind, whatever the file holds."""
    return [*_who(kind, priors), *_where(kind, priors), *_extras(priors)]


def _who(kind: Kind, priors: Comparisons) -> Iterator[Comparison]:
    if kind == "structure":
        yield _organisation(priors.organisation)
        yield _registration(priors.registration)
        yield _person(priors.person)
        yield _levels("domain", "dom", {"equal": "dom_l = dom_r", "different": None}, priors.domain)
    else:
        yield _first_name(priors.first_name)
        yield _last_name(priors.last_name)
        yield _levels(
            "suffix",
            "suffix",
            {"equal": "suffix_l = suffix_r", "one_side": "suffix_l is null or suffix_r is null", "conflict": None},
            priors.suffix,
            missing="suffix_l is null and suffix_r is null",
        )
        yield _birth_date(priors.birth_date)
        yield _likeness("birth_place", "bpl", priors.birth_place)
        yield _likeness("function", "fun", priors.function)
        yield _levels("gender", "gender", {"equal": "gender_l = gender_r", "different": None}, priors.gender)
    yield _email(priors.email)
    yield _levels(
        "identifier",
        "id",
        {"exact": "id_l = id_r", "close": "levenshtein(id_l, id_r) <= 1", "different": None},
        priors.identifier,
    )


def _where(kind: Kind, priors: Comparisons) -> Iterator[Comparison]:
    yield _levels(
        "phone",
        "ph",
        {
            "mobile": "mob_l = mob_r",
            "exact": "list_has_any(ph_l, ph_r)",
            "close": "levenshtein(ph0_l, ph0_r) <= 1",
            "other_kind": "(tel_l is null or tel_r is null) and (mob_l is null or mob_r is null)",
            "different": None,
        },
        priors.phone,
    )
    if kind == "structure":
        yield _address(priors.address_structure, structures=True)
    elif kind == "individual":  # relays are compared inside one structure, whose address says nothing about the person
        yield _address(priors.address_person)


def _extras(priors: Comparisons) -> Iterator[Comparison]:
    for column in ("x1", "x2", "x3", "x4", "x5", "x6"):
        yield _likeness(f"extra_{column[1]}", column, priors.extra)


def _likeness(name: str, column: str, prior: Prior) -> Comparison:
    levels = {"exact": f"{column}_l = {column}_r", "close": f"{_jw(column)} >= 0.88", "different": None}
    return _levels(name, column, levels, prior)


_SWAPPED = (  # first letters first: one pair in 400 goes on to the costly part
    "(fi_l = li_r and li_l = fi_r"
    " and jaro_winkler_similarity(fn_l, ln_r) > 0.9 and jaro_winkler_similarity(ln_l, fn_r) > 0.9)"
    " or (nbag_l = nbag_r and fn_l <> fn_r)"
)


def _first_name(prior: Prior) -> Comparison:
    near = f"({_jw('fn')} >= 0.9 or ({_one_edit('fn')} and greatest(strlen(fn_l), strlen(fn_r)) >= 3))"
    # a name read from the mailbox says nothing beside the same mailbox, or when it differs: it may be the spouse's
    read = "(fn_read_l or fn_read_r)"
    agree = (
        "(f1_l = f1_r or coalesce(list_has_any(nick_l, nick_r), false)"
        " or (fi_l = fi_r and least(strlen(f1_l), strlen(f1_r)) = 1))"
    )
    one_is_rare = "least(fn_c_l, fn_c_r) <= greatest(2, 0.03 * greatest(fn_c_l, fn_c_r))"
    return _levels(
        "first_name",
        "fn",
        {
            "read": read,
            **_exact_by_band("fn"),
            "close": f"f1_l = f1_r or ({one_is_rare} and {near}) or list_has_any(nick_l, nick_r)",
            "initial": "fi_l = fi_r and least(strlen(f1_l), strlen(f1_r)) = 1",
            "swapped": _SWAPPED,
            "alike": f"{_jw('fn')} >= 0.9 or {_one_edit('fn')}",
            "weak": f"{_jw('fn')} >= 0.78",
            "rare": "least(fn_c_l, fn_c_r) <= 1",
            "different": None,
        },
        prior,
        missing=f"fn_l is null or fn_r is null"
        f" or ({read} and (not {agree} or coalesce(list_has_any(em_l, em_r), false)))",
    )


def _last_name(prior: Prior) -> Comparison:
    return _levels(
        "last_name",
        "ln",
        {
            **_exact_by_band("ln"),
            "close": f"{_jw('ln')} >= 0.92 or ({_one_edit('ln')} and strlen(ln_l) > 3)"
            " or (greatest(strlen(ln_l), strlen(ln_r)) >= 8 and list_has_any(lnt_l, lnt_r))"
            " or ln_l = bn_r or bn_l = ln_r",
            "swapped": _SWAPPED,
            "lone": "(fn_l is null and ln_l = fn_r) or (fn_r is null and ln_r = fn_l)",
            "weak": f"lp_l = lp_r or {_jw('ln')} >= 0.82",
            "different": None,
        },
        prior,
    )


def _birth_date(prior: Prior) -> Comparison:
    parts = " + ".join(
        f"(case when {part} then 1 else 0 end)"
        for part in (
            "left(dob_l, 4) = left(dob_r, 4)",
            "substr(dob_l, 5, 2) = substr(dob_r, 5, 2)",
            "right(dob_l, 2) = right(dob_r, 2)",
        )
    )
    year_only = "(right(dob_l, 4) = '0000' or right(dob_r, 4) = '0000')"
    apart = "abs(try_cast(left(dob_l, 4) as integer) - try_cast(left(dob_r, 4) as integer))"
    return _levels(
        "birth_date",
        "dob",
        {
            "exact": "dob_l = dob_r and right(dob_l, 4) <> '0000'",
            "year": f"{year_only} and left(dob_l, 4) = left(dob_r, 4)",
            "near": f"not {year_only} and ((left(dob_l, 4) = left(dob_r, 4)"
            " and substr(dob_l, 5, 2) = right(dob_r, 2) and right(dob_l, 2) = substr(dob_r, 5, 2))"
            " or hamming(dob_l, dob_r) <= 1)",
            "two_parts": f"not {year_only} and ({parts} >= 2 or hamming(dob_l, dob_r) <= 2)",
            "different": f"{apart} < 14 or (not {year_only} and right(dob_l, 4) = right(dob_r, 4))",
            "generation": None,
        },
        prior,
    )


def _email(prior: Prior) -> Comparison:
    close = (
        "levenshtein(em0_l, em0_r) <= 2 or (jaro_winkler_similarity(eu_l, eu_r) >= 0.94"
        " and split_part(em0_l, '@', 2) = split_part(em0_r, '@', 2))"
    )
    return _levels(
        "email",
        "em",
        {
            "exact": "list_has_any(em_l, em_r) and not (eu_other_l or eu_other_r)",
            "shared": "list_has_any(em_l, em_r)",
            "local": "eu_l = eu_r and length(eu_l) >= 5 and not (eu_named_l and eu_named_r)",
            "local_name": "el_l = el_r and length(el_l) >= 4",
            "close_name": f"(eu_named_l and eu_named_r and ({close}))"
            f" or ((eu_made_l or eu_made_r) and levenshtein(em0_l, em0_r) > 2 and ({close}))",
            "close": close,
            "different": None,
        },
        prior,
    )


def _address(prior: Prior, *, structures: bool = False) -> Comparison:
    """One comparison of street, number, post code and town; two post codes of one town are two branches as likely."""
    street = f"{_jw('street')} >= 0.9"
    town = f"{_jw('town')} >= 0.9"
    place = f"coalesce(zip_l = zip_r or {town}, true)"
    gap = "(street_l is null or street_r is null)"
    return _levels(
        "address",
        ("street", "zip", "town"),
        {
            "full": f"{street} and coalesce(hno_l = hno_r, false) and {place} and coalesce(styp_l = styp_r, true)",
            "street": f"{street} and ((coalesce(hno_l = hno_r, true) and {place}) or coalesce(hno_l = hno_r, false))",
            "other_number": f"{street} and {place}",
            "same_number": "coalesce(hno_l = hno_r, false) and coalesce(zip_l = zip_r, town_l = town_r)",
            "postcode": f"zip_l = zip_r and {gap}",
            "postcode_other_street": "zip_l = zip_r",
            "town": f"{town} and {gap}" + (" and (zip_l is null or zip_r is null)" if structures else ""),
            "town_other_street": f"{town} and not {gap}",
            "gap": gap,
            "conflict": None,
        },
        prior,
        missing=f"{gap} and (zip_l is null or zip_r is null) and (town_l is null or town_r is null)",
    )


def _organisation(prior: Prior) -> Comparison:
    overlap = "coalesce(len(list_intersect(tq_l, tq_r)) / sqrt(len(tq_l) * len(tq_r) + 0.001), 0)"
    initials = " or ".join(
        f"(acr_self_{one} in (acr_told_{other}, acr_all_{other}) and len(tok_{other}) > 1)"
        for one, other in (("l", "r"), ("r", "l"))
    )
    return _levels(
        "organisation",
        "orgs",
        {
            "exact": "orgs_l = orgs_r or orgj_l = orgj_r",
            "high": f"{_jw('orgj')} >= 0.95 or {overlap} >= 0.8",
            "acronym": initials,
            "mid": f"{overlap} >= 0.5 or {_jw('orgj')} >= 0.9",
            "low": f"{overlap} >= 0.25",
            "different": None,
        },
        prior,
    )


def _person(prior: Prior) -> Comparison:
    """Two rows of one organisation that name the same person are of one house, whatever else is missing."""
    apart = "who_l <> who_r or orgj_l is null or orgj_r is null or orgj_l <> orgj_r"
    return _levels(
        "person",
        "who",
        {"equal": "who_l = who_r", "different": None},
        prior,
        missing=f"who_l is null or who_r is null or {apart}",
    )


def _registration(prior: Prior) -> Comparison:
    both_sirets = "siret_l is not null and siret_r is not null"
    return _levels(
        "registration",
        ("siren", "vat"),
        {
            "siret": "siret_l = siret_r",
            "other_establishment": f"{both_sirets} and siren_l = siren_r",
            "company": "coalesce(siren_l = siren_r, false) or coalesce(vat_l = vat_r, false)",
            "different": None,
        },
        prior,
        missing="(siren_l is null or siren_r is null) and (vat_l is null or vat_r is null)",
    )


def _levels(
    name: str, needs: str | tuple[str, ...], conditions: dict[str, str | None], prior: Prior, missing: str = ""
) -> Comparison:
    needs = (needs,) if isinstance(needs, str) else needs
    if set(conditions) != set(prior.m):
        from engine.errors import Problem, RuleErrors

        known = ", ".join(conditions)
        raise RuleErrors([Problem("rules/matching/model.yml", 1, f"comparisons.{name}: its levels are {known}")])
    return Comparison(
        name,
        needs,
        missing or f"{needs[0]}_l is null or {needs[0]}_r is null",
        tuple(Level(level, condition, prior.m[level]) for level, condition in conditions.items()),
    )


def _exact_by_band(column: str) -> dict[str, str | None]:
    """An equal name says more the rarer it is: three levels by how many carry it."""
    equal = f"{column}_l = {column}_r"
    return {
        "exact_rare": f"{equal} and {column}_band_l = 'r'",
        "exact": f"{equal} and {column}_band_l = 'u'",
        "exact_common": equal,
    }


def _one_edit(column: str) -> str:
    """At most one edit apart; the lengths are asked first because they cost a tenth."""
    return f"(abs(strlen({column}_l) - strlen({column}_r)) <= 1 and levenshtein({column}_l, {column}_r) <= 1)"


def _jw(column: str) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r)"
