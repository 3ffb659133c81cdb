"""Which encoding a text file is in, and how sure that is.

Order: byte order mark, UTF-16 by the place of its zero bytes, strict UTF-8 over the whole file, UTF-8 with a few
wrong bytes, then charset-normalizer held to the encodings that customers' tools write. Left to itself
charset-normalizer calls French cp1252 files cp1250.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.counted import counted
from engine.errors import SourceError

WESTERN = ("cp1252", "iso8859_15", "mac_roman", "cp850")
"""8-bit encodings of western Europe. Offered cp1250 too, charset-normalizer takes it for French ("Hélčne")."""

EASTERN = ("cp1250", "cp1251", "cp1253", "cp1254", "iso8859_2", "koi8_r")
"""Tried only where the western reading is not the letters of western words."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_HEAD = 1 << 16
_EVIDENCE = 1 << 17  # bytes of lines with a non-ASCII byte that are looked at
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_NUL = 0
_WESTERN_LETTERS = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿßÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝŸ’‘“”«»–—…€°ºª²·´\xa0")
_WESTERN_ENOUGH = 0.85


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec to decode with and the sentence that says why.

    In a ``lenient`` reading the bytes that the codec refuses (a cut last character, a line pasted from elsewhere)
    are read as Windows-1252 instead of stopping the run.
    """

    codec: str
    why: str
    lenient: bool = False


def decide_encoding(path: Path, forced: str | None = None) -> Encoding:
    """Decide how to decode ``path``.

    Raises:
        SourceError: unknown forced encoding, or the file is binary.
    """
    if forced is not None:
        return Encoding(told_encoding(forced, path.name), "given by the user")
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, "byte order mark", lenient=True)
    if (utf16 := _utf16(head)) is not None:
        return utf16
    _refuse_binary(head, path)
    return _eight_bit(path)


def told_encoding(told: str, file: str) -> str:
    """The codec that the user named.

    Raises:
        SourceError: there is none of that name, or it is none of text.
    """
    try:
        b"".decode(told)
        return codecs.lookup(told).name
    except (LookupError, ValueError):
        raise SourceError(
            f"unknown encoding {told[:40]!r} for {file}", hint="Use e.g. utf-8, cp1252, utf-16."
        ) from None


def text_chunks(path: Path, encoding: Encoding) -> Iterator[str]:
    """The text of ``path`` in pieces of about a million characters, without byte order mark.

    Raises:
        SourceError: bytes that the encoding does not know.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)(_WINDOWS if encoding.lenient else "strict")
    first = True
    with path.open("rb") as handle:
        while True:
            raw = handle.read(_CHUNK)
            try:
                text = decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                raise SourceError(
                    f"{path.name} cannot be decoded as {encoding.codec}: {error.reason}",
                    hint="Name the encoding it is in, or export it as UTF-8.",
                ) from None
            if first and text:
                text, first = text.removeprefix("\ufeff"), False
            if text:
                yield text
            if not raw:
                return


def _utf16(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: nearly every second byte of Latin text is zero."""
    even, odd = head[0::2].count(_NUL), head[1::2].count(_NUL)
    half = max(1, len(head) // 2)
    if odd > 0.6 * half and even < 0.1 * half:
        return Encoding("utf-16-le", "zero bytes at odd places", lenient=True)
    if even > 0.6 * half and odd < 0.1 * half:
        return Encoding("utf-16-be", "zero bytes at even places", lenient=True)
    return None


def _refuse_binary(head: bytes, path: Path) -> None:
    strange = len(_CONTROL.findall(head)) + head.count(_NUL)
    if strange > 0.02 * len(head) + 4:
        raise SourceError(
            f"{path.name} is binary, not a table in text form", hint="Export it as CSV or as an Excel workbook."
        )


def _eight_bit(path: Path) -> Encoding:
    is_ascii = _is_utf8(path)
    if is_ascii is not None:
        return Encoding("utf-8", "plain ASCII" if is_ascii else "every byte is valid UTF-8")
    evidence = bytearray()
    with path.open("rb") as handle:
        while len(evidence) < _EVIDENCE and (chunk := handle.read(_CHUNK)):
            if not chunk.isascii():
                evidence += _lines_with_accents(chunk, _EVIDENCE - len(evidence))
    high = len(_HIGH.findall(evidence))
    if sum(map(len, _UTF8_SEQUENCE.findall(evidence))) > 0.9 * high:
        return Encoding("utf-8", "UTF-8, with some bytes of Windows-1252 in it", lenient=True)
    return _legacy(bytes(evidence))


def _is_utf8(path: Path) -> bool | None:
    """Whether the file is plain ASCII when it is valid UTF-8 throughout; None when it is not."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_ascii = True
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(_CHUNK):
                is_ascii = is_ascii and chunk.isascii()
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return is_ascii


def _lines_with_accents(chunk: bytes, room: int) -> bytes:
    lines = [line for line in chunk.splitlines() if not line.isascii()]
    return b"\n".join(lines)[:room] + b"\n"


def _legacy(evidence: bytes) -> Encoding:
    found = f"guessed from {counted(len(evidence.splitlines()), 'line')} with accents"
    codec = _best(evidence, WESTERN)
    if codec is not None and _western_share(evidence, codec) >= _WESTERN_ENOUGH:
        if codec == "iso8859_15" and re.search(rb"[\x80-\x9f]", evidence):
            codec = "cp1252"  # the same letters; Windows has signs where ISO has control characters
        elif codec == "iso8859_15" and b"\xa4" not in evidence:
            codec = "cp1252"  # only the euro sign tells them apart
        return Encoding(codec, found, lenient=True)
    eastern = _best(evidence, EASTERN)
    if eastern is not None:
        return Encoding(eastern, found, lenient=True)
    return Encoding(codec or "cp1252", f"{found}, unsure", lenient=True)


def _best(evidence: bytes, codecs_tried: tuple[str, ...]) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(evidence, cp_isolation=list(codecs_tried)).best()
    return best.encoding if best is not None and best.encoding in codecs_tried else None


def _western_share(evidence: bytes, codec: str) -> float:
    """Share of the non-ASCII characters that western names and addresses are written with."""
    high = [char for char in evidence.decode(codec, "replace") if char > "\x7f"]
    return sum(char in _WESTERN_LETTERS for char in high) / len(high) if high else 1.0


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: each refused byte as Windows-1252, or as the code point of its number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    text = "".join(_windows_char(byte) for byte in wrong)
    return text, error.end


def _windows_char(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_WINDOWS = "assay-windows"
codecs.register_error(_WINDOWS, _as_windows)
