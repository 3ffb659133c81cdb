"""Addresses of databases, and passwords that are written nowhere."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import AssayError, SurroundingsError, UsageError
from engine.options import sources_named
from engine.remote import Credentials, holds_password, is_address, parse_address

ADDRESS = parse_address("postgresql://reader@db.example:5433/crm?sslmode=require#shop.contacts")


def test_the_parts_of_an_address() -> None:
    assert (ADDRESS.scheme, ADDRESS.host, ADDRESS.port, ADDRESS.database) == (
        "postgresql", "db.example", 5433, "crm",
    )  # fmt: skip
    assert (ADDRESS.user, dict(ADDRESS.options), ADDRESS.fragment) == (
        "reader",
        {"sslmode": "require"},
        "shop.contacts",
    )


def test_an_address_is_shown_without_user_and_options() -> None:
    assert ADDRESS.shown == "postgresql://db.example:5433/crm"
    assert parse_address("odbc:DSN=crm;UID=reader").shown == "odbc:crm"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:c4nary@h/d", "postgresql://u:c4n@ary@h/d", "mysql://u:c4/nary@h/d", "mysql://u:%63anary@h/d",
        "mssql://h/d?password=c4nary", "mssql://h/d?x=1&PWD=c4nary", "odbc:DSN=a;UID=u;Pwd = c4nary",
        "oracle://u:@h/d", "postgresql://h/d?sslpassword=c4nary",
    ],
)  # fmt: skip
def test_a_password_in_an_address_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(UsageError, match="must not hold a password") as caught:
        parse_address(text)
    assert "nary" not in str(caught.value) + str(caught.value.hint)


@given(st.text(min_size=1), st.text(min_size=1))
def test_user_and_password_are_always_seen(user: str, password: str) -> None:
    from urllib.parse import quote

    assert holds_password(f"mysql://{quote(user, safe='')}:{quote(password, safe='')}@host/db")


@pytest.mark.parametrize("text", ["contacts.csv", "C:\\data\\contacts.csv", "/a/b:c/d.csv", "a@b.csv", "./x", "9://a"])
def test_a_path_is_no_address(text: str) -> None:
    assert not is_address(text)


def test_the_password_comes_from_the_place_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "from env")
    secret = tmp_path / "secret"
    secret.write_text("from file\nsecond line\n", encoding="utf-8")
    secret.chmod(0o600)
    asked: list[tuple[str, str]] = []
    ring = ModuleType("keyring")
    errors = ModuleType("keyring.errors")
    vars(errors)["KeyringError"] = RuntimeError
    vars(ring)["get_password"] = lambda service, user: asked.append((service, user)) or "from ring"
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert Credentials(place="env:CRM_PASSWORD").password_for(ADDRESS) == "from env"
    assert Credentials(place="file:secret", folder=tmp_path).password_for(ADDRESS) == "from file"
    assert Credentials(place="keyring:crm").password_for(ADDRESS) == "from ring"
    assert asked == [("crm", "reader")]


def test_without_a_place_assay_password_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSAY_PASSWORD", raising=False)
    assert Credentials().password_for(ADDRESS) is None
    monkeypatch.setenv("ASSAY_PASSWORD", "x")
    assert Credentials().password_for(ADDRESS) == "x"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("c4nary\n", encoding="utf-8")
    secret.chmod(mode)
    with pytest.raises(SurroundingsError, match="others may read it") as caught:
        Credentials(place="file:secret", folder=tmp_path).password_for(ADDRESS)
    assert caught.value.hint == "Try: chmod 600 secret"
    assert "c4nary" not in str(caught.value)


@pytest.mark.parametrize("place", ["env:NOT_THERE", "file:not-there", "file:.", "hunter2"])
def test_a_place_with_nothing_in_it_is_told(place: str, tmp_path: Path) -> None:
    with pytest.raises(AssayError):
        Credentials(place=place, folder=tmp_path).password_for(ADDRESS)


def test_the_user_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_USER", "lea")
    assert Credentials(user="env:CRM_USER").user_for(ADDRESS) == "lea"
    assert Credentials(user="max").user_for(ADDRESS) == "max"
    assert Credentials().user_for(ADDRESS) == "reader"


def test_paths_and_addresses_are_mixed_on_the_command_line() -> None:
    named = sources_named(["a.csv", "postgresql://db/crm#contacts"], credentials="env:X")
    assert [(source.title, source.shown) for source in named] == [
        ("a", "a.csv"),
        ("contacts", "postgresql://db/crm"),
    ]


def test_tables_go_to_the_one_database() -> None:
    named = sources_named(["a.csv", "mysql://db/crm"], tables=["contacts", "clients"])
    assert [source.title for source in named] == ["a", "contacts", "clients"]


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        (["mysql://a/b", "mysql://c/d"], SimpleNamespace(tables=["t"], query=None)),
        (["a.csv", "b.sql"], SimpleNamespace(tables=["t"], query=None)),
        (["a.sql"], SimpleNamespace(tables=[], query="select 1")),
        (["mysql://a/b"], SimpleNamespace(tables=["t"], query="select 1")),
    ],
)
def test_a_choice_that_is_not_clear_is_refused(words: list[str], choice: SimpleNamespace) -> None:
    with pytest.raises(UsageError):
        sources_named(words, tables=choice.tables, query=choice.query)


def test_a_password_in_place_of_its_place_is_refused() -> None:
    with pytest.raises(UsageError, match="takes the place of a password") as caught:
        sources_named(["mysql://a/b"], credentials="c4nary")
    assert "c4nary" not in str(caught.value) + str(caught.value.hint)
