"""The job as the project does it: `chalicelib.sources` reads each file, nothing of it is copied here.

python -m bench.ours build/bench/small answer.json
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from bench.job import DAY, EPOCH, HEADER, NUMBER, ON, Answer, Inputs, fingerprint, write_answers
from chalicelib.model import FileId
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.encodings import BLOCK_BYTES
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.ranges import plan, read_range
from chalicelib.sources.reading import FileReading, combine, read_file
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.rejects import by_code
from chalicelib.sources.values.file_holds import FileHold

LARGE: Final = 32_000_000


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
    reasons = by_code(reading.rejections)
    return Answer(index, counts.rows, sound, counts.strangers, *fingerprint(newest), reasons)


def in_ranges(path: Path, context: ReadingContext) -> FileReading:
    """A large file as intake reads it: planned once, one range in memory at a time."""
    planned = plan(_blocks(path), context.feed)
    if isinstance(planned, FileHold):
        return FileReading(hold=planned)
    layout, parts = planned.layout, []
    with path.open("rb") as file:
        for span in planned.spans:
            file.seek(span.start)
            data = file.read(span.end - span.start)
            parts.append(read_range(data, layout, span.line, context))
    return combine(parts, layout, context)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def main(inputs: Inputs, result: Path, large: int = LARGE) -> None:
    """Read all files, one after the other; those of `large` bytes and more in ranges."""
    known = pl.read_parquet(inputs.roster, columns=["packed", "person"])
    roster = RosterIndex(known.rename({"packed": "number"}))
    del known
    answers = []
    for index, path in enumerate(inputs.files):
        context = ReadingContext(feed(index), roster, FileId(path.stem), ON, ON)
        if path.stat().st_size < large:
            reading = read_file(path.read_bytes(), context)
        else:
            reading = in_ranges(path, context)
        answers.append(answer_of(index, reading))
        del reading  # before the next file: the peak is one file's
    write_answers(result, answers)


if __name__ == "__main__":
    main(Inputs(Path(sys.argv[1])), Path(sys.argv[2]))
