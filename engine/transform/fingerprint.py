"""The fingerprint of a column: every row and its value, whatever their order, in 16 hexadecimal digits.

DuckDB's own hash, not a cryptographic one, in a tenth of the time: what is proven is that a replay gives the same, not
that nobody forged it. The files themselves have their sha256 in the manifest. It is the same for one version of DuckDB.
"""

from __future__ import annotations


def fingerprint_sql(value: str, row: str = "line_no") -> str:
    """SQL of the fingerprint of ``value`` over the rows known by ``row``.

    The hash of a pair is mixed once more: DuckDB joins the two hashes by XOR, and over an even number of equal values
    they would take each other out.

    >>> fingerprint_sql("town")
    'bit_xor(hash(hash(line_no, town)))'
    """
    return f"bit_xor(hash(hash({row}, {value})))"


def fingerprint_text(number: int | None) -> str:
    """A fingerprint as text; of no rows it is all zeros.

    >>> fingerprint_text(255)
    '00000000000000ff'
    """
    return f"{number or 0:016x}"
