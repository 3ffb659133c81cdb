"""Comparisons: which levels two units can reach on an attribute, as SQL over ``_l`` and ``_r`` columns.

The first level that holds wins; a missing value is neutral. Priors come from rules/matching/model.yml. What a level
*means* stands here because tests prove it; what it is *worth* is learned from the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from engine.matching.levels import Comparison, jw, levels, likeness, one_edit
from engine.matching.structure_comparisons import structure_comparisons
from engine.rulebook.matching import Comparisons, Prior
from engine.vocabulary import Kind


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
        yield from structure_comparisons(priors)
    else:
        yield _first_name(priors.first_name)
        yield _last_name(priors.last_name)
        yield levels(
            "suffix",
            "suffix",
            {"equal": "suffix_l = suffix_r", "one_side": "suffix_l is null or suffix_r is null", "conflict": None},
            priors.suffix,
            missing="suffix_l is null and suffix_r is null",
        )
        yield _birth_date(priors.birth_date)
        yield likeness("birth_place", "bpl", priors.birth_place)
        yield likeness("function", "fun", priors.function)
        yield levels("gender", "gender", {"equal": "gender_l = gender_r", "different": None}, priors.gender)
    yield _email(priors.email)
    yield levels(
        "identifier",
        "id",
        {"exact": "id_l = id_r", "close": "levenshtein(id_l, id_r) <= 1", "different": None},
        priors.identifier,
    )


def _where(kind: Kind, priors: Comparisons) -> Iterator[Comparison]:
    yield levels(
        "phone",
        "ph",
        {
            "mobile": "mob_l = mob_r",
            "number": "ph_open_l and ph_open_r and list_has_any(ph_l, ph_r)",
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
        yield levels(
            f"extra_{column[1]}",
            column,
            {
                "exact": f"{column}_l = {column}_r",
                "close": f"{jw(column)} >= 0.88 or {_near(column)}",
                "different": None,
            },
            priors.extra,
        )


def _near(column: str) -> str:
    """Two numbers less than a seventh apart, such as ages told years apart; an initial beside its word."""
    one, other = f"try_cast({column}_l as double)", f"try_cast({column}_r as double)"
    return (
        f"abs({one} - {other}) <= 0.15 * greatest({one}, {other})"
        f" or (least(strlen({column}_l), strlen({column}_r)) = 1 and left({column}_l, 1) = left({column}_r, 1))"
    )


_SWAPPED = (  # first letters first: one pair in 400 goes on to the costly part
    "(fi_l = li_r and li_l = fi_r"
    " and jaro_winkler_similarity(fn_l, ln_r) > 0.9 and jaro_winkler_similarity(ln_l, fn_r) > 0.9)"
    " or (nbag_l = nbag_r and fn_l <> fn_r)"
)


_ONE_FIRST_WORD = (  # Jean beside Jean-Luc, John A beside John Adam; Jean-Luc beside Jean-Pierre is another person
    "(f1_l = f1_r and (fn_l = f1_l or fn_r = f1_r"
    " or substr(fn_l, length(f1_l) + 2, 1) = substr(fn_r, length(f1_r) + 2, 1)))"
)


def _first_name(prior: Prior) -> Comparison:
    near = f"({jw('fn')} >= 0.9 or ({one_edit('fn')} and greatest(strlen(fn_l), strlen(fn_r)) >= 3))"
    # a name read from the mailbox says nothing beside the same mailbox, or when it differs: it may be the spouse's
    read = "(fn_read_l or fn_read_r)"
    agree = (
        "(f1_l = f1_r or coalesce(list_has_any(nick_l, nick_r), false)"
        " or (fi_l = fi_r and least(strlen(f1_l), strlen(f1_r)) = 1))"
    )
    one_is_rare = "least(fn_c_l, fn_c_r) <= greatest(2, 0.03 * greatest(fn_c_l, fn_c_r))"
    return levels(
        "first_name",
        "fn",
        {
            "read": read,
            **_exact_by_band("fn"),
            "close": f"{_ONE_FIRST_WORD} or ({one_is_rare} and {near}) or list_has_any(nick_l, nick_r)"
            f" or {_unvowelled('fn')}",
            "initial": "fi_l = fi_r and least(strlen(f1_l), strlen(f1_r)) = 1",
            "swapped": _SWAPPED,
            "alike": f"{jw('fn')} >= 0.9 or {one_edit('fn')}",
            "weak": f"{jw('fn')} >= 0.78",
            "rare": "least(fn_c_l, fn_c_r) <= 1",
            "different": None,
        },
        prior,
        missing=f"fn_l is null or fn_r is null"
        f" or ({read} and (not {agree} or coalesce(list_has_any(em_l, em_r), false)))",
    )


def _last_name(prior: Prior) -> Comparison:
    return levels(
        "last_name",
        "ln",
        {
            **_exact_by_band("ln"),
            "close": f"{jw('ln')} >= 0.92 or ({one_edit('ln')} and strlen(ln_l) > 3)"
            " or (greatest(strlen(ln_l), strlen(ln_r)) >= 8 and list_has_any(lnt_l, lnt_r))"
            f" or ln_l = bn_r or bn_l = ln_r or {_unvowelled('ln')}",
            "swapped": _SWAPPED,
            "lone": "(fn_l is null and ln_l = fn_r) or (fn_r is null and ln_r = fn_l)",
            "weak": f"lp_l = lp_r or {jw('ln')} >= 0.82",
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
    return levels(
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
    # a name may be written in two ways, and the mailbox be made of one of them
    made_of_name = "((eu_named_l or eu_named_r) and (whole_l and whole_r or eu_named_l and eu_named_r))"
    return levels(
        "email",
        "em",
        {
            "exact": "list_has_any(em_l, em_r) and not (eu_other_l or eu_other_r)",
            "shared": "list_has_any(em_l, em_r)",
            "local": f"eu_l = eu_r and length(eu_l) >= 5 and not {made_of_name}",
            "local_name": "el_l = el_r and length(el_l) >= 4",
            "close_name": f"({close}) and ((eu_named_l and eu_named_r)"
            " or ((eu_made_l or eu_made_r) and levenshtein(em0_l, em0_r) > 2))",
            "close": close,
            "different": None,
        },
        prior,
    )


def _address(prior: Prior, *, structures: bool = False) -> Comparison:
    """One comparison of street, number, post code and town; two post codes of one town are two branches as likely."""
    street = f"{jw('street')} >= 0.9"
    town = f"{jw('town')} >= 0.9"
    place = f"coalesce(zip_l = zip_r or {town}, true)"
    gap = "(street_l is null or street_r is null)"
    return levels(
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


def _exact_by_band(column: str) -> dict[str, str | None]:
    """An equal name says more the rarer it is: three levels by how many carry it."""
    equal = f"{column}_l = {column}_r"
    return {
        "exact_rare": f"{equal} and {column}_band_l = 'r'",
        "exact": f"{equal} and {column}_band_l = 'u'",
        "exact_common": equal,
    }


def _unvowelled(column: str) -> str:
    """The same consonants, where one of the two was written without vowels."""
    return f"((abj_l or abj_r) and {column}_cons_l = {column}_cons_r)"
