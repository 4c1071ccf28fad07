"""How long a firm's export takes, and how much memory, from a hundred thousand rows to ten million.

    python -m benchmarks.reading 10000000 --memory 500MB

Writes a file of a CRM's form (dates, decimal commas, a bad row in ten thousand), turns it into a
Parquet log with so much memory for DuckDB, and prints seconds and the peak of the whole process.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from cjsim import data

BAD = 10_000
"""One row in so many has no date."""
CHUNK = 100_000
WORDS = np.array(["Email opened", "Call", "Deal won", "Renewal", "New lead"])


def write_export(path: Path, rows: int, seed: int = 1) -> int:
    """Write an export of so many rows; returns how many are bad."""
    rng = np.random.default_rng(seed)
    bad = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("client_id;created_at;type;sum;channel\n")
        for first in range(0, rows, CHUNK):
            size = min(CHUNK, rows - first)
            minutes = np.sort(rng.integers(0, 1440, size)) + 1440 * (first * 730 // rows)
            moments = np.datetime64("2023-01-01T00:00") + minutes.astype("timedelta64[m]")
            stamps = np.char.replace(np.datetime_as_string(moments, unit="m"), "T", " ").tolist()
            people = rng.integers(0, max(rows // 20, 1), size).tolist()
            words = WORDS[rng.integers(0, len(WORDS), size)].tolist()
            cents = rng.integers(0, 100_000, size).tolist()
            for place in range(0, size, BAD):
                stamps[place] = "31.02.2024"
                bad += 1
            file.writelines(
                f"{person};{stamp};{word};{cent // 100},{cent % 100:02};site\n"
                for person, stamp, word, cent in zip(people, stamps, words, cents, strict=True)
            )
    return bad


def measured(rows: int, memory: str) -> dict[str, float]:
    """Seconds to check and convert such a file, and the peak of memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crm.csv"
        bad = write_export(path, rows)
        size = path.stat().st_size / 1e6
        begun, busy = time.perf_counter(), time.process_time()
        report = data.convert(path, Path(folder) / "log.parquet", memory=memory)
        seconds, busy = time.perf_counter() - begun, time.process_time() - busy
        assert report.counts["bad"] == bad
        assert report.counts["kept"] == rows - bad
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "file_mb": size, "seconds": seconds, "cpu_seconds": busy, "peak_mb": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="+")
    parser.add_argument("--memory", default="500MB")
    args = parser.parse_args()
    for rows in args.rows:
        print({name: round(value, 1) for name, value in measured(rows, args.memory).items()})


if __name__ == "__main__":
    main()
