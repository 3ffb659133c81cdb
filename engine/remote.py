"""Databases by their address, and the way to a password that is written nowhere.

An address is ``scheme://[user@]host[:port]/database[?option=value]``, or ``odbc:DSN=name``. A password in it is
refused wherever it comes from: a command line can be read by every user of the machine, and assay.toml is passed on.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from engine.errors import SurroundingsError, UsageError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.]*):(//)?")
_SECRET_OPTION = re.compile(r"(?:^|[?&;\s])(?:password|passwd|passphrase|pwd|sslpassword)\s*=", re.IGNORECASE)
_NO_PASSWORD = (
    "Name the place of the password instead: --credentials env:NAME, keyring:SERVICE or file:PATH, "
    'or credentials = "..." in assay.toml.'
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is.

    Attributes:
        scheme: lower case, ``postgresql`` ...; the aliases are the kinds' own business.
        host: None = the driver's default (a local socket).
        port: None = the driver's default.
        database: name of the database, the service, the file; "" = the driver's default.
        user: as given in the address.
        options: what follows the ``?``, or the ``key=value`` pairs of an ODBC address.
        fragment: what follows a ``#``: a table.
    """

    scheme: str
    host: str | None = None
    port: int | None = None
    database: str = ""
    user: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    fragment: str | None = None

    @property
    def shown(self) -> str:
        """The address for people and tables: without user and options.

        >>> parse_address("postgresql://reader@db.example:5433/crm?sslmode=require").shown
        'postgresql://db.example:5433/crm'
        """
        if self.scheme == "odbc":
            return f"odbc:{self.database}"
        host = self.host or ""
        host = f"[{host}]" if ":" in host else host
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{host}{port}/{self.database}"


def is_address(text: str) -> bool:
    r"""Whether ``text`` is the address of a database rather than a path.

    >>> is_address("mysql://db/crm"), is_address("odbc:DSN=crm"), is_address("c:\\crm.csv"), is_address("a/b.csv")
    (True, True, False, False)
    """
    found = _SCHEME.match(text)
    return found is not None and (found.group(2) is not None or found.group(1).lower() == "odbc")


def parse_address(text: str) -> Address:
    """The parts of an address.

    Raises:
        UsageError: it holds a password, or cannot be understood. The text of the address is not in the message.
    """
    if holds_password(text):
        raise UsageError("an address must not hold a password", hint=_NO_PASSWORD)
    if text[:5].lower() == "odbc:":
        pairs = (part.partition("=") for part in text[5:].split(";") if part.strip())
        options = {key.strip().lower(): value.strip() for key, _, value in pairs}
        shown = options.get("dsn") or options.get("database") or options.get("driver", "").strip("{}")
        return Address("odbc", database=shown, user=options.pop("uid", None), options=options)
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise UsageError("the address of a database cannot be understood", hint=_FORM) from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Address(
        scheme=parts.scheme.lower(),
        host=unquote(host) if host else options.pop("host", None),
        port=port,
        database=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username) if parts.username else None,
        options=options,
        fragment=unquote(parts.fragment) or None,
    )


_FORM = "Write it as scheme://user@host:port/database."


def holds_password(text: str) -> bool:
    """Whether an address holds a password, in any of the places where drivers look for one.

    >>> [holds_password(text) for text in ("pg://u:p@h/d", "pg://u@h/d", "pg://h/d?Password=x", "odbc:DSN=a;PWD=x")]
    [True, False, True, True]
    """
    after = text.partition("://")[2]
    user, at, _ = re.split("[/?#]", after)[0].rpartition("@")
    # a password may itself hold a slash that should have been escaped
    loose = re.match(r"[^/@:?#]*:[^?#]*@", after) is not None
    return bool((at and ":" in user) or loose or _SECRET_OPTION.search(unquote(text)))


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks, and where the password is; never the password itself.

    Attributes:
        user: name of the user, or ``env:NAME``; None = the one of the address.
        place: ``env:NAME``, ``keyring:SERVICE`` or ``file:PATH``; None = ASSAY_PASSWORD, else what the driver knows.
        folder: what a relative path starts from.
    """

    user: str | None = None
    place: str | None = None
    folder: Path | None = None

    def user_for(self, address: Address) -> str | None:
        """The user to log in as; None = the driver's default.

        Raises:
            UsageError: ``env:NAME`` and there is no such variable.
        """
        if self.user is not None and self.user.startswith("env:"):
            return _variable(self.user[4:])
        return self.user or address.user

    def password_for(self, address: Address) -> str | None:
        """The password; None = none was given, and the driver may know one (``~/.pgpass``).

        Raises:
            UsageError: the place cannot be understood, or there is nothing in it.
            SurroundingsError: a file that others may read.
        """
        if self.place is None:
            return os.environ.get("ASSAY_PASSWORD") or None
        kind, _, name = self.place.partition(":")
        if kind == "env":
            return _variable(name)
        if kind == "file":
            return _secret_file((self.folder or Path()) / Path(name).expanduser())
        if kind == "keyring" and name:
            return _keyring(name, self.user_for(address) or "")
        raise UsageError("credentials cannot be understood", hint="Write env:NAME, keyring:SERVICE or file:PATH.")


def is_place(text: str) -> bool:
    """Whether ``text`` names a place of a password, rather than being one.

    >>> is_place("env:CRM_PASSWORD"), is_place("hunter2")
    (True, False)
    """
    return re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|(?:keyring|file):.+", text) is not None


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise UsageError(f"the environment variable {name[:60]} is not set", hint="Set it, and export it.")
    return value


def _secret_file(path: Path) -> str:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise UsageError(f"{path.name} is not a file", hint="Write the password on the first line of a file.")
        if state.st_mode & 0o077 or state.st_uid != os.geteuid():
            raise SurroundingsError(
                f"{path.name} holds a password and others may read it", hint=f"Try: chmod 600 {path.name}"
            )
        with path.open(encoding="utf-8") as file:
            first = file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the password in {path.name} ({type(error).__name__})") from None
    if not first:
        raise UsageError(f"{path.name} is empty", hint="Write the password on its first line.")
    return first


def _keyring(service: str, user: str) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise UsageError(
            "the keyring needs a package that is not installed", hint="Try: pip install 'assay[keyring]'"
        ) from None
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise SurroundingsError(f"the keyring does not answer ({type(error).__name__})") from None
    if not found:
        raise UsageError(
            f"the keyring has no password of {service[:60]} for this user",
            hint=f"Try: keyring set {service[:60]} USER",
        )
    return str(found)
