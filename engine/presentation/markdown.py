"""Markdown in which no text of a user can become markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence


def safe(text: str) -> str:
    """Text of a user inside Markdown: nothing of it is markup, and it stays on its line.

    >>> safe("a|b *c* <img>")
    'a\\\\|b \\\\*c\\\\* \\\\<img\\\\>'
    """
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", text)
    return re.sub(r"([\\`*_{}\[\]()<>#|!~&])", r"\\\1", plain)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table; its cells are Markdown already."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
