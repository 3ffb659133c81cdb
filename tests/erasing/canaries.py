"""Persons whose every value is unlike any other, and a search of a folder for them that shares nothing with ours."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

HEAD = "N° client;Nom;Prénom;Date de naissance;E-mail;Téléphone;Adresse;CP;Ville;Remarque\n"
_LETTERS = "bcdfghjklmnprstvwz"


@dataclass(frozen=True)
class Person:
    """One planted person; ``key`` is the source's key."""

    key: str
    last: str
    first: str
    birth: str
    email: str
    phone: str
    street: str
    remark: str

    def row(self, **other: str) -> str:
        """A line of the source, with some values said otherwise."""
        said = {**{name: getattr(self, name) for name in self.__dataclass_fields__}, **other}
        cells = (said[name] for name in ("key", "last", "first", "birth", "email", "phone", "street"))
        return ";".join([*cells, "1204", "Genève", said["remark"]]) + "\n"

    @property
    def plain(self) -> tuple[str, ...]:
        """Texts that betray the person, lower case."""
        texts = (self.key, self.last, self.first, self.email, self.street, self.remark, self.phone)
        return tuple(text.lower() for text in (*texts, self.phone.replace(" ", "")))

    @property
    def digests(self) -> tuple[str, ...]:
        """Other forms a file may hold the e-mail or the key in: hashes are no anonymity."""
        email = self.email.encode()
        return (
            hashlib.sha256(email).hexdigest(),
            hashlib.md5(email).hexdigest(),
            email.hex(),
            base64.b64encode(email).decode().lower(),
            hashlib.md5(f"clients:{self.key}".encode()).hexdigest()[:15],
        )


def people(count: int) -> list[Person]:
    """Planted persons, every attribute of each its own."""
    return [_person(number) for number in range(count)]


def _person(number: int) -> Person:
    word = "".join(
        _LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] + "aeiou"[number % 5] for place in range(3)
    )
    return Person(
        key=f"K{700001 + 13 * number}",
        last=f"Vox{word}ardel",
        first=f"Quimb{word}",
        birth=f"{1 + number % 28:02d}.{1 + number % 12:02d}.{1931 + number % 70}",
        email=f"box.{word}@yon{word}.ch",
        phone=f"+41 79 {200 + number // 90:03d} {10 + number % 90:02d} {10 + 37 * number % 89:02d}",
        street=f"Rue {word}ostral {1 + number % 90}",
        remark=f"Tilk{word}eron",
    )


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file below ``root`` as text in lower case: opened where it is packed, decoded in two ways."""
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        for data in _contents(path):
            yield path, data.decode("utf-8", errors="replace").lower()
            yield path, data.decode("utf-16-le", errors="replace").lower()


def _contents(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist()).encode()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)
    elif path.suffix == ".gz":
        yield gzip.decompress(data)


_FAMILIES = re.compile(
    r"vox[a-z]{6}ardel|quimb[a-z]{6}|tilk[a-z]{6}eron|rue [a-z]{6}ostral [0-9]{1,2}|box\.[a-z]{6}@yon[a-z]{6}\.ch"
    r"|k7[0-9]{5}|\+?41 ?79 ?[0-9]{3} ?[0-9]{2} ?[0-9]{2}"
)
"""Every plain canary has one of these forms: one pass over a text finds those of all persons."""


def found(root: Path, whom: Iterable[Person], *, without: Iterable[str] = ()) -> dict[str, set[str]]:
    """Key of each person that stands anywhere below ``root`` -> files they stand in."""
    persons, left_out = list(whom), set(without)
    owners = {canary: person.key for person in persons for canary in person.plain}
    digests = [(digest, person.key) for person in persons[::20] for digest in person.digests]
    hits: dict[str, set[str]] = {}
    for path, text in texts(root):
        relative = path.relative_to(root)
        if relative.parts[0] in left_out:
            continue
        keys = {owners[canary] for canary in set(_FAMILIES.findall(text)) & owners.keys()}
        keys |= {key for digest, key in digests if digest in text}
        for key in keys:
            hits.setdefault(key, set()).add(relative.as_posix())
    return hits
