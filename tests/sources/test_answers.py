"""Answers of an interface are read as strictly as rows; who was not asked about is not kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chalicelib.model import Counts, EvidenceKey, FeedId
from chalicelib.sources.answers import Answer, read_answers
from chalicelib.sources.feeds.feed import load_feeds
from chalicelib.sources.reading import FileReading
from tests.sources.builders import FILE, ON, number, person

FEED = load_feeds(Path(__file__).parents[2] / "chalicelib/packs/jining/feeds")[FeedId("nucleic_acid_tests")]
ASKED = {number(1): person(1), number(2): person(2)}


def answer(sequence: int = 1, day: object = "2025-05-01", event: object = "sampled") -> Answer:
    return {"number": number(sequence), "day": day, "event": event}


def read(*answers: Answer) -> FileReading:
    return read_answers(answers, FEED, ASKED, file=FILE, on=ON)


def test_an_answer_becomes_evidence_of_its_day() -> None:
    reading = read(answer(1), answer(1, "2025-05-09"), answer(2, "20250301"))
    assert {p: [e.key for e in items] for p, items in reading.evidence.items()} == {
        person(1): [key(date(2025, 5, 1)), key(date(2025, 5, 9))],
        person(2): [key(date(2025, 3, 1))],
    }
    assert [e.line for items in reading.evidence.values() for e in items] == [1, 2, 3]
    assert reading.counts == Counts(rows=3, accepted=3)


def key(day: date) -> EvidenceKey:
    return EvidenceKey(day, FeedId("nucleic_acid_tests"), "sampled")


def test_who_was_not_asked_about_is_counted_and_never_kept() -> None:
    reading = read(answer(3), answer(1), answer(1))
    assert list(reading.evidence) == [person(1)]
    assert reading.counts == Counts(rows=3, accepted=1, strangers=1, superseded=1)
    assert reading.counts.add_up


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (answer(1) | {"number": number(1)[:17]}, "number", "number_length"),
        (answer(1) | {"number": int(number(1)[:17])}, "number", "number_empty"),
        ({"day": "2025-05-01", "event": "sampled"}, "number", "number_empty"),
        (answer(1, "2025-07-01"), "day", "day_future"),
        (answer(1, "soon"), "day", "day_unreadable"),
        (answer(1, ""), "day", "cell_empty"),
        (answer(1, 20250501), "day", "cell_empty"),
        (answer(1, event="positive"), "event", "code_unknown"),
        (answer(1, event=None), "event", "cell_empty"),
    ],
)
def test_an_answer_that_cannot_be_read_is_rejected_with_its_place(
    wrong: Answer, field: str, code: str
) -> None:
    reading = read(answer(2), wrong)
    assert [(r.line, r.field, r.code) for r in reading.rejections] == [(2, field, code)]
    assert list(reading.evidence) == [person(2)]
    assert reading.counts.add_up
