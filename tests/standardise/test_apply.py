"""The stage on tiny tables: what a row says of its person, organisation, kind, e-mails and dates."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from engine.ledger import StageReport
from engine.progress import Silent
from engine.standardise.apply import apply
from engine.standardise.emails import EmailWords, email_class, standardise_emails
from engine.standardise.name_words import NameWords
from engine.workspace import Workspace
from tests.conftest import given, rows
from tests.standardise.words import BOOK, EMAILS, NAMES

Row = dict[str, Any]

_STAND_INS = {
    "resolve_countries": "select record_id, country, 'column' as country_source, null::varchar as country_reason",
    "standardise_phones": (
        "select record_id, phone, null::varchar as mobile, null::varchar as fax, "
        "case when phone is null then [] else [phone] end as phones, null::varchar as phone_reason, "
        "null::varchar as mobile_reason, null::varchar as fax_reason"
    ),
    "standardise_addresses": (
        "select record_id, addr_line1, addr_line2, addr_line3, house_number, street, po_box, null::varchar as unit, "
        "postcode, town, region, null::varchar as addr_line1_reason, null::varchar as postcode_reason, "
        "null::varchar as town_reason"
    ),
}
_MADE_BY = {
    "resolve_countries": "std_country", "standardise_phones": "std_phone", "standardise_addresses": "std_address",
}  # fmt: skip


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Countries, phones and addresses taken as they are: they have tests of their own. The rules are compiled once."""
    monkeypatch.setattr(NameWords, "load", lambda _book: NAMES)
    monkeypatch.setattr(EmailWords, "of", lambda *_rules: EMAILS)
    stage = importlib.import_module("engine.standardise.apply")  # the package shows the function under this name
    for function, select in _STAND_INS.items():
        statement = f"create or replace temp table {_MADE_BY[function]} as {select} from intake.record"
        monkeypatch.setattr(stage, function, lambda ws, book, statement=statement, **_: ws.execute(statement))


pytestmark = pytest.mark.usefixtures("alone")


def standardise(ws: Workspace, records: Sequence[Row], **options: Any) -> StageReport:
    given(ws, "intake.record", records)
    settings: dict[str, Any] = {"home_country": None, "as_of": date(2026, 11, 22), "workers": 1, "watcher": Silent()}
    return apply(ws, BOOK, **{**settings, **options}).check()


def read(ws: Workspace, records: Sequence[Row], *columns: str, **options: Any) -> list[tuple[Any, ...]]:
    """The given columns of standardise.record, in the order of the records given."""
    standardise(ws, records, **options)
    return [
        tuple(row[column] for column in columns) for row in rows(ws, "standardise.record", *columns, order_by="line_no")
    ]


# -- the table ------------------------------------------------------------------------------------


def test_every_record_comes_out_with_its_raw_values_beside_the_standard_ones(ws: Workspace) -> None:
    report = standardise(ws, [{"last_name": "DUPONT", "email": "J@X.FR"}, {}])
    found = rows(ws, "standardise.record", "last_name_raw", "last_name", "email_raw", "email", "phones", "emails",
                 order_by="line_no")  # fmt: skip
    assert (report.rows_in, report.rows_out, report.rows_held) == (2, 2, 0)
    assert found[0] == {"last_name_raw": "DUPONT", "last_name": "Dupont", "email_raw": "J@X.FR", "email": "j@x.fr",
                        "phones": [], "emails": ["j@x.fr"]}  # fmt: skip
    assert found[1]["last_name"] is None


def test_an_empty_source_is_no_error(ws: Workspace) -> None:
    assert standardise(ws, []).rows_out == 0


def test_every_distinct_value_is_evidence_with_its_count_and_its_step(ws: Workspace) -> None:
    standardise(ws, [{"last_name": "DUPONT"}, {"last_name": "DUPONT"}, {"last_name": "xxx"}])
    found = ws.rows(
        "select raw, standard, reason, rows from standardise.value where attribute = 'last_name' order by raw"
    )
    step = ws.rows(
        "select rows_in, rows_changed, rows_refused, origin from protocol.step where from_column = 'last_name'"
    )
    assert found == [("DUPONT", "Dupont", None, 2), ("xxx", None, "placeholder", 1)]
    assert step == [(3, 2, 1, "standardisation/name_parts.yml")]


def test_carried_columns_are_trimmed_and_freed_of_placeholders(ws: Workspace) -> None:
    found = read(
        ws,
        [{"function": "  Directeur   artistique ", "department": "n/a", "remark": "-", "extra_1": "Été 2024"}],
        "function", "department", "remark", "extra_1",
    )  # fmt: skip
    assert found == [("Directeur artistique", None, "-", "ete 2024")]


