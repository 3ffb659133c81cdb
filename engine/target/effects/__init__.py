"""What the accepted rows of a level do to the contact base: contacts made, changed, emptied, gone.

``changed`` holds the new state of each contact a level touches, whole; DROP leaves only its number in ``gone``.
"""

from engine.target.effects.level import apply_level

__all__ = ["apply_level"]
