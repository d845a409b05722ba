"""接口应答 · Answers of an interface that was asked about people, read as strictly as the rows of a file.

An answer is a mapping of number, day and event, the event being one of ours as the feed declares it. Who
was not asked about is a stranger: counted, never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from chalicelib.model import Counts, Evidence, EvidenceKey, FeedId, FileId, PersonId, Rejection
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people.identity_numbers import canonical
from chalicelib.sources.reading import FileReading
from chalicelib.sources.records import SAID
from chalicelib.sources.values.cells import read_day
from chalicelib.sources.values.row_faults import Fault, reject

Answer = Mapping[str, object]


def read_answers(
    answers: Sequence[Answer], feed: Feed, asked: Mapping[str, PersonId], *, file: FileId, on: date
) -> FileReading:
    """What the answers say about the people asked about (number → person).

    The first answer is line 1. An interface may answer about one person with several days.
    """
    evidence: dict[PersonId, list[Evidence]] = {}
    rejections: list[Rejection] = []
    seen: set[tuple[PersonId, EvidenceKey]] = set()
    strangers = superseded = 0
    for line, answer in enumerate(answers, 1):
        read = _read(answer, feed, on)
        if isinstance(read, Rejection):
            rejections.append(Rejection(line, read.field, read.code, read.zh, read.en))
            continue
        number, key = read
        person = asked.get(number)
        if person is None:
            strangers += 1
        elif (person, key) in seen:
            superseded += 1
        else:
            seen.add((person, key))
            evidence.setdefault(person, []).append(Evidence(key, file, line))
    counts = Counts(len(answers), len(seen), len(rejections), strangers, superseded)
    rows = [(person, key.day, key.event, "", False, None) for person, key in sorted(seen)]
    said = pl.DataFrame(rows, schema=SAID, orient="row")
    return FileReading(counts=counts, encoding="utf-8", evidence=evidence, said=said, rejections=rejections)


def _read(answer: Answer, feed: Feed, on: date) -> tuple[str, EvidenceKey] | Rejection:
    number = canonical(_text(answer, "number"), on)
    if isinstance(number, Fault):
        return reject(0, "number", number)
    told = _text(answer, "day")
    day = read_day(told, on) if told else Fault.CELL_EMPTY
    if isinstance(day, Fault):
        return reject(0, "day", day)
    event = _text(answer, "event")
    if event not in feed.events:
        return reject(0, "event", Fault.CODE_UNKNOWN if event else Fault.CELL_EMPTY)
    return number, EvidenceKey(day, FeedId(feed.id), event)


def _text(answer: Answer, field: str) -> str:
    """A field as text; what is no text is as good as empty, so that a figure is never a number."""
    value = answer.get(field)
    return value if isinstance(value, str) else ""
