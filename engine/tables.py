"""The contract of every table that stages meet in: name, grain, columns.

``golden.choice`` is built by engine/golden (its schema); ``Workspace.build`` refuses a SELECT that does not give
exactly these columns. The data dictionary in docs/reference/tables.md is generated from this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.vocabulary import CONTACT_ATTRIBUTES, EXTRAS, FIELD_CODES, RECORD_ATTRIBUTES

TEXT, INTEGER, BIGINT, DOUBLE, BOOLEAN, DATE = "VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE"
TEXTS = "VARCHAR[]"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: DuckDB type, whether NULL is refused, and a one-line doc."""

    name: str
    type: str
    doc: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A contract: ``schema.name``, the grain of a row, its columns and the stage that builds it."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> str:
        """The schema, which is also the package that builds the table."""
        return self.name.split(".", 1)[0]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in contract order."""
        return tuple(column.name for column in self.columns)


def _need(name: str, type_: str, doc: str) -> Column:
    return Column(name, type_, doc, required=True)


_RECORD_ID = _need("record_id", TEXT, "source:key, or source:hash of the identifying values where a source has no key")
_SOURCE = _need("source", TEXT, "name of the source; by default the stem of its file")
_LINE_NO = _need("line_no", BIGINT, "1 = first data line under the header; counts records, held ones included")

PROTOCOL_STEP = Table(
    "protocol.step",
    "one row per column transformation applied, in order of application; appended by every stage",
    (
        _need("step_no", INTEGER, "order of application, from 1"),
        _need("stage", TEXT, "stage that applied it"),
        Column("source", TEXT, "source it concerns, null = all"),
        Column("from_column", TEXT, "header or attribute read"),
        Column("to_column", TEXT, "attribute or field written"),
        _need("rule", TEXT, "name of the transformation"),
        Column("parameters", TEXT, "its parameters as JSON: enough to replay it"),
        Column("origin", TEXT, "rule file it comes from (file or file:line), or 'guessed'"),
        _need("rows_in", BIGINT, "non-empty values read"),
        _need("rows_changed", BIGINT, "values that came out different"),
        _need("rows_emptied", BIGINT, "values that came out empty"),
        _need("rows_refused", BIGINT, "values refused with a reason"),
        Column("output_hash", TEXT, "fingerprint of the column made: every row and its value, in no order"),
    ),
)

PROTOCOL_SAMPLE = Table(
    "protocol.sample",
    "one row per step and sample: a value before and after, masked: no value of a contact",
    (
        _need("step_no", INTEGER, "step in protocol.step"),
        _need("place", INTEGER, "order among the samples of the step, from 1"),
        Column("before", TEXT, "value before, masked"),
        Column("after", TEXT, "value after, masked"),
    ),
)

INTAKE_SOURCE = Table(
    "intake.source",
    "one row per source read: a file, a sheet, a table or a query of a database",
    (
        _SOURCE,
        _need("file", TEXT, "file name without its folder, or address of a database without user"),
        Column("sheet", TEXT, "sheet of a workbook, table of a database or of a dump"),
        _need("sha256", TEXT, "hash of the file's bytes; of the lines read where there is no file"),
        _need("bytes", BIGINT, "size of the file; of the text read where there is no file"),
        _need("format", TEXT, "csv, xlsx, postgresql, mysqldump ...: docs/reference/sources.md"),
        Column("encoding", TEXT, "encoding used to decode"),
        Column("encoding_why", TEXT, "how it was decided"),
        Column("delimiter", TEXT, "field separator"),
        Column("quote", TEXT, "quote character, null = none"),
        Column("header_line", INTEGER, "physical line of the header, 1 = first; null = the file has none"),
        _need("headers", TEXTS, "headers as read, in order"),
        _need("lines", BIGINT, "data lines read, held ones included"),
        _need("loaded", BIGINT, "lines in intake.line"),
        _need("held", BIGINT, "lines in intake.held"),
    ),
)

INTAKE_LINE = Table(
    "intake.line",
    "one row per data line that could be read: the text of every cell, nothing interpreted",
    (
        _SOURCE,
        _LINE_NO,
        Column("file_line", BIGINT, "physical line in the file where it begins, 1 = first"),
        _need("cells", TEXTS, "cells in header order; empty cell = null"),
    ),
)

INTAKE_HELD = Table(
    "intake.held",
    "one row per data line kept back at intake, with a reason",
    (
        _SOURCE,
        _LINE_NO,
        Column("file_line", BIGINT, "physical line in the file where it begins"),
        _need("reason", TEXT, "reason code, e.g. too_many_cells"),
        Column("detail", TEXT, "counts and places; never a value"),
    ),
)

INTAKE_JOINED = Table(
    "intake.joined",
    "one row per line of a joined table and line it belongs to by its keys, whether its values were used or not",
    (
        Column("source", TEXT, "name of the joined source", required=True),
        _LINE_NO,
        _need("of_source", TEXT, "source of the line it belongs to"),
        _need("of_line", BIGINT, "line_no of the line it belongs to"),
    ),
)

INTAKE_MAPPING = Table(
    "intake.mapping",
    "one row per source column: which attribute it feeds, and how sure we are",
    (
        _SOURCE,
        _need("position", INTEGER, "column position, 1 = first"),
        _need("header", TEXT, "header as read"),
        Column("attribute", TEXT, "canonical attribute, source_key, or null = not used"),
        Column("transform", TEXT, "column transformation applied on the way, null = none"),
        _need("confidence", DOUBLE, "0..1"),
        _need("why", TEXT, "what decided: header, content, rule"),
    ),
)

INTAKE_RECORD = Table(
    "intake.record",
    "one row per line in canonical columns, still raw text",
    (
        _RECORD_ID,
        _SOURCE,
        _LINE_NO,
        Column("source_key", TEXT, "the source's own key, where it has one"),
        *(Column(name, TEXT, f"raw {name}") for name in RECORD_ATTRIBUTES),
    ),
)

RAW_SIDE: tuple[str, ...] = (
    "title", "first_name", "last_name", "full_name", "organisation", "birth_date",
    "addr_line1", "addr_line2", "addr_line3", "postcode", "town", "country",
    "phone", "mobile", "fax", "email", "email2", "website", "language", "siret", "siren", "vat",
)  # fmt: skip
"""Attributes whose raw value stands beside the standard one in standardise.record, as ``<name>_raw``."""

REASONED: tuple[str, ...] = (
    "title", "first_name", "last_name", "organisation", "birth_date",
    "addr_line1", "postcode", "town", "country",
    "phone", "mobile", "fax", "email", "email2", "website", "language", "siret", "siren", "vat",
)  # fmt: skip
"""Attributes that carry a reason code, as ``<name>_reason``, when a value was refused, repaired or doubted."""

STANDARDISE_VALUE = Table(
    "standardise.value",
    "one row per attribute, context and distinct raw value: what it became and why",
    (
        _need("attribute", TEXT, "attribute the value stands in"),
        _need("context", TEXT, "what else decided, e.g. the country; '' = nothing"),
        _need("raw", TEXT, "raw value"),
        Column("standard", TEXT, "standard value, null = refused"),
        Column("reason", TEXT, "reason code"),
        _need("rows", BIGINT, "records that hold it"),
    ),
)

STANDARDISE_RECORD = Table(
    "standardise.record",
    "one row per record: standard values, the raw ones beside them, and reasons",
    (
        _RECORD_ID,
        _SOURCE,
        _LINE_NO,
        Column("source_key", TEXT, "the source's own key, where it has one"),
        _need("kind", TEXT, "individual, structure or relay"),
        _need("kind_reason", TEXT, "what decided the kind"),
        Column("persons", INTEGER, "how many persons the row names (2 for a couple), null for structures"),
        Column("title", TEXT, "MR, MRS, MISS, MR_AND_MRS; null = unknown"),
        Column("first_name", TEXT, "first names in proper case"),
        Column("last_name", TEXT, "last name in proper case, particles included"),
        Column("birth_name", TEXT, "name at birth"),
        Column("suffix", TEXT, "JUNIOR, SENIOR, II, III, IV"),
        Column("academic_title", TEXT, "Dr, Prof ..."),
        Column("gender", TEXT, "M or F, from a title or gender column only"),
        Column("birth_date", DATE, "birth date, complete"),
        Column("birth_year", INTEGER, "year of birth, also when the day is unknown"),
        Column("organisation", TEXT, "name of the structure, legal form kept as written"),
        Column("legal_form", TEXT, "canonical legal form found in the name"),
        Column("function", TEXT, "job title"),
        Column("department", TEXT, "department of the structure"),
        Column("structure_type", TEXT, "type of structure as the source gives it"),
        Column("addr_line1", TEXT, "street line, formatted for the country"),
        Column("addr_line2", TEXT, "second address line"),
        Column("addr_line3", TEXT, "third address line"),
        Column("house_number", TEXT, "number with repetition, upper case: 12, 12BIS, 4A"),
        Column("street", TEXT, "street with its type written out, without number"),
        Column("po_box", TEXT, "post box with its word"),
        Column("unit", TEXT, "floor, flat, building"),
        Column("postcode", TEXT, "post code in the country's form"),
        Column("town", TEXT, "town, CEDEX and canton suffixes apart"),
        Column("region", TEXT, "state, canton, province as the source gives it"),
        Column("country", TEXT, "ISO 3166-1 alpha-2; null = unknown"),
        Column("country_source", TEXT, "what decided the country: column, postcode, phone, region, option, file"),
        Column("phone", TEXT, "landline, E.164"),
        Column("mobile", TEXT, "mobile, E.164"),
        Column("fax", TEXT, "fax, E.164"),
        _need("phones", TEXTS, "every valid number of the row that may link records, E.164, sorted (no fax)"),
        Column("email", TEXT, "first e-mail, lower case"),
        Column("email2", TEXT, "second e-mail, lower case"),
        _need("emails", TEXTS, "every valid e-mail of the row, lower case, sorted; placeholders left out"),
        Column("email_class", TEXT, "personal, role, disposable"),
        Column("website", TEXT, "address of the web site with its scheme, lower-case host"),
        Column("language", TEXT, "ISO 639-1, lower case"),
        Column("siret", TEXT, "valid SIRET, 14 digits"),
        Column("siren", TEXT, "valid SIREN, 9 digits (also from a SIRET)"),
        Column("vat", TEXT, "valid VAT or enterprise number in compact form with its country"),
        Column("identifier", TEXT, "other identifying number, upper case, letters and digits only"),
        Column("contact_number", TEXT, "number in the source, as written"),
        Column("remark", TEXT, "remark, trimmed"),
        Column("status", TEXT, "status as the source gives it"),
        Column("created_on", DATE, "date the source created the record"),
        Column("updated_on", DATE, "date the source last changed it"),
        Column("last_order_on", DATE, "date of the last order"),
        Column("household_id", TEXT, "the source's household"),
        Column("parent_id", TEXT, "the source's link to a structure"),
        *(Column(name, TEXT, "folded value of an unmapped, informative column") for name in EXTRAS),
        *(Column(f"{name}_raw", TEXT, f"{name} as the source wrote it") for name in RAW_SIDE),
        *(Column(f"{name}_reason", TEXT, f"reason code for {name}") for name in REASONED),
    ),
)

RECEIPTS_CONTROL = Table(
    "receipts.control",
    "one row per control total the customer gave: the figure announced and the figure that arrived",
    (
        _SOURCE,
        _need("measure", TEXT, "rows, filled, distinct, sum or kind"),
        Column("subject", TEXT, "column, attribute or kind that was counted; null = the rows"),
        _need("expected", "DECIMAL(38,6)", "the customer's figure"),
        Column("found", "DECIMAL(38,6)", "the figure of what arrived; null = it could not be counted"),
        _need("met", BOOLEAN, "whether both are the same and every cell could be counted"),
        Column(
            "reason", TEXT, "why it could not be counted: no_source, no_column, not_counted, cells that are no figures"
        ),
    ),
)

STANDARDISE_FREQUENT = Table(
    "standardise.frequent",
    "one row per attribute and value that stands on more rows than one contact explains",
    (
        _need("attribute", TEXT, "email, phone, siret, identifier, birth_date, name or address"),
        _need("value", TEXT, "standard value; a name as first and last name, an address as line and post code"),
        _need("rows", BIGINT, "records that hold it"),
        _need(
            "holders", BIGINT, "different names (organisations, for structures) among them; for names: different places"
        ),
        _need("expected", DOUBLE, "most holders a genuine value of this kind has in a base of this size"),
        _need("verdict", TEXT, "placeholder: links nothing; shared: one organisation's or one house's, kept as it is"),
        _need("reason", TEXT, "many_holders, one_holder, crowded_day or more_than_chance"),
    ),
)

STANDARDISE_COLUMN = Table(
    "standardise.column",
    "one row per source and question that is decided once for a whole column, never per cell",
    (
        _SOURCE,
        _need("question", TEXT, "name_order (first_last, last_first, mostly_...), lone_m (title or letter), "
              "m_beside_h (man or woman), day_month of a date column (created_on.day_month: day_first, month_first)"),
        _need("answer", TEXT, "what was decided; a frozen project keeps the answers of its rehearsal"),
    ),
)  # fmt: skip

QUALITY_FINDING = Table(
    "quality.finding",
    "one row per checked row, column and expectation that failed",
    (
        _need("table", TEXT, "table that was checked: records, golden contacts or import rows"),
        Column("record_id", TEXT, "record; null for a contact or an import row"),
        Column("source", TEXT, "source of the record; null for a contact or an import row"),
        Column("line_no", BIGINT, "line of the record; for an import row its row_no; null for a contact"),
        Column("contact_id", TEXT, "contact, for a contact or an import row; null for a record"),
        Column("column", TEXT, "attribute or field concerned, null = the whole row"),
        _need("expectation", TEXT, "name of the expectation"),
        _need("suite", TEXT, "suite it belongs to"),
        _need("severity", TEXT, "error, warning or info"),
        _need("reason", TEXT, "reason code or sentence, without the value"),
    ),
)

QUALITY_EXPECTATION = Table(
    "quality.expectation",
    "one row per expectation validated, with its counts",
    (
        _need("suite", TEXT, "suite"),
        _need("expectation", TEXT, "name"),
        _need("table", TEXT, "table that was checked"),
        _need("type", TEXT, "Great Expectations type"),
        Column("column", TEXT, "attribute or field concerned"),
        _need("severity", TEXT, "error, warning or info"),
        _need("dimension", TEXT, "completeness, validity, uniqueness, consistency, accuracy or timeliness"),
        _need("success", BOOLEAN, "as Great Expectations judged it"),
        _need("rows", BIGINT, "rows of the table: what a share of failures is a share of"),
        _need("rows_checked", BIGINT, "rows looked at: those with a value and of the row condition"),
        _need("rows_failed", BIGINT, "rows that failed; 0 where the table is judged as a whole"),
        _need("listed", BOOLEAN, "false = failures are counted, but make no findings"),
        _need("sentence", TEXT, "what it means, for a customer, in English"),
        _need("sentence_fr", TEXT, "the same in French"),
        _need("sentence_de", TEXT, "the same in German"),
        _need("sentence_it", TEXT, "the same in Italian"),
        _need("owner", TEXT, "who answers for it: customer, import or product"),
    ),
)

_SCORE = (
    _need("suite", TEXT, "suite"),
    _need("source", TEXT, "source of the records; '' = contacts or import rows, which have no one source"),
    Column("column", TEXT, "attribute or field concerned, null = the whole row"),
    _need("dimension", TEXT, "completeness, validity, uniqueness, consistency, accuracy or timeliness"),
    _need("checked", BIGINT, "values looked at, summed over expectations"),
    _need("failed", BIGINT, "values that failed, summed over expectations"),
)

QUALITY_SCORE = Table(
    "quality.score",
    "one row per suite, source, column and dimension: tests made and tests failed; score = 1 - failed / checked",
    _SCORE,
)

QUALITY_PREVIOUS = Table(
    "quality.previous",
    "quality.score of the extract before this one, from the project's quality.jsonl; empty when there is none",
    (*_SCORE, _need("as_of", DATE, "the day that extract was looked at")),
)

MATCHING_PAIR = Table(
    "matching.pair",
    "one row per scored pair of records; record_id_l < record_id_r",
    (
        _need("record_id_l", TEXT, "left record"),
        _need("record_id_r", TEXT, "right record"),
        _need("kind", TEXT, "model that scored it: individual, structure or relay"),
        _need("match_weight", DOUBLE, "log2 odds after the caps, rounded to 1e-9"),
        _need("match_probability", DOUBLE, "0..1, rounded to 1e-9"),
        _need("outcome", TEXT, "merge, ask or leave, by the two thresholds; clustering may still keep them apart"),
        _need("evidence", TEXT, "comparison level +weight; ... strongest first, corrections last"),
    ),
)

MATCHING_CLUSTER = Table(
    "matching.cluster",
    "one row per record",
    (
        _RECORD_ID,
        _need("kind", TEXT, "kind of the record"),
        _need("cluster_id", TEXT, "smallest record_id of the cluster"),
        Column("structure_cluster_id", TEXT, "for relays and structures: smallest record_id of the structure cluster"),
    ),
)

MATCHING_BLOCK = Table(
    "matching.block",
    "one row per kind and blocking family: what it cost and what was capped",
    (
        _need("kind", TEXT, "model"),
        _need("family", TEXT, "blocking key family"),
        _need("pairs", BIGINT, "pairs it proposes"),
        _need("largest_block", BIGINT, "rows in its largest block before capping"),
        _need("rows_capped", BIGINT, "rows in blocks left out because they were too large"),
    ),
)

MATCHING_PARAMETER = Table(
    "matching.parameter",
    "one row per kind, comparison and level of the trained model",
    (
        _need("kind", TEXT, "model"),
        _need("comparison", TEXT, "comparison"),
        _need("level", TEXT, "level, strongest first by level_no"),
        _need("level_no", INTEGER, "1 = strongest"),
        _need("m", DOUBLE, "P(level | same contact)"),
        _need("u", DOUBLE, "P(level | different contacts)"),
        _need("weight", DOUBLE, "log2(m/u)"),
    ),
)

MATCHING_MODEL = Table(
    "matching.model",
    "one row per kind that was linked: the trained model as splink saves it",
    (
        _need("kind", TEXT, "model"),
        _need("json", TEXT, "splink settings with m, u and the share of matches, as JSON"),
        _need("trained", TEXT, "the same as a project keeps it in models/<kind>.json, to be used again"),
    ),
)

MATCHING_CALIBRATION = Table(
    "matching.calibration",
    "one row per kind and bin of stated probability: what the model promises of its pairs (a reliability diagram)",
    (
        _need("kind", TEXT, "model"),
        _need("bin", DOUBLE, "lowest probability of the bin; the next bin's is where it ends"),
        _need("pairs", BIGINT, "scored pairs of records whose probability falls into it; identical records left out"),
        _need("stated", DOUBLE, "their mean probability, rounded to 1e-9"),
        _need("expected", DOUBLE, "pairs of them that are one contact, if the model is right"),
        _need("joined", BIGINT, "pairs of them whose records ended in one cluster"),
    ),
)

MATCHING_QUALITY = Table(
    "matching.quality",
    "one row per cluster of two records or more: how well it hangs together",
    (
        _need("cluster_id", TEXT, "smallest record_id of the cluster"),
        _need("kind", TEXT, "kind of its records"),
        _need("records", BIGINT, "records in it"),
        _need("distinct_records", BIGINT, "records in it that differ in what is compared"),
        _need("density", DOUBLE, "share of the pairs of different records that reach the merge threshold; 1 = all do"),
        Column("mean_weight", DOUBLE, "mean match weight of its scored pairs; null = all its records are identical"),
        Column("weakest_bridge", DOUBLE, "weight of the weakest link without which it falls apart; null as above"),
        _need("verdict", TEXT, "sound, thin (fewer than half of the pairs agree) or large: worth a look"),
    ),
)

MATCHING_JUDGED = Table(
    "matching.judged",
    "one row per decision on a pair of one kind: what the model made of it before and after it learned from the others",
    (
        _need("kind", TEXT, "model"),
        _need("record_id_l", TEXT, "left record"),
        _need("record_id_r", TEXT, "right record"),
        _need("match", BOOLEAN, "what people said: one contact, or two"),
        _need("weight_before", DOUBLE, "match weight of the model as trained, rounded to 1e-9"),
        Column("weight_after", DOUBLE, "match weight of the model recalibrated without this decision's fold"),
    ),
)

MATCHING_RECALIBRATION = Table(
    "matching.recalibration",
    "one row per kind that people decided about: whether their decisions recalibrated its model, and what it changed",
    (
        _need("kind", TEXT, "model"),
        _need("matches", BIGINT, "decisions that say one contact"),
        _need("no_matches", BIGINT, "decisions that say two"),
        _need("left_out", BIGINT, "decisions that contradict others: nothing is learned from them"),
        _need("outcome", TEXT, "recalibrated; too_few (of either answer); no_better (on decisions it had not seen)"),
        Column("loss_before", DOUBLE, "bits of surprise per decision, the model as trained"),
        Column("loss_after", DOUBLE, "the same recalibrated, each decision predicted by a model that has not seen it"),
        Column("threshold_before", DOUBLE, "weight from which pairs merge, as trained"),
        Column("threshold_after", DOUBLE, "weight from which pairs merge now"),
        Column("merge_before", BIGINT, "blocked pairs that merge, as trained"),
        Column("ask_before", BIGINT, "blocked pairs that a person is asked about, as trained"),
        Column("leave_before", BIGINT, "blocked pairs kept and left apart, as trained"),
        Column("merge_after", BIGINT, "blocked pairs that merge now"),
        Column("ask_after", BIGINT, "blocked pairs that a person is asked about now"),
        Column("leave_after", BIGINT, "blocked pairs kept and left apart now"),
        Column("changed", BIGINT, "blocked pairs on another side of a threshold than before"),
    ),
)

MATCHING_LEARNED = Table(
    "matching.learned",
    "one row per kind and piece of evidence whose worth people's decisions changed",
    (
        _need("kind", TEXT, "model"),
        _need("evidence", TEXT, "comparison and level, name of a correction, 'overall' or 'slope'"),
        _need("bits", DOUBLE, "bits added wherever it is met; for slope: share added to the weight"),
        _need("decisions", BIGINT, "decisions that show it"),
    ),
)

GOLDEN_CHOICE = Table(
    "golden.choice",
    "one row per contact and attribute: the value that won, who it came from and why",
    (
        _need("contact_id", TEXT, "contact"),
        _need("attribute", TEXT, "attribute of the golden record"),
        _need("value", TEXT, "winning value as text"),
        _need("record_id", TEXT, "record it came from"),
        _need("rule", TEXT, "first key that left one candidate; 'only_value' when there was one"),
        _need("candidates", INTEGER, "different values that competed"),
        Column("runner_up", TEXT, "the value that lost last"),
        _need("repaired", BOOLEAN, "true when the written form was repaired: no record holds it exactly"),
    ),
)

GOLDEN_CONTESTED = Table(
    "golden.contested",
    "one row per contact of several records (or of a shared structure) and attribute: the stored part of golden.choice",
    GOLDEN_CHOICE.columns,
)

GOLDEN_HOUSEHOLD = Table(
    "golden.household",
    "one row per private person who shares home and surname with another: they are named, never merged",
    (
        _need("contact_id", TEXT, "contact"),
        _need("household", TEXT, "H and the smallest contact number of its members"),
        _need("household_name", TEXT, "surname of the member with that number"),
        _need("members", INTEGER, "contacts in the household"),
    ),
)

GOLDEN_DOUBT = Table(
    "golden.doubt",
    "one row per golden value that hardly anything decided: to confirm with the contact or in the source",
    (
        _need("contact_id", TEXT, "contact"),
        _need("attribute", TEXT, "attribute of the golden record; address_block = the home as a whole"),
        _need("value", TEXT, "value that was taken"),
        _need("runner_up", TEXT, "value that was not"),
        _need("record_id", TEXT, "record the value came from"),
        _need("reason", TEXT, "guessed (only letter frequencies or the alphabet decided) or undated_move (two homes, "
              "no date says which is the newer)"),
    ),
)  # fmt: skip

GOLDEN_CONTACT = Table(
    "golden.contact",
    "one row per contact: the golden record",
    (
        _need("contact_id", TEXT, "stable identity: does not depend on row order or run"),
        _need("contact_nr", TEXT, "contact number: digits, unique, never reused"),
        _need("kind", TEXT, "individual, structure or relay"),
        Column("structure_contact_id", TEXT, "for a relay: the contact of its structure, where there is one"),
        _need("records", INTEGER, "records merged into it"),
        *(Column(name, TEXT, f"golden {name}") for name in CONTACT_ATTRIBUTES),
    ),
)

GOLDEN_CROSSWALK = Table(
    "golden.crosswalk",
    "one row per record: line of the source to contact and contact number",
    (
        _SOURCE,
        _LINE_NO,
        _RECORD_ID,
        _need("contact_id", TEXT, "contact"),
        _need("contact_nr", TEXT, "contact number"),
        _need("kind", TEXT, "kind of the contact"),
    ),
)

GOLDEN_FORMER_NUMBER = Table(
    "golden.former_number",
    "one row per number a source wrote or the target was given: the contact it leads to now",
    (
        Column("source", TEXT, "source that wrote it; null = a number given for the target"),
        _need("old_number", TEXT, "the number as written"),
        Column("contact_id", TEXT, "living contact it leads to, null = gone"),
        Column("contact_nr", TEXT, "that contact's number"),
        _need("state", TEXT, "kept, replaced (the contact bears another), joined (merged into the contact) or gone"),
        Column("since", TEXT, "extract in which a contact was first joined or gone"),
    ),
)

DELIVERY_OPERATION = Table(
    "delivery.operation",
    "one row per row of an import file",
    (
        _need("row_no", BIGINT, "order in the file, from 1"),
        _need("contact_id", TEXT, "contact it creates or changes"),
        *(Column(code, TEXT, f"field {code} of the import format") for code in FIELD_CODES),
    ),
)

DELIVERY_HELD = Table(
    "delivery.held",
    "one row per contact that cannot be imported, with a reason",
    (
        _need("contact_id", TEXT, "contact"),
        _need("contact_nr", TEXT, "contact number"),
        _need("reason", TEXT, "reason code, e.g. no_name"),
        Column("detail", TEXT, "what to do; never a value"),
    ),
)

DELIVERY_NOTE = Table(
    "delivery.note",
    "one row per field that was dropped, truncated or doubted on the way into an import file",
    (
        _need("contact_id", TEXT, "contact"),
        _need("contact_nr", TEXT, "contact number"),
        _need("field", TEXT, "field code"),
        _need("rule", TEXT, "rule of the format"),
        _need("outcome", TEXT, "dropped, truncated or warned"),
        _need("reason", TEXT, "reason, without the value"),
    ),
)

DELIVERY_AFTER = Table(
    "delivery.after",
    "one row per UPDATE that a contact needs once its INSERT is imported: a relay's own address, a further number",
    (
        _need("row_no", BIGINT, "order in the file, from 1"),
        _need("contact_id", TEXT, "contact it completes"),
        *(Column(code, TEXT, f"field {code} of the import format") for code in FIELD_CODES),
    ),
)

PLANNING_REQUEST = Table(
    "planning.request",
    "one row per contact number that somebody wants removed, or given back; it stands until it is withdrawn",
    (
        _need("contact_number", TEXT, "contact number, 1 to 20 digits"),
        _need("operation", TEXT, "INVALIDATE, DELETE, ANONYMIZE or DROP; UPDATEACT withdraws what was asked before"),
        _need("reason", TEXT, "why: a code such as inactive or erased, or the name of the list; never a value"),
    ),
)

PLANNING_QUALIFICATION = Table(
    "planning.qualification",
    "one row per value that a list gives a contact: a criterion's, or the type of a structure",
    (
        _need("contact_number", TEXT, "contact number"),
        _need("field", TEXT, "CRIT or STRUCT_TYPE"),
        _need("code", TEXT, "code of the criterion, '' for a type"),
        _need("value", TEXT, "one value"),
        _need("contact_type", TEXT, "INDIVIDUAL, STRUCTURE or BOTH: whom the criterion may hang on"),
    ),
)

PLANNING_OPERATION = Table(
    "planning.operation",
    "one row per row that an environment must be sent so that it holds what golden holds",
    (
        _need("row_no", BIGINT, "order in which the rows are safe, from 1"),
        _need(
            "part",
            TEXT,
            "free (an address given up first), main, after (completes a row of main), qualify, remove; a contact has "
            "one row in main or remove, and may have others in the rest",
        ),
        Column("contact_id", TEXT, "contact it creates or changes; null = golden has none under this number"),
        _need(
            "reason",
            TEXT,
            "new, changed, invalid_there, joined, replaced, gone, gives_up_email, own_address, further_number, "
            "qualified, or the reason of a request",
        ),
        _need("changed", TEXTS, "field codes that change, in the order of the columns; of an INSERT those it fills"),
        *(Column(code, TEXT, f"field {code} of the import format") for code in FIELD_CODES),
    ),
)

PLANNING_HELD = Table(
    "planning.held",
    "one row per contact whose state in the environment cannot be brought about by a file, with a reason",
    (
        _need("contact_nr", TEXT, "contact number in the environment"),
        Column("contact_id", TEXT, "contact of golden, where it has one"),
        _need("operation", TEXT, "operation it would have been"),
        _need(
            "reason",
            TEXT,
            "has_sales, modified_since, anonymised_there, kind_changed, structure_changed, gone, "
            "or the rule by which the import would refuse it",
        ),
        Column("head_nr", TEXT, "the contact it was joined into, to merge with by hand; of a structure a relay of it"),
    ),
)

EXTRACTS_CONTACT = Table(
    "extracts.contact",
    "one row per contact that is not what it was in the extract before",
    (
        _need("contact_id", TEXT, "contact, of this extract or of the one before"),
        _need("contact_nr", TEXT, "its number"),
        _need("change", TEXT, "new, back, changed, joined, split or gone"),
        _need("fields", TEXTS, "attributes whose golden value changed"),
        Column("other_contact_id", TEXT, "joined: the contact its records are in now; split: the one they were in"),
        Column(
            "why",
            TEXT,
            "joined or split: a decision, or the strongest evidence; null = the evidence that tied it is gone",
        ),
    ),
)

EXTRACTS_DECISION = Table(
    "extracts.decision",
    "one row per decision in force: what became of it in this extract",
    (
        _need("record_id_l", TEXT, "left record, by the key it has now"),
        _need("record_id_r", TEXT, "right record, by the key it has now"),
        _need("judgement", TEXT, "match or no_match"),
        _need("state", TEXT, "followed, record_gone (one of the two is not in this extract) or overruled"),
    ),
)

TABLES: tuple[Table, ...] = (
    PROTOCOL_STEP, PROTOCOL_SAMPLE, INTAKE_SOURCE, INTAKE_LINE, INTAKE_HELD, INTAKE_JOINED, INTAKE_MAPPING,
    INTAKE_RECORD,
    STANDARDISE_VALUE, STANDARDISE_RECORD, RECEIPTS_CONTROL, STANDARDISE_FREQUENT, STANDARDISE_COLUMN,
    QUALITY_FINDING, QUALITY_EXPECTATION, QUALITY_SCORE, QUALITY_PREVIOUS,
    MATCHING_PAIR, MATCHING_CLUSTER, MATCHING_BLOCK, MATCHING_PARAMETER, MATCHING_MODEL,
    MATCHING_CALIBRATION, MATCHING_QUALITY, MATCHING_JUDGED, MATCHING_RECALIBRATION, MATCHING_LEARNED,
    GOLDEN_CHOICE, GOLDEN_CONTESTED, GOLDEN_DOUBT, GOLDEN_CONTACT, GOLDEN_CROSSWALK, GOLDEN_FORMER_NUMBER,
    GOLDEN_HOUSEHOLD,
    DELIVERY_OPERATION, DELIVERY_AFTER, DELIVERY_HELD, DELIVERY_NOTE,
    PLANNING_REQUEST, PLANNING_QUALIFICATION, PLANNING_OPERATION, PLANNING_HELD, EXTRACTS_CONTACT, EXTRACTS_DECISION,
)  # fmt: skip


def table(name: str) -> Table:
    """The contract called ``schema.name``.

    Raises:
        KeyError: no such table.
    """
    for candidate in TABLES:
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def schemas() -> Iterable[str]:
    """Schemas in flow order, each once."""
    return dict.fromkeys(contract.schema for contract in TABLES)
