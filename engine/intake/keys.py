"""Which column is the source's own key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from engine.intake.claim import Claim, fed
from engine.intake.fit import KEY_WORDS

_NEARLY_ALL = 0.99  # filled, and different: a few repeated keys are the source's mistake, not another meaning
_ABOUT = 0.7  # different values as estimated, before they are counted
_ENOUGH_ROWS = 30  # below that any column is unique by chance

CountDistinct = Callable[[Iterable[int]], Mapping[int, int]]


def resolve_key(claims: list[Claim], distinct: CountDistinct) -> None:
    """Choose at most one key; a contact number that is the key feeds both, other would-be keys are left out.

    Args:
        claims: every column of the source.
        distinct: counts the different values of columns exactly.
    """
    named = [claim for claim in fed(claims, "source_key", "contact_number") if claim.column.fill >= _NEARLY_ALL]
    silent = [claim for claim in claims if claim.state in ("unknown", "unsure") and _may_be_key(claim)]
    counts = distinct(claim.column.position for claim in (*named, *silent))
    sure = [claim for claim in named if _share(claim, counts) >= _NEARLY_ALL]
    sure.sort(
        key=lambda claim: (claim.attribute == "source_key", _share(claim, counts) == 1.0, claim.strength), reverse=True
    )
    guessed = [claim for claim in silent if _share(claim, counts) == 1.0]
    if sure:
        _crown(sure[0], f'header "{sure[0].column.header}", filled and unique')
    elif guessed:
        guessed[0].feed("source_key", 0.6, "values are codes, filled in every line and unique")
    for claim in fed(claims, "source_key"):
        if not (sure and claim is sure[0]) and not (guessed and not sure and claim is guessed[0]):
            claim.leave("lost", "a key by its header, but not unique or not the only one")
    for claim in guessed:
        if claim.state == "unknown":
            claim.leave("lost", "unique in every line: says nothing about who it is")


def _crown(claim: Claim, why: str) -> None:
    is_number = claim.attribute == "contact_number"
    claim.feed("source_key", 0.97, why)
    if is_number and claim.column.content.share(str.isdecimal) >= _NEARLY_ALL:
        claim.second = [("contact_number", None)]


def _may_be_key(claim: Claim) -> bool:
    column = claim.column
    if column.rows < _ENOUGH_ROWS or column.filled < column.rows or column.distinct < _ABOUT * column.rows:
        return False
    named = column.position == 1 or bool(KEY_WORDS & set(column.folded.split()))
    return named and max(column.content.code, column.content.integer, column.content.uuid) >= 0.95


def _share(claim: Claim, counts: Mapping[int, int]) -> float:
    return counts[claim.column.position] / claim.column.filled if claim.column.filled else 0.0
