"""Command line of the generator: ``python -m benchmarks.generator sample|big|places``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path


def main() -> None:
    """Parse the command line and write the files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sample = commands.add_parser("sample", help="two sources of different shape, with their truth")
    sample.add_argument("--out", type=Path, required=True, help="folder to write into")
    sample.add_argument("--rows", type=int, default=5000, help="rows over both sources")
    sample.add_argument("--seed", type=int, default=7)
    big = commands.add_parser("big", help="one large source")
    big.add_argument("--out", type=Path, required=True, help="CSV file to write")
    big.add_argument("--rows", type=int, default=1_000_000)
    big.add_argument("--seed", type=int, default=7)
    big.add_argument("--truth", type=Path, help="CSV file for the truth: key, entity_id")
    places = commands.add_parser("places", help="draw data/places.csv anew from the postal gazetteer")
    places.add_argument("--gazetteer", type=Path, required=True, help="Parquet file with columns cc, pc, place, a1")
    chosen = parser.parse_args()

    started = time.perf_counter()
    if chosen.command == "sample":
        from benchmarks.generator.sample import write_sample

        for path in write_sample(chosen.out, chosen.rows, chosen.seed):
            print(path)
    elif chosen.command == "big":
        from benchmarks.generator.big import write_big

        rows, entities = write_big(chosen.out, chosen.rows, chosen.seed, truth=chosen.truth)
        print(f"{chosen.out}: {rows} rows of {entities} contacts")
    else:
        from benchmarks.generator.places import draw_places, write_places

        found = draw_places(chosen.gazetteer)
        write_places(found)
        print(f"{len(found)} places")
    print(f"{time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
