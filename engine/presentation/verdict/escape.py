"""Foreign text made harmless: a value, a file name or a sentence must never become markup, a command or an escape."""

from __future__ import annotations

import json
import re

_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, those that turn the direction of writing, and what XML 1.0 cannot hold."""

_HIDDEN_IN_JSON = re.compile(_HIDDEN.pattern.replace(r"\x1f", r"\x09\x0b-\x1f", 1))
"""The same but for the line breaks between lines; inside texts JSON has escaped them already."""


def plain(text: str) -> str:
    """``text`` on one line, every hidden character a visible one.

    >>> plain("a\\x1b[31mb\\nc")
    'a�[31mb�c'
    """
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def command_data(text: str) -> str:
    """``text`` as the message of a GitHub workflow command.

    >>> command_data("100%: a\\nb")
    '100%25: a%0Ab'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """``text`` as a property of a GitHub workflow command.

    >>> command_property("a,b:c")
    'a%2Cb%3Ac'
    """
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def in_json(data: object) -> str:
    """``data`` as JSON that people can read and diff; hidden characters as escapes, so that no value is changed.

    >>> in_json(["é", "\\u202e"])
    '[\\n  "é",\\n  "\\\\u202e"\\n]\\n'
    """
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    return _HIDDEN_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
