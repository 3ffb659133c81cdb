"""Rules as validated, frozen models: YAML in ``rules/``, overridden by the user's project, mistakes reported at once.

One file of rules = one pydantic model in this package; stages ask for it by name::

    book = RuleBook()
    rules = book.load("matching/model.yml", MatchingRules)
"""

from engine.rulebook.load import RuleBook, RuleModel

__all__ = ["RuleBook", "RuleModel"]
