"""A server that speaks TDS 7.4, so that Microsoft's own client can be tested: TLS, login, types, errors, streams.

Written from the MS-TDS specification. The SQL it is sent is translated by sqlglot and answered by DuckDB, so what is
proven with it is the client and the way it is used, not SQL Server's own quirks.
"""

from __future__ import annotations

import datetime
import decimal
import re
import socketserver
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from tests.support.servers import PASSWORD

USER = "reader"
_COLLATION = bytes.fromhex("0904d00034")
_PRELOGIN, _LOGIN, _BATCH, _RPC, _ATTENTION, _TRANSACTION, _ANSWER = 0x12, 0x10, 1, 3, 6, 14, 4
_DONE, _DONE_IN_PROC, _DONE_PROC = 0xFD, 0xFF, 0xFE
_MORE, _ERROR, _COUNT, _ACKNOWLEDGED = 1, 2, 0x10, 0x20
_PRECISE = decimal.Context(prec=60)

Encode = Callable[[Any], bytes]


@contextmanager
def tds_server(script: str, *, fail_after: int | None = None) -> Iterator[str]:
    """The address of a server whose tables ``script`` makes (DuckDB's SQL); the user is :data:`USER`.

    Args:
        script: makes tables in schema ``dbo``.
        fail_after: the connection is cut after so many rows of an answer.
    """
    database = duckdb.connect(":memory:")
    database.execute("create schema dbo; use memory.dbo")
    database.execute(script)

    class Session(_Session):
        connection = database
        certificate = _certificate()
        cut = fail_after

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:  # a client that leaves is nobody's error
            pass

    with Server(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"mssql://{USER}@127.0.0.1:{server.server_address[1]}/crm"
        finally:
            server.shutdown()
            database.close()


def _certificate() -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - day).not_valid_after(now + 30 * day)
    signed = made.sign(key, hashes.SHA256())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
        context.load_cert_chain(file)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # TDS 7 wraps the handshake in its own packets
    return context


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _long(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def _token(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + struct.pack("<H", len(body)) + body


def _done(kind: int, status: int, command: int = 0, rows: int = 0) -> bytes:
    return bytes([kind]) + struct.pack("<HHQ", status, command, rows)


def _column(kind: str) -> tuple[bytes, Encode, bytes]:
    """How DuckDB's type goes over the wire: its description, its encoder, its null."""
    integers = {"BIGINT": ("q", 8), "INTEGER": ("i", 4), "SMALLINT": ("h", 2), "UTINYINT": ("B", 1)}
    if kind in integers:
        code, size = integers[kind]
        return bytes([0x26, size]), lambda value: bytes([size]) + struct.pack(f"<{code}", value), b"\0"
    if kind == "BOOLEAN":
        return b"\x68\x01", lambda value: b"\x01" + bytes([value]), b"\0"
    if kind in ("DOUBLE", "FLOAT"):
        return b"\x6d\x08", lambda value: b"\x08" + struct.pack("<d", value), b"\0"
    if kind.startswith("DECIMAL"):
        precision, scale = map(int, re.findall(r"\d+", kind))
        size = next(bytes_ for bytes_, digits in ((4, 9), (8, 19), (12, 28), (16, 38)) if precision <= digits)

        def number(value: decimal.Decimal) -> bytes:
            whole = int(value.scaleb(scale, _PRECISE))
            return bytes([size + 1, whole >= 0]) + abs(whole).to_bytes(size, "little")

        return bytes([0x6A, size + 1, precision, scale]), number, b"\0"
    if kind == "DATE":
        return b"\x28", lambda value: b"\x03" + (value.toordinal() - 1).to_bytes(3, "little"), b"\0"
    if kind.startswith("TIMESTAMP"):

        def moment(value: datetime.datetime) -> bytes:
            micro = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
            return b"\x08" + (micro * 10).to_bytes(5, "little") + (value.toordinal() - 1).to_bytes(3, "little")

        return b"\x2a\x07", moment, b"\0"
    if kind == "UUID":
        return b"\x24\x10", lambda value: b"\x10" + value.bytes_le, b"\0"
    if kind == "BLOB":
        return b"\xa5\x40\x1f", lambda value: struct.pack("<H", len(value)) + value, b"\xff\xff"

    def text(value: object) -> bytes:
        body = str(value).encode("utf-16-le")[:8_000]
        return struct.pack("<H", len(body)) + body

    return b"\xe7\x40\x1f" + _COLLATION, text, b"\xff\xff"


class _Session(socketserver.BaseRequestHandler):
    """One client, from its first packet to its last."""

    connection: duckdb.DuckDBPyConnection
    certificate: ssl.SSLContext
    cut: int | None

    def handle(self) -> None:
        self._wire: Any = self.request
        self._size, self._packet = 4096, 0
        self._cursor = self.connection.cursor()
        self._cursor.execute("use memory.dbo")
        answers = {
            _PRELOGIN: self._prelogin,
            _LOGIN: self._login,
            _BATCH: lambda body: self._batch(body[struct.unpack_from("<I", body)[0] :].decode("utf-16-le")),
            _RPC: self._call,
            _ATTENTION: lambda _: self._send(_done(_DONE, _ACKNOWLEDGED)),
            _TRANSACTION: self._transaction,
        }
        try:
            while True:
                kind, body = self._message()
                answers[kind](body)
        except (EOFError, ConnectionError):
            pass

    # -- packets ------------------------------------------------------------------------------

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self._wire.recv(count - len(found))
            if not more:
                raise EOFError
            found += more
        return found

    def _message(self) -> tuple[int, bytes]:
        body = b""
        while True:
            head = self._read(8)
            body += self._read(struct.unpack(">H", head[2:4])[0] - 8)
            if head[1] & 1:
                return head[0], body

    def _send(self, body: bytes, *, last: bool = True) -> None:
        room = self._size - 8
        while True:
            part, body = body[:room], body[room:]
            self._packet = (self._packet + 1) & 255
            ended = 1 if last and not body else 0
            self._wire.sendall(struct.pack(">BBHHBB", _ANSWER, ended, len(part) + 8, 55, self._packet, 0) + part)
            if not body:
                return

    # -- login --------------------------------------------------------------------------------

    def _prelogin(self, body: bytes) -> None:
        at, encryption = 0, 2
        while body[at] != 0xFF:
            if body[at] == 1:
                encryption = body[struct.unpack_from(">H", body, at + 1)[0]]
            at += 5
        options = [
            (0, b"\x10\0\x10\0\0\0"),
            (1, b"\x02" if encryption == 2 else b"\x01"),
            (2, b"\0"),
            (3, b""),
            (4, b"\0"),
        ]
        place = len(options) * 5 + 1
        head = data = b""
        for kind, value in options:
            head += struct.pack(">BHH", kind, place + len(data), len(value))
            data += value
        self._send(head + b"\xff" + data)
        if encryption != 2:
            self._secure()

    def _secure(self) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secure = self.certificate.wrap_bio(incoming, outgoing, server_side=True)
        raw = self.request
        while True:
            try:
                secure.do_handshake()
                ready = True
            except ssl.SSLWantReadError:
                ready = False
            if told := outgoing.read():
                raw.sendall(struct.pack(">BBHHBB", _PRELOGIN, 1, len(told) + 8, 0, 0, 0) + told)
            if ready:
                break
            incoming.write(self._message()[1])

        class Wire:
            def recv(self, count: int) -> bytes:
                while True:
                    try:
                        return secure.read(count)
                    except ssl.SSLWantReadError:
                        more = raw.recv(65_536)
                        if not more:
                            return b""
                        incoming.write(more)

            def sendall(self, body: bytes) -> None:
                secure.write(body)
                raw.sendall(outgoing.read())

        self._wire = Wire()

    def _login(self, body: bytes) -> None:
        def part(at: int) -> bytes:
            place, length = struct.unpack_from("<HH", body, at)
            return body[place : place + 2 * length]

        user = part(40).decode("utf-16-le")
        unmasked = bytes(((byte ^ 0xA5) << 4 | (byte ^ 0xA5) >> 4) & 255 for byte in part(44))
        if user != USER or unmasked.decode("utf-16-le") != PASSWORD:
            self._fail(18456, f"Login failed for user '{user}'.", 14)
            raise EOFError
        wanted = struct.unpack_from("<I", body, 8)[0] or 4096
        size = max(512, min(32_767, wanted))
        answer = _token(0xE3, b"\x01" + _short("crm") + _short("master"))
        answer += _token(0xE3, b"\x07\x05" + _COLLATION + b"\0")
        answer += _token(0xAD, b"\x01\x74\0\0\x04" + _short("Microsoft SQL Server") + b"\x10\0\x10\0")
        answer += _token(0xE3, b"\x04" + _short(str(size)) + _short("4096"))
        if body[27] & 0x10:
            answer += b"\xae\xff"
        self._send(answer + _done(_DONE, 0))
        self._size = size

    # -- statements ---------------------------------------------------------------------------

    def _transaction(self, body: bytes) -> None:
        kind = struct.unpack_from("<H", body, struct.unpack_from("<I", body)[0])[0]
        mark, none = bytes(range(1, 9)), b"\0"
        changes = {5: b"\x08\x08" + mark + none, 7: b"\x09\0\x08" + mark, 8: b"\x0a\0\x08" + mark}
        change = _token(0xE3, changes[kind]) if kind in changes else b""
        self._send(change + _done(_DONE, 0))

    def _call(self, body: bytes) -> None:
        """sp_executesql, sp_prepexec: the statement is the first text among the parameters that reads like one."""
        at = struct.unpack_from("<I", body)[0]
        length = struct.unpack_from("<H", body, at)[0]
        at += 2 + (2 if length == 0xFFFF else 2 * length) + 2
        texts: list[str] = []
        while at < len(body):
            at += 1 + 2 * body[at] + 1
            kind = body[at]
            at += 1
            if kind == 0xE7:
                longest = struct.unpack_from("<H", body, at)[0]
                at += 7
                if longest == 0xFFFF:
                    at += 8
                    value = b""
                    while size := struct.unpack_from("<I", body, at)[0]:
                        value += body[at + 4 : at + 4 + size]
                        at += 4 + size
                    at += 4
                else:
                    size = struct.unpack_from("<H", body, at)[0]
                    value = b"" if size == 0xFFFF else body[at + 2 : at + 2 + size]
                    at += 2 + len(value)
                texts.append(value.decode("utf-16-le"))
            elif kind == 0x63:
                size = struct.unpack_from("<i", body, at + 9)[0]
                texts.append(body[at + 13 : at + 13 + max(size, 0)].decode("utf-16-le"))
                at += 13 + max(size, 0)
            elif kind in (0x26, 0x68, 0x6D):
                at += 2 + body[at + 1]
            else:
                break
        sql = next((text for text in texts if re.match(r"\s*(select|with|set|exec)", text, re.IGNORECASE)), "")
        ending = b"\x79" + struct.pack("<I", 0) + _done(_DONE_PROC, 0)
        if sql:
            self._batch(sql, _DONE_IN_PROC, ending)
        else:
            self._send(_done(_DONE_PROC, 0))

    def _fail(self, number: int, text: str, level: int = 16, done: int = _DONE) -> None:
        body = struct.pack("<IBB", number, 1, level) + _long(text[:1_000]) + _short("test") + _short("")
        self._send(_token(0xAA, body + struct.pack("<I", 1)) + _done(done, _ERROR))

    def _batch(self, sql: str, done: int = _DONE, ending: bytes = b"") -> None:
        sql = sql.strip().rstrip(";")
        more = _MORE if ending else 0
        if re.match(r"(select|with)\b", sql, re.IGNORECASE) is None:
            self._send(_done(done, more) + ending)
            return
        try:
            found = self._cursor.execute(sqlglot.transpile(sql, read="tsql", write="duckdb")[0])
        except duckdb.CatalogException:
            self._fail(208, "Invalid object name 'secret'.", done=done)
            return
        except duckdb.Error as error:
            self._fail(102, f"Incorrect syntax near {type(error).__name__}.", done=done)
            return
        columns = [(name, *_column(str(kind))) for name, kind, *_ in found.description]
        answer = bytearray(b"\x81" + struct.pack("<H", len(columns)))
        for name, kind, _, _ in columns:
            answer += struct.pack("<IH", 0, 9) + kind + _short(name)
        count = 0
        while rows := found.fetchmany(5_000):
            for row in rows:
                answer += b"\xd1"
                for value, (_, _, encode, null) in zip(row, columns, strict=True):
                    answer += null if value is None else encode(value)
            count += len(rows)
            if self.cut is not None and count >= self.cut:
                self._send(bytes(answer[: self._size - 8]), last=False)
                raise EOFError
            whole = len(answer) - len(answer) % (self._size - 8)
            if whole and whole < len(answer):
                self._send(bytes(answer[:whole]), last=False)
                del answer[:whole]
        self._send(bytes(answer) + _done(done, _COUNT | more, 0xC1, count) + ending)
