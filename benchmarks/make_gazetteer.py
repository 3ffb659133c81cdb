"""Cut the GeoNames postal file to what Assay ships as rules/standardisation/gazetteer.parquet.

    python benchmarks/make_gazetteer.py --source geonames_postal.parquet

The source holds GeoNames' postal columns as cc, pc, place, a1, a2, a3. See rules/standardisation/GAZETTEER.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

from engine.rulebook.load import RuleBook
from engine.rulebook.places import Regions
from engine.shipped import shipped
from engine.sql import literal
from engine.standardise.folding import fold_sql

# LU codes carry "L-"; PT is cut to the four digits that name the town (197,772 codes become 768); a CEDEX code keeps
# its five digits; GB lists wards, not post towns, so only its outward codes are kept.
CUT = f"""
with listed as (
    select
        cc as country,
        case
            when cc = 'LU' then replace(pc, 'L-', '')
            when cc = 'PT' then left(pc, 4)
            when pc like '% CEDEX%' then left(pc, 5)
            else pc
        end as code,
        case when cc <> 'GB' then {fold_sql("place")} end as place,
        case when cc in ('US', 'CH') then {fold_sql("regexp_replace(a1, '^(Kanton|Canton de|Canton du) ', '')")} end
            as region_name
    from read_parquet($source)
)
select distinct country, code, place, region.region
from listed
left join region using (country, region_name)
order by country, code, place, region
"""


def main() -> None:
    """Read the source, write the cut, print its size."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--source", type=Path, required=True)
    arguments.add_argument("--target", type=Path, default=shipped("rules") / "standardisation" / "gazetteer.parquet")
    options = arguments.parse_args()

    connection = duckdb.connect(config={"threads": 1})
    connection.execute("create table region (country varchar, region varchar, region_name varchar)")
    regions = RuleBook().load("standardisation/regions.yml", Regions)
    for country, codes in regions.by_country().items():
        for code, names in codes.items():
            rows = [[country, code, name] for name in names]
            connection.executemany("insert into region values (?, ?, ?)", rows)
    connection.execute(f"create table gazetteer as {CUT}", {"source": str(options.source)})
    connection.execute(
        f"copy (from gazetteer order by all) to {literal(str(options.target))} "
        "(format parquet, compression zstd, compression_level 22, row_group_size 1000000)"
    )
    for country, rows, codes in connection.execute(
        "select country, count(*), count(distinct code) from gazetteer group by 1 order by 1"
    ).fetchall():
        print(f"{country}  {rows:>7} rows  {codes:>6} codes")
    print(f"{options.target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
