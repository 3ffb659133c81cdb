"""Files fetched from a server, and an OData service: real ones on this machine."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.errors import SourceError, UsageError
from engine.intake import SourceAddress
from engine.intake.sources.odata import Odata
from engine.remote import Credentials, parse_address
from engine.workspace import Workspace
from tests.conftest import rows
from tests.intake.conftest import Stage

PEOPLE = [
    {"Nom": "Zoé", "Solde": 1.5, "Adresse": {"Ville": "Bern"}, "@odata.id": "x"},
    {"Nom": "Lutz"},
    {"Nom": "Roth"},
]


class Handler(BaseHTTPRequestHandler):
    """A file, a file behind a password, a service of two pages, a service that sends on elsewhere."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        wanted = "Basic " + base64.b64encode(b"reader:s3cret").decode()
        if path == "/open/contacts.csv":
            self._answer("Nom;Ville\nZoé;Bern\nLutz;Chur\n".encode("cp1252"))
        elif path == "/cut.csv":
            self._answer(b"Nom;Ville\n", length=1_000)
        elif path.startswith(("/closed", "/odata")) and self.headers.get("Authorization") != wanted:
            self._answer(b"no", status=401)
        elif path == "/closed/contacts.csv":
            self._answer(b"Nom,Ville\nRoth,Sion\n")
        elif path == "/odata/v4/crm/":
            self._json({"value": [{"name": "Contacts", "kind": "EntitySet"}, {"name": "f", "kind": "FunctionImport"}]})
        elif path == "/odata/v4/crm/Contacts":
            if "skip=2" in self.path:
                self._json({"value": PEOPLE[2:]})
            else:
                self._json({"value": PEOPLE[:2], "@odata.nextLink": "Contacts?skip=2"})
        elif path == "/odata/v4/half/Contacts":
            self._answer(b'{"value": [{"\\ud800": "x", "nom": "Lutz"}]}')
        elif path == "/odata/v4/astray/Contacts":
            self._json({"value": [], "@odata.nextLink": "http://[::1"})
        elif path == "/odata/v4/torn/Contacts":
            self._answer(b"{}", packed=True)
        elif path == "/odata/v4/trap/Contacts":
            self._json({"value": [], "@odata.nextLink": "http://localhost:1/steal"})
        else:
            self._answer(b"nothing", status=404)

    def _json(self, data: object) -> None:
        self._answer(json.dumps(data).encode())

    def _answer(self, body: bytes, *, status: int = 200, length: int | None = None, packed: bool = False) -> None:
        self.send_response(status)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{http.server_port}"
        http.shutdown()


Address = Callable[..., SourceAddress]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Address:
    monkeypatch.setenv("WEB_PASSWORD", "s3cret")

    def _at(url: str, *, login: bool = False, table: str | None = None) -> SourceAddress:
        credentials = Credentials("reader", "env:WEB_PASSWORD") if login else Credentials()
        return SourceAddress(parse_address(url), table=table, credentials=credentials)

    return _at


def cells(ws: Workspace) -> list[list[str | None]]:
    return [row["cells"] for row in rows(ws, "intake.line", "line_no", "cells")]


def test_a_file_at_an_address_is_read_like_any_other(ws: Workspace, stage: Stage, server: str, at: Address) -> None:
    stage(at(f"http://{server}/open/contacts.csv"))
    assert cells(ws) == [["Zoé", "Bern"], ["Lutz", "Chur"]]
    assert ws.rows("select source, file, format from intake.source") == [("contacts", "contacts.csv", "csv")]


def test_a_file_behind_a_password(ws: Workspace, stage: Stage, server: str, at: Address) -> None:
    with pytest.raises(SourceError, match="refuses the login") as refused:
        stage(at(f"http://{server}/closed/contacts.csv"))
    assert "s3cret" not in str(refused.value)
    stage(at(f"http://{server}/closed/contacts.csv", login=True))
    assert cells(ws) == [["Roth", "Sion"]]


def test_what_is_not_there_is_said(stage: Stage, server: str, at: Address) -> None:
    with pytest.raises(SourceError, match="no such file"):
        stage(at(f"http://{server}/absent.csv"))
    with pytest.raises(SourceError, match="cannot fetch"):
        stage(at("http://127.0.0.1:1/absent.csv"))


def test_an_answer_that_was_cut_is_refused(stage: Stage, server: str, at: Address) -> None:
    with pytest.raises(SourceError, match=r"was cut|cannot fetch"):
        stage(at(f"http://{server}/cut.csv"))


def test_an_odata_service_is_read_page_by_page(ws: Workspace, stage: Stage, server: str, at: Address) -> None:
    stage(at(f"odata+http://{server}/odata/v4/crm", login=True))
    assert ws.rows("select headers, sheet, format from intake.source") == [
        (["Nom", "Solde", "Adresse Ville"], "Contacts", "odata")
    ]
    assert cells(ws) == [["Zoé", "1.5", "Bern"], ["Lutz", None, None], ["Roth", None, None]]


def test_a_service_must_not_send_the_password_elsewhere(stage: Stage, server: str, at: Address) -> None:
    with pytest.raises(UsageError, match="answers no query"):
        stage(
            SourceAddress(
                parse_address(f"odata+http://{server}/odata/v4/crm"),
                query="select 1",
                credentials=Credentials("reader", "env:WEB_PASSWORD"),
            )
        )
    service = Odata(at(f"odata+http://{server}/odata/v4/trap", login=True))
    with Workspace.memory() as ws, pytest.raises(SourceError, match="another server"):
        service.load(ws, "Contacts")
    service.close()


@pytest.mark.parametrize("service", ["astray", "torn"])
def test_an_answer_that_makes_no_sense_is_one_clear_error(service: str, server: str, at: Address) -> None:
    odata = Odata(at(f"odata+http://{server}/odata/v4/{service}", login=True))
    with Workspace.memory() as ws, pytest.raises(SourceError, match=r"odata\+http://127"):
        odata.load(ws, "Contacts")


def test_half_a_character_in_the_name_of_a_column_is_replaced(server: str, at: Address) -> None:
    with Workspace.memory() as ws:
        loaded = Odata(at(f"odata+http://{server}/odata/v4/half", login=True)).load(ws, "Contacts")
    assert loaded.headers == ("?", "nom")


def test_a_file_in_a_bucket(ws: Workspace, stage: Stage, at: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3 = pytest.importorskip("boto3")
    from moto.server import ThreadedMotoServer

    bucket = ThreadedMotoServer(port=0)
    bucket.start()
    try:
        host, port = bucket.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        client.put_object(Bucket="exports", Key="2026/contacts.csv", Body="Nom,Ville\nZoé,Bern\nLutz,Chur\n".encode())
        stage(at("s3://exports/2026/contacts.csv"))
        assert cells(ws) == [["Zoé", "Bern"], ["Lutz", "Chur"]]
        with pytest.raises(SourceError, match="no such file"):
            stage(at("s3://exports/absent.csv"))
    finally:
        bucket.stop()
