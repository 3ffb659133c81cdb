"""The target's own duplicate rule as a baseline: equal keys of SOUNDEX names, start of the street, post code, country.

Contacts with a post code match when role, SOUNDEX of last and first name, the first 35 characters of number and street,
post code, country and (for people of a structure) the structure's name are equal; contacts without one, when role, both
SOUNDEX and the e-mail are. The rest is not detected. It runs over our standard values, the best case for the rule. An
organisation without a person has no names: its own name stands in their place.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import chain
from pathlib import Path

import pyarrow as pa

from benchmarks.accuracy import cases, made
from benchmarks.peers.prepared import standardised
from benchmarks.scoring import score_crosswalk
from engine.workspace import Workspace

_CODES = {
    letter: digit
    for letters, digit in (("bfpv", "1"), ("cgjkqsxz", "2"), ("dt", "3"), ("l", "4"), ("mn", "5"), ("r", "6"))
    for letter in letters
}


def soundex(name: str) -> str:
    """American Soundex, as Oracle has it: vowels separate equal codes, h and w do not.

    >>> soundex("robert"), soundex("rupert"), soundex("ashcraft"), soundex("tymczak"), soundex("lee")
    ('R163', 'R163', 'A261', 'T522', 'L000')
    """
    letters = [letter for letter in name.lower() if "a" <= letter <= "z"]
    if not letters:
        return ""
    code, last = letters[0].upper(), _CODES.get(letters[0], "")
    for letter in letters[1:]:
        digit = _CODES.get(letter, "")
        if digit and digit != last:
            code += digit
        if letter not in "hw":
            last = digit
    return (code + "000")[:4]


def cluster(ws: Workspace) -> None:
    """Make ``peer_cluster`` (record_id, cluster_id) from standardise.record by the rule."""
    folded = "strip_accents(lower({}))"
    names = {
        row[0]
        for column in ("last_name", "first_name", "organisation")
        for row in ws.rows(f"select distinct {folded.format(column)} from standardise.record where {column} <> ''")
    }
    listed = sorted(names)
    ws.put("peer_sound", pa.table({"name": listed, "sound": [soundex(name) for name in listed]}))
    ws.execute(
        f"""
        create or replace temp table peer_cluster as
        with spoken as (
            select r.*, l.sound as last_sound, f.sound as first_sound
            from standardise.record as r
            left join peer_sound as l on l.name = {folded.format("coalesce(r.last_name, r.organisation)")}
            left join peer_sound as f on f.name = {folded.format("r.first_name")}
        ),
        keyed as (
            select
                record_id,
                case
                    when postcode is not null then concat_ws('|', kind, last_sound, coalesce(first_sound, ''),
                        left(upper(strip_accents(concat_ws(' ', house_number, coalesce(street, addr_line1)))), 35),
                        upper(postcode), coalesce(country, ''),
                        if(kind = 'relay', upper(strip_accents(coalesce(organisation, ''))), ''))
                    when email is not null then concat_ws('|', kind, last_sound, coalesce(first_sound, ''), email)
                end as key
            from spoken
            where last_sound is not null
        )
        select r.record_id, coalesce(min(k.record_id) over (partition by k.key), r.record_id) as cluster_id
        from standardise.record as r
        left join keyed as k on k.record_id = r.record_id and k.key is not null
        """
    )
    # rows without a key share the null partition: they are alone
    ws.execute(
        "update peer_cluster set cluster_id = record_id where record_id in (select record_id from standardise.record "
        "where (postcode is null and email is null) or coalesce(last_name, organisation) is null)"
    )


def write_crosswalk(ws: Workspace, path: Path) -> None:
    """Write the rule's clusters as a crosswalk.csv that ``benchmarks.scoring`` reads."""
    cluster(ws)
    ws.connection.sql(
        "select r.source, r.line_no, r.record_id, c.cluster_id as contact_id, s.kind from intake.record as r "
        "join standardise.record as s using (record_id) join peer_cluster as c using (record_id) order by 1, 2"
    ).write_csv(str(path), header=True)


def main() -> None:
    """Score the rule on the sets of ``benchmarks.accuracy``."""
    parser = argparse.ArgumentParser(description="The target's own duplicate rule on labelled and generated sets.")
    parser.add_argument("--labelled", type=Path, help="folder of labelled sets")
    parser.add_argument("--sets", default="", help="only these, comma separated")
    parser.add_argument("--generated", default="", help="further generated bases, ROWS:SEED,...")
    options = parser.parse_args()
    wanted = {name for name in options.sets.split(",") if name}
    with tempfile.TemporaryDirectory(prefix="assay-vendor-") as scratch:
        folder = Path(scratch)
        listed = chain(cases(options.labelled, wanted, folder / "in"), made(options.generated, None, folder / "in"))
        for case in listed:
            path = folder / "crosswalk.csv"
            with standardised(case.files) as ws:
                write_crosswalk(ws, path)
            score = score_crosswalk(path, case.truth)
            print(f"{case.name:<28} P {score.precision:.3f} R {score.recall:.3f} F1 {score.f1:.3f}", flush=True)


if __name__ == "__main__":
    main()
