"""Who a record is taken for: the erased person under another spelling, never somebody of the same family."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from engine.protection.keys import Named, Suppressed, is_same_person, keyed, make_suppressed, pads, spellings

SECRET = "5f" * 32
ANN = Named(first=("anne",), last=("dupont",))
WORDS = st.text(alphabet="abcdefghijklmnop", min_size=4, max_size=12)


def anchor(kind: str, value: str) -> str:
    return f"{kind}:{keyed(SECRET, f'{kind}|{value}')}"


def listed(*anchors: str, named: Named = ANN, shared: tuple[str, ...] = ()) -> Suppressed:
    return make_suppressed(SECRET, "2026-11-22", anchors, shared, [named])


def same(one: Suppressed, first: str, last: str, *anchors: str) -> bool:
    named = Named((first,) if first else (), (last,) if last else ())
    return is_same_person(SECRET, one, named, frozenset(anchors))


MAIL, PHONE, BORN, HOME, KEY = (
    anchor("email", "a@b.ch"),
    anchor("phone", "+41791112233"),
    anchor("birth", "1970-01-02"),
    anchor("home", "1204|rueduport1"),
    anchor("key", "crm|7"),
)


@pytest.mark.parametrize(
    ("first", "last", "anchors", "why"),
    [
        ("anne", "dupont", (BORN,), "name and birth date"),
        ("ane", "dupond", (BORN,), "one letter away in both names"),
        ("dupont", "anne", (BORN,), "first and last name swapped"),
        ("anne", "martin", (MAIL,), "married, with the mailbox kept"),
        ("a", "dupont", (MAIL,), "an initial at the own mailbox"),
        ("", "", (MAIL,), "nothing but the own mailbox"),
        ("anne", "dupont", (PHONE,), "name and phone"),
        ("anne", "dupont", (HOME,), "name and home"),
        ("anne", "martin", (KEY,), "the same key and first name"),
        ("", "", (KEY, PHONE), "the same key and phone"),
    ],
)
def test_the_person_again(first: str, last: str, anchors: tuple[str, ...], why: str) -> None:
    assert same(listed(MAIL, PHONE, BORN, HOME, KEY), first, last, *anchors), why


@pytest.mark.parametrize(
    ("first", "last", "anchors", "why"),
    [
        ("anne", "dupont", (), "a name alone"),
        ("paul", "dupont", (MAIL, PHONE, HOME), "the husband: mailbox, phone and home are the family's"),
        ("paul", "dupont", (BORN, HOME), "the twin brother"),
        ("anna", "dupont", (BORN, HOME), "a twin whose name ends otherwise"),
        ("anne", "keller", (BORN,), "another Anne of that day"),
        ("anne", "keller", (PHONE,), "another Anne at a shared phone"),
        ("anne", "dupont", (HOME, anchor("birth", "2001-05-06")), "the daughter named after her"),
        ("hugo", "keller", (KEY,), "the key was given anew"),
    ],
)
def test_somebody_else(first: str, last: str, anchors: tuple[str, ...], why: str) -> None:
    assert not same(listed(MAIL, PHONE, BORN, HOME, KEY), first, last, *anchors), why


def test_a_mailbox_that_others_held_too_needs_both_names() -> None:
    shared = listed(MAIL, shared=(MAIL,))
    assert not same(shared, "", "", MAIL)
    assert not same(shared, "anne", "keller", MAIL)
    assert same(shared, "anne", "dupont", MAIL)


def test_the_list_does_not_tell_that_two_persons_bear_one_name() -> None:
    assert not listed(MAIL).names & listed(PHONE).names


def test_the_pads_make_hmac_of_sha_256() -> None:
    for secret in (SECRET, "short", "x" * 200):
        inner, outer = pads(secret)
        ours = hashlib.sha256(outer + hashlib.sha256(inner + b"birth|1970").digest()).hexdigest()
        assert ours == hmac.new(secret.encode(), b"birth|1970", hashlib.sha256).hexdigest()


@forall(word=WORDS, place=st.integers(0, 40), letter=st.sampled_from("abcxyz"))
def test_one_slip_of_the_pen_shares_a_spelling(word: str, place: int, letter: str) -> None:
    at = place % len(word)
    slips = [word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :], word[:at] + letter + word[at:]]
    if at + 1 < len(word):
        slips.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    for slip in slips:
        if len(slip) >= 4:
            assert spellings(word) & spellings(slip)
