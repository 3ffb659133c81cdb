"""What two structures are compared by: name, domain, the person they name, registration."""

from __future__ import annotations

from collections.abc import Iterator

from engine.matching.levels import Comparison, jw, levels
from engine.rulebook.matching import Comparisons, Prior


def structure_comparisons(priors: Comparisons) -> Iterator[Comparison]:
    """The comparisons only structures have."""
    yield _organisation(priors.organisation)
    yield _registration(priors.registration)
    yield _person(priors.person)
    yield _domain(priors.domain)


def _organisation(prior: Prior) -> Comparison:
    overlap = _overlap("tq")
    in_part = f"least({overlap}, {_overlap('tq_away')})"  # "Basel" in a name says what the town says
    initials = " or ".join(
        f"(acr_self_{one} in (acr_told_{other}, acr_all_{other}) and len(tok_{other}) > 1)"
        for one, other in (("l", "r"), ("r", "l"))
    )
    return levels(
        "organisation",
        "orgs",
        {
            "exact": "orgs_l = orgs_r or orgj_l = orgj_r or orgj_l = former_r or former_l = orgj_r",
            "part": "part_l <> part_r and list_has_any(tok_l, tok_r)"
            " and len(list_intersect(tok_l, tok_r)) < least(len(tok_l), len(tok_r))",
            "high": f"{jw('orgj')} >= 0.95 or {overlap} >= 0.8",
            "acronym": initials,
            "mid": f"{in_part} >= 0.5 or {jw('orgj')} >= 0.9",
            "low": f"{in_part} >= 0.25",
            "different": None,
        },
        prior,
    )


def _overlap(column: str) -> str:
    return f"coalesce(len(list_intersect({column}_l, {column}_r)) / sqrt(len({column}_l) * len({column}_r) + 0.001), 0)"


def _domain(prior: Prior) -> Comparison:
    """One domain; or the domain of one is the other's name, which outlives a new name."""
    named = " or ".join(
        f"(length(orgu_{other}) > 5 and left(site_{one}, length(orgu_{other})) = orgu_{other})"
        for one, other in (("l", "r"), ("r", "l"))
    )
    named = f"orgj_l <> orgj_r and coalesce({named}, false)"
    return levels(
        "domain",
        "dom",
        {"equal": "dom_l = dom_r", "named": named, "different": None},
        prior,
        missing=f"(dom_l is null or dom_r is null) and not ({named})",
    )


def _person(prior: Prior) -> Comparison:
    """Two rows of one organisation that name the same person are of one house, whatever else is missing.

    A row that names nobody and gives somebody's own mailbox is that person's, more often than the house's.
    """
    desk = "(desk_l is not null or desk_r is not null) and not coalesce(list_has_any(em_l, em_r), false)"
    apart = "who_l <> who_r or orgj_l is null or orgj_r is null or orgj_l <> orgj_r"
    return levels(
        "person",
        ("who", "desk"),
        {"equal": "who_l = who_r", "mailbox": desk, "different": None},
        prior,
        missing=f"(who_l is null or who_r is null or {apart}) and not ({desk})",
    )


def _registration(prior: Prior) -> Comparison:
    both_sirets = "siret_l is not null and siret_r is not null"
    return levels(
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