def test_the_result_does_not_depend_on_the_order_of_rows_or_on_workers(ws: Workspace) -> None:
    people = [
        {"record_id": f"s:{number}", "full_name": name, "email": f"p{number}@x.fr", "birth_date": "03/04/1980"}
        for number, name in enumerate(["DUPONT Jean", "Marie Curie", "Boulangerie Martin SARL", "Hans & Vreni Meier"])
    ]
    standardise(ws, people)
    once = rows(ws, "standardise.record", order_by="record_id")
    standardise(ws, [dict(person) for person in reversed(people)], workers=2)
    again = rows(ws, "standardise.record", order_by="record_id")
    for row in (*once, *again):
        row.pop("line_no")
    assert once == again


# -- kinds ----------------------------------------------------------------------------------------


def test_person_organisation_or_both_make_the_three_kinds(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"first_name": "Jean", "last_name": "Durand"},
            {"organisation": "Boulangerie Martin SARL"},
            {"first_name": "Jean", "last_name": "Durand", "organisation": "Boulangerie Martin SARL"},
        ],
        "kind", "kind_reason", "persons", "legal_form",
    )  # fmt: skip
    assert found == [
        ("individual", "person_only", 1, None),
        ("structure", "organisation_only", None, "SARL"),
        ("relay", "organisation_and_person", 1, "SARL"),
    ]


def test_a_company_in_the_last_name_column_is_a_structure(ws: Workspace) -> None:
    found = read(
        ws,
        [{"last_name": "École Jean Moulin", "country": "FR"}, {"first_name": "Jean", "last_name": "Durand"}],
        "kind", "kind_reason", "organisation", "last_name", "last_name_reason", "organisation_reason",
    )  # fmt: skip
    assert found[0] == (
        "structure", "organisation_in_last_name", "École Jean Moulin", None,
        "organisation_in_last_name", "organisation_in_last_name",
    )  # fmt: skip


def test_a_company_word_beside_a_first_name_stays_a_surname(ws: Workspace) -> None:
    found = read(ws, [{"first_name": "Anna", "last_name": "van Theater SA"}], "kind", "last_name")
    assert found == [("individual", "van Theater SA")]


def test_an_organisation_that_repeats_the_person_is_no_organisation(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"first_name": "Jean", "last_name": "Durand", "organisation": "DURAND Jean"},
            {"first_name": "Jean", "last_name": "Durand", "organisation": "Durand"},
            {"last_name": "Ipanema", "organisation": "Ipanema"},
        ],
        "kind", "kind_reason", "organisation", "last_name", "organisation_reason",
    )  # fmt: skip
    assert found == [
        ("individual", "organisation_repeats_name", None, "Durand", "repeats_person_name"),
        ("individual", "organisation_repeats_name", None, "Durand", "repeats_person_name"),
        ("structure", "name_repeats_organisation", "Ipanema", None, None),
    ]


def test_a_person_with_a_civility_in_the_organisation_column_is_a_person(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"organisation": "Mme Anne Durand", "country": "FR"},
            {"organisation": "M. et Mme Durand", "country": "FR"},
            {"last_name": "Martin"},
        ],
        "kind", "kind_reason", "persons", "title", "first_name", "last_name", "organisation", "organisation_reason",
    )  # fmt: skip
    assert found[0] == (
        "individual", "person_in_organisation", 1, "MRS", "Anne", "Durand", None, "person_in_organisation",
    )  # fmt: skip
    assert found[1][:4] == ("individual", "person_in_organisation", 2, "MR_AND_MRS")


def test_an_organisation_that_looks_like_a_person_stays_one_and_is_doubted(ws: Workspace) -> None:
    found = read(
        ws,
        [{"organisation": "Durand Jean"}, {"organisation": "Cabinet Dr Meier"}, {"last_name": "Martin"}],
        "kind", "organisation", "organisation_reason",
    )  # fmt: skip
    assert found[:2] == [
        ("structure", "Durand Jean", "person_in_organisation"),
        ("structure", "Cabinet Dr Meier", None),
    ]


def test_the_titled_name_of_the_person_in_the_organisation_column_is_no_organisation(ws: Workspace) -> None:
    found = read(
        ws,
        [{"first_name": "Jean", "last_name": "Durand", "organisation": "M. Jean DURAND", "country": "FR"}],
        "kind", "kind_reason", "organisation",
    )  # fmt: skip
    assert found == [("individual", "organisation_repeats_name", None)]


