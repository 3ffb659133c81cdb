"""goldenmatch without configuration, in its own environment.

Set up once: ``python -m venv GM && GM/bin/pip install -r benchmarks/peers/requirements-goldenmatch.txt``.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import duckdb


def run(program: Path, source: Path, out: Path, limit: float) -> float | None:
    """Seconds of ``goldenmatch dedupe SOURCE``; None when it does not end within ``limit`` seconds."""
    begun = time.perf_counter()
    try:
        subprocess.run(
            [str(program), "dedupe", str(source), "--output-clusters", "--output-dir", str(out), "--format", "csv"],
            check=True,
            timeout=limit,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return None
    return time.perf_counter() - begun


def crosswalk(out: Path, source: Path, path: Path) -> bool:
    """Turn its clusters file into a crosswalk.csv by row number; False when no such file has the columns for it."""
    con = duckdb.connect()
    for found in sorted(out.rglob("*clusters*.csv")):
        reader = "read_csv($path, all_varchar = true, header = true)"
        columns = con.execute(f"describe select * from {reader}", {"path": str(found)}).fetchall()
        names = {row[0].lower(): row[0] for row in columns}
        row_id = next((names[name] for name in ("__row_id__", "row_id") if name in names), None)
        group = next((names[name] for name in ("__cluster_id__", "cluster_id") if name in names), None)
        if row_id and group:
            con.execute(f"create table member as select * from {reader}", {"path": str(found)})
            con.execute(
                f"""
                create table crosswalk as
                with line as (select row_number() over () as line_no from read_csv($source, all_varchar = true,
                    header = true, parallel = false))
                select $name as source, line_no, $name || ':' || line_no as record_id,
                    coalesce('c' || "{group}", 'r' || line_no) as contact_id, 'individual' as kind
                from line left join member on "{row_id}"::bigint = line_no - 1
                """,
                {"source": str(source), "name": source.stem},
            )
            con.table("crosswalk").write_csv(str(path), header=True)
            return True
    return False
