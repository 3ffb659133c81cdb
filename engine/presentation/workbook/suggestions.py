"""What a customer most probably meant: proposed in the workbook, never written anywhere else.

Only misspelt e-mail domains have a proposal so far: standardisation knows the right spelling of those it reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.rulebook import RuleBook
from engine.rulebook.standardisation import EmailDomains

Suggest = Callable[[str], str | None]


def suggestions(book: RuleBook) -> Mapping[str, Suggest]:
    """Reason code -> what proposes a value in place of one that has this reason."""
    domains = book.load("standardisation/email_domains.yml", EmailDomains)
    typos = {typo: right for right, found in domains.typos.items() for typo in found}
    endings = {typo: right for right, found in domains.tld_typos.items() for typo in found}

    def of_domain_typo(email: str) -> str | None:
        local, _, domain = email.strip().lower().rpartition("@")
        if not local or set(local) & set(" ,;<>@"):
            return None  # not one plain address
        label, _, ending = domain.rpartition(".")
        right = typos.get(domain) or (f"{label}.{endings[ending]}" if label and ending in endings else None)
        return f"{local}@{right}" if right else None

    return {"domain_typo": of_domain_typo}