def test_first_and_last_name_are_put_right_only_when_one_is_never_a_last_name(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"first_name": "DURAND", "last_name": "NATHALIE"},
            {"first_name": "Zorglub", "last_name": "Martin"},
            {"first_name": "Jean", "last_name": "Nathalie"},
        ],
        "first_name", "last_name", "first_name_reason", "last_name_reason",
    )  # fmt: skip
    assert found == [
        ("Nathalie", "Durand", "names_swapped", "names_swapped"),
        ("Zorglub", "Martin", None, None),
        ("Jean", "Nathalie", None, None),
    ]


def test_a_title_of_several_persons_counts_them(ws: Workspace) -> None:
    found = read(
        ws,
        [{"title": "MM.", "last_name": "Durand"}, {"title": "M. Jean", "last_name": "Durand"}],
        "title", "title_reason", "persons",
    )  # fmt: skip
    assert found == [(None, "several_persons", 2), ("MR", "name_in_title", 1)]


def test_a_remark_in_a_name_is_no_name(ws: Workspace) -> None:
    found = read(
        ws,
        [{"first_name": "Jean", "last_name": "DURAND (décédé)"}, {"last_name": "NPAI"}],
        "last_name", "last_name_reason", "kind_reason",
    )  # fmt: skip
    assert found == [("Durand", "remark_in_name", "person_only"), (None, "remark_in_name", "no_name")]


def test_a_column_of_both_orders_is_read_cell_by_cell_and_says_so(ws: Workspace) -> None:
    lasts = ["Durand", "Berger", "Favre", "Meister", "Legrand", "Fournier", "Mercier", "Blanchard"]
    firsts = ["Nathalie", "Sylvie", "Sandrine"]
    cells = [f"{first} {last}" for first in firsts for last in lasts] + [f"{last} Thomas" for last in lasts]
    report = standardise(ws, [{"full_name": cell} for cell in cells])
    found = {(row["first_name"], row["last_name"]) for row in rows(ws, "standardise.record", "first_name", "last_name")}
    assert found == {(first, last) for first in [*firsts, "Thomas"] for last in lasts}
    assert any("read by their own first names" in note for note in report.notes)


def test_a_placeholder_in_the_organisation_column_leaves_an_individual(ws: Workspace) -> None:
    found = read(
        ws,
        [{"last_name": "Durand", "organisation": "Particulier"}, {"organisation": "Opéra"}],
        "kind", "kind_reason", "organisation_reason",
    )  # fmt: skip
    assert found[0] == ("individual", "organisation_placeholder", "placeholder")


def test_a_file_without_any_person_column_holds_structures(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"organisation": "thelma's kitchen"},
            {"organisation": None, "town": "Bern"},
            {"source": "p", "last_name": "X Y"},
        ],
        "kind", "kind_reason",
    )  # fmt: skip
    assert found[:2] == [("structure", "no_person_column")] * 2
    assert found[2][0] == "individual"


def test_a_column_that_says_the_kind_outranks_the_names(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"person_or_org": "Personne morale", "last_name": "Les Amis du Lac"},
            {"person_or_org": "b2c", "last_name": "Durand", "organisation": "Nestlé"},
            {"person_or_org": "Firma", "last_name": "Meier", "first_name": "Ueli", "organisation": "Migros"},
            {"title": "Firma", "last_name": "Amacker Transporte"},
        ],
        "kind", "organisation", "last_name",
    )  # fmt: skip
    assert found == [
        ("structure", "Les Amis du Lac", None),
        ("individual", "Nestlé", "Durand"),
        ("relay", "Migros", "Meier"),
        ("structure", "Amacker Transporte", None),
    ]


# -- persons --------------------------------------------------------------------------------------


def test_the_order_of_a_full_name_column_is_decided_by_its_column_and_told(ws: Workspace) -> None:
    names = ["Dupont Jean", "Martin Marie", "Durand Sophie", "Lefevre Nicolas", "Zola Xyz"]
    report = standardise(ws, [{"full_name": name} for name in names])
    found = rows(ws, "standardise.record", "first_name", "last_name", order_by="line_no")
    assert found[4] == {"first_name": "Xyz", "last_name": "Zola"}
    assert report.notes[0].startswith("s: full names read last name first; 100% of ")


def test_a_header_tells_the_order_when_the_values_do_not(ws: Workspace) -> None:
    mapping = {"source": "s", "position": 1, "header": "Name, Vorname", "attribute": "full_name", "why": "header"}
    given(ws, "intake.mapping", [mapping])
    assert read(ws, [{"full_name": "Zyx Abcde"}], "first_name", "last_name") == [("Abcde", "Zyx")]


