"""The job as the project does it: `chalicelib.sources` reads each file, nothing of it is copied here.

python -m bench.ours build/bench/small answer.json
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import polars as pl

from bench.job import DAY, EPOCH, HEADER, NUMBER, ON, Answer, Inputs, fingerprint, write_answers
from chalicelib.model import FileId
from chalicelib.sources.feed import Feed
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.roster_index import RosterIndex


def feed(index: int) -> Feed:
    """The declaration of one of the fifty feeds: a number and a day, every row the same event."""
    said = {"zh": "比对", "en": "Compared"}
    return Feed.model_validate(
        {
            "id": f"feed{index:02d}",
            "kind": "evidence",
            "title": said,
            "owner": {"department": "transport", "title": said, "contact": "feed@transport.example"},
            "authority": "invented",
            "purpose": "Measured, never deployed.",
            "arrives": {"every": "1 month", "warn_after": "40 days", "fail_after": "62 days"},
            "format": {"kind": ["csv"], "load": "delta"},
            "columns": {
                NUMBER: {"field": "number", "read": "identity_number"},
                DAY: {"field": "day", "read": "date"},
            },
            "not_used": [name for name in HEADER if name not in (NUMBER, DAY)],
            "event": "seen",
            "events": {
                "seen": said
                | {
                    "proves": "presence",
                    "strength": "strong",
                    "trace": "body",
                    "why": "Invented for the bench.",
                    "cannot_cover": "Invented.",
                }
            },
            "expect": {"rows": {"min": 1, "max": 100_000_000}, "rejected_share": 0.5},
            "retain": "12 months",
        }
    )


def answer_of(index: int, reading: FileReading) -> Answer:
    """What a reading amounts to; raises ValueError for a file that was held."""
    if reading.hold is not None or reading.lake is None:
        raise ValueError(f"file {index} was held: {reading.hold}")
    newest = reading.lake.group_by(pl.col("person").cast(pl.Int64).alias("pno")).agg(
        (pl.col("day").max() - EPOCH).dt.total_days()
    )
    counts = reading.counts
    sound = counts.accepted + counts.superseded
    reasons = Counter(rejection.code for rejection in reading.rejections)
    return Answer(index, counts.rows, sound, counts.strangers, *fingerprint(newest), reasons)


def main(inputs: Inputs, result: Path) -> None:
    """Read all files, one after the other."""
    roster = RosterIndex(pl.read_parquet(inputs.roster).select(number="packed", person="person"))
    answers = []
    for index, path in enumerate(inputs.files):
        reading = read_file(path.read_bytes(), feed(index), roster, file=FileId(path.stem), on=ON)
        answers.append(answer_of(index, reading))
        del reading  # before the next file: the peak is one file's
    write_answers(result, answers)


if __name__ == "__main__":
    main(Inputs(Path(sys.argv[1])), Path(sys.argv[2]))
