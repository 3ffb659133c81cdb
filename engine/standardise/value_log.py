"""The evidence of standardisation: standardise.value, and one protocol step per attribute."""

from __future__ import annotations

from engine.workspace import Workspace


def log_values(
    ws: Workspace,
    attribute: str,
    dictionary: str,
    *,
    standard: str,
    context: str,
    rules: str,
    reason: str = "reason",
    raw: str = "raw",
) -> None:
    """Append a dictionary's values to standardise.value and note the step that made them.

    Args:
        ws: the workspace.
        attribute: attribute the values stand in.
        dictionary: temp table of distinct values, with a column ``rows``.
        standard: SQL expression of the standard value over the dictionary.
        context: SQL expression of what else decided.
        rules: rule file under rules/standardisation/ that the reading follows.
        reason: SQL expression of the reason code.
        raw: SQL expression of the raw value.
    """
    ws.execute(
        "insert into standardise.value by name "
        f"select '{attribute}' as attribute, {context} as context, {raw} as raw, {standard} as standard, "
        f"{reason} as reason, rows from {dictionary} where {raw} is not null"
    )
    note_values(ws, attribute, rules)


def note_values(ws: Workspace, attribute: str, rules: str) -> None:
    """Note the protocol step of an attribute from its rows in standardise.value."""
    rows_in, changed, emptied, refused = ws.rows(
        "select coalesce(sum(rows), 0)::bigint, "
        "coalesce(sum(rows) filter (where standard <> raw), 0)::bigint, "
        "coalesce(sum(rows) filter (where standard is null and reason is null), 0)::bigint, "
        "coalesce(sum(rows) filter (where standard is null and reason is not null), 0)::bigint "
        "from standardise.value where attribute = $attribute",
        {"attribute": attribute},
    )[0]
    if rows_in:
        ws.note_step(
            "standardise",
            attribute,
            from_column=attribute,
            to_column=attribute,
            origin=f"standardisation/{rules}",
            rows_in=rows_in,
            rows_changed=changed,
            rows_emptied=emptied,
            rows_refused=refused,
        )