def test_a_company_in_a_full_name_column_moves_to_the_organisation(ws: Workspace) -> None:
    found = read(
        ws,
        [{"full_name": "Boulangerie Martin SARL", "country": "FR"}, {"full_name": "Jean Durand"}],
        "kind", "organisation", "legal_form", "last_name", "first_name",
    )  # fmt: skip
    assert found == [
        ("structure", "Boulangerie Martin SARL", "SARL", None, None),
        ("individual", None, None, "Durand", "Jean"),
    ]


def test_a_household_keeps_its_name_and_has_no_first_name(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"full_name": "Famille Meier"},
            {"first_name": "Familie", "last_name": "Meier"},
            {"title": "Famille", "last_name": "Meier"},
        ],
        "first_name", "last_name", "first_name_reason", "title", "persons",
    )  # fmt: skip
    assert found == [(None, "Meier", "household_name", None, None)] * 3


def test_a_couple_is_two_persons_in_one_row(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"title": "M. et Mme", "first_name": "Jean", "last_name": "Durand"},
            {"title": "M./Mme", "first_name": "Jean", "last_name": "Durand"},
            {"title": "M./Mme", "first_name": "Jean et Marie", "last_name": "Durand"},
            {"first_name": "Jean", "last_name": "Durand / Martin"},
        ],
        "title", "persons", "title_reason", "first_name_reason",
    )  # fmt: skip
    assert found == [
        ("MR_AND_MRS", 2, None, None),
        (None, 1, "unanswered_choice", None),
        ("MR_AND_MRS", 2, None, "two_persons"),
        (None, 1, None, None),
    ]


def test_particles_middle_and_second_names_join_the_name(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"first_name": "JAN", "name_particle": "van den", "last_name": "Berg", "country": "NL"},
            {"first_name": "John", "middle_name": "Henry", "last_name": "Smith"},
            {"first_name": "Ana", "last_name": "García", "second_last_name": "López"},
        ],
        "first_name", "last_name",
    )  # fmt: skip
    assert found == [("Jan", "van den Berg"), ("John Henry", "Smith"), ("Ana", "García López")]


def test_a_surname_that_looks_like_a_placeholder_is_one_only_alone(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"first_name": "christopher", "last_name": "guest"},
            {"last_name": "guest", "birth_date": "1950-02-03"},
            {"last_name": "Guest"},
            {"first_name": "Client", "last_name": "Client"},
        ],
        "first_name", "last_name", "last_name_reason",
    )  # fmt: skip
    assert found == [
        ("Christopher", "Guest", None),
        (None, "Guest", None),
        (None, None, "placeholder"),
        (None, None, "placeholder"),
    ]


def test_a_gender_column_gives_the_title_that_is_missing_and_a_conflict_is_told(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"last_name": "A", "gender": "F"},
            {"last_name": "B", "gender": "F", "title": "M."},
            {"last_name": "C", "gender": "1"},
            {"last_name": "D", "title": "Dr."},
        ],
        "title", "gender", "title_reason",
    )  # fmt: skip
    assert found == [
        ("MRS", "F", "from_gender"),
        ("MR", "F", "title_gender_conflict"),
        (None, None, None),
        (None, None, None),
    ]


def test_m_beside_h_and_without_f_is_a_woman(ws: Workspace) -> None:
    found = read(ws, [{"last_name": "A", "gender": "H"}, {"last_name": "B", "gender": "M"}], "gender")
    assert found == [("M",), ("F",)]


def test_names_are_cased_by_the_habit_of_their_country(ws: Workspace) -> None:
    found = read(
        ws,
        [{"last_name": "DE CLERCQ", "country": "BE"}, {"last_name": "DE CLERCQ", "country": "FR"}],
        "last_name",
    )
    assert found == [("De Clercq",), ("de Clercq",)]


# -- e-mails --------------------------------------------------------------------------------------


def test_several_emails_fill_both_columns_and_the_list(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"email": "b@x.fr; a@x.fr"},
            {"email": "none@none.com", "email2": "C@x.fr"},
            {"email": "a@x.fr", "email2": "a@x.fr"},
        ],
        "email", "email2", "emails", "email_reason",
    )  # fmt: skip
    assert found == [
        ("b@x.fr", "a@x.fr", ["a@x.fr", "b@x.fr"], "several_emails"),
        ("c@x.fr", None, ["c@x.fr"], "taken_from_email2"),
        ("a@x.fr", None, ["a@x.fr"], None),
    ]


def test_the_sql_short_cut_reads_an_address_as_the_library_way_does(ws: Workspace) -> None:
    raws = [
        "jean@gmial.com", "jean@gmail.con", "info@theatre.fr", "info.lausanne@theatre.ch", "ce.martin@renault.fr",
        "hp@hp.com", "toto@toto.fr", "aaaa@aaaa.org", "jean@yopmail.com", "test@firma.fr", "jean@x.c6m", "a@free.fr",
        "nomail@theatre.fr", "jean@orange.ch", "JEAN@FREE.FR ", "jean@firma.local", "it@firma.ch", "sfr@sfr.fr",
    ]  # fmt: skip
    found = read(ws, [{"email": raw} for raw in raws], "email", "email_reason", "email_class")
    for raw, (email, reason, kind) in zip(raws, found, strict=True):
        cell = standardise_emails(raw, EMAILS)
        first = cell.emails[0] if cell.emails else None
        assert (raw, email, reason, kind) == (raw, first, cell.reason, email_class(first, EMAILS) if first else None)


def test_an_email_on_very_many_rows_under_many_names_links_nobody(ws: Workspace) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    crowd = [
        {"last_name": f"Dup{letter}nt", "email": "kasse@oper.ch", "phone": "+41 44 268 64 00"} for letter in letters
    ]
    family = [{"last_name": "Durand", "email": "durand@x.fr"} for _ in range(30)]
    report = standardise(ws, [*crowd, *family])
    found = ws.rows(
        "select distinct email, emails, phones, email_reason, phone_reason from standardise.record order by email"
    )
    assert found == [
        ("durand@x.fr", ["durand@x.fr"], [], None, None),
        ("kasse@oper.ch", [], [], "frequent_value", "frequent_value"),
    ]
    assert any(note.startswith("1 e-mail on 26 rows") for note in report.notes)
    assert not any("oper" in note for note in report.notes)


# -- dates and numbers ----------------------------------------------------------------------------


def test_day_and_month_are_decided_by_the_column(ws: Workspace) -> None:
    found = read(
        ws,
        [
            {"source": "us", "birth_date": "02/03/1985"},
            {"source": "us", "birth_date": "02/28/1985"},
            {"source": "fr", "birth_date": "02/03/1985"},
            {"source": "fr", "birth_date": "28/02/1985"},
            {"source": "none", "birth_date": "02/03/1985"},
        ],
        "birth_date", "birth_date_reason",
    )  # fmt: skip
    assert found == [
        (date(1985, 2, 3), None),
        (date(1985, 2, 28), None),
        (date(1985, 3, 2), None),
        (date(1985, 2, 28), None),
        (date(1985, 3, 2), "ambiguous_day_month"),
    ]


def test_a_birth_date_in_parts_is_put_together(ws: Workspace) -> None:
    found = read(
        ws,
        [{"birth_year": "1985", "birth_month": "2", "birth_day": "3"}, {"birth_year": "1985"}],
        "birth_date", "birth_year", "birth_date_reason",
    )  # fmt: skip
    assert found == [(date(1985, 2, 3), 1985, None), (None, 1985, "year_only")]


def test_a_default_birth_date_is_a_placeholder_and_many_first_of_january_are_doubted(ws: Workspace) -> None:
    default = [{"source": "a", "birth_date": "1980-05-05"} for _ in range(30)]
    januaries = [{"source": "b", "birth_date": f"{1950 + number}-01-01"} for number in range(25)]
    found = read(ws, [*default, *januaries], "birth_date", "birth_date_reason")
    assert found[0] == (None, "frequent_value")
    assert found[30] == (date(1950, 1, 1), "first_of_january")


def test_a_birth_date_that_is_the_day_of_entry_is_no_birth_date(ws: Workspace) -> None:
    found = read(
        ws,
        [{"birth_date": "2019-03-04", "created_date": "2019-03-04 10:11:12"}],
        "birth_date", "birth_date_reason", "created_on",
    )  # fmt: skip
    assert found == [(None, "equals_created_date", date(2019, 3, 4))]


def test_a_siren_is_found_in_a_siret_and_in_a_vat_number(ws: Workspace) -> None:
    found = read(
        ws,
        [{"siret": "404 833 048 00022"}, {"vat": "FR40303265045"}, {"vat": "107.787.577", "country": "CH"}],
        "siret", "siren", "vat",
    )  # fmt: skip
    assert found == [
        ("40483304800022", "404833048", None),
        (None, "303265045", "FR40303265045"),
        (None, None, "CHE107787577"),
    ]
