"""Accepted rows that change nothing, by reason: a table for each kind of file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl
import pytest

from chalicelib.intake import without_effect
from chalicelib.model import (
    BenefitCode,
    Counts,
    DroppedFile,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    NoEffect,
    PersonId,
)
from chalicelib.model.evidence import ANOTHER
from chalicelib.sources.records import SAID
from chalicelib.storage.dynamodb.items import decode, encode
from tests.events import ALL_FEEDS, ALL_RULES

ON = date(2025, 6, 30)
ONE, TWO = PersonId("A" * 26), PersonId("B" * 26)
FEEDS, RULES = ALL_FEEDS["bozhou"], ALL_RULES["bozhou"]
KNOWN = dict(list(SAID.items())[:4])


def said(*rows: tuple[object, ...]) -> pl.DataFrame:
    """Rows of (person, day, event, says, recovered, name), of which the last three may be left out."""
    usual = ("", False, None)
    whole = [(row[0], date.fromisoformat(str(row[1])), *row[2:], *usual[len(row) - 3 :]) for row in rows]
    return pl.DataFrame(whole, schema=SAID, orient="row")


def known(*rows: tuple[object, ...]) -> pl.DataFrame:
    return said(*rows).select(list(KNOWN))


def reasons(frame: pl.DataFrame) -> Sequence[str | None]:
    return [why and str(why) for why in frame["why"].to_list()]


@pytest.fixture(autouse=True)
def nobody_needs_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_effect, "drawing", lambda _: pl.Series([TWO], dtype=pl.String))


@pytest.mark.parametrize(
    ("feed", "row", "why"),
    [
        ("travel_agency", (ONE, "2025-06-01", "travelled"), None),
        ("travel_agency", (ONE, "2025-06-01", "travelled", "", False, ANOTHER), NoEffect.ANOTHER_NAME),
        ("travel_agency", (ONE, "2025-06-01", "travelled", "", True), NoEffect.NUMBER_RECOVERED),
        ("travel_agency", (ONE, "2024-06-01", "travelled"), NoEffect.PAST_ITS_USE),
        ("travel_agency", (ONE, "2025-05-01", "travelled"), NoEffect.ALREADY_KNOWN),
        ("travel_agency", (ONE, "2025-04-01", "travelled"), NoEffect.NOT_NEWER),
        ("travel_agency", (TWO, "2025-04-01", "travelled"), None),  # history that a benefit asks for
        ("bus_rides", (ONE, "2025-04-01", "ridden"), None),  # weak: each may be the one that counts
        ("bus_rides", (ONE, "2025-06-01", "ridden", "", True), None),
        ("bus_rides", (ONE, "2024-04-01", "ridden"), NoEffect.PAST_ITS_USE),
        ("hospital_inpatient", (ONE, "2024-04-01", "admitted"), None),  # a stay holds suspensions
        ("cremations", (ONE, "2020-04-01", "cremated"), None),
        ("death_certificates", (ONE, "2025-06-01", "certified_dead", "", True), NoEffect.NUMBER_RECOVERED),
        ("cremations", (ONE, "2025-06-01", "cremated", "", False, ANOTHER), None),  # verified all the same
        ("disability_certificates", (ONE, "2020-04-01", "valid"), None),  # a benefit asks
        ("bank_business", (ONE, "2025-06-01", "by_proxy"), NoEffect.CERTIFIES_NOTHING),
        ("outcome_sheet", (ONE, "2025-06-01", "not_met"), None),  # answers a visit
    ],
)
def test_a_row_of_evidence(feed: str, row: tuple[object, ...], why: NoEffect | None) -> None:
    before = known(*((who, day, row[2]) for who, day in [(ONE, "2025-05-01"), (TWO, "2025-05-20")]))
    if row[1] != "2025-05-01" and feed != "travel_agency":
        before = before.clear()
    told = without_effect.of_evidence(said(row), before, FEEDS[FeedId(feed)], RULES, ON)
    assert reasons(told) == [why]


def test_in_one_file_only_the_newest_of_each_strong_event_carries() -> None:
    rows = said(
        (ONE, "2025-05-01", "travelled"),
        (ONE, "2025-05-09", "travelled"),
        (ONE, "2025-06-01", "travelled", "", True),  # certain of nobody: nothing beside it is older
        (TWO, "2025-04-01", "travelled"),
    )
    told = without_effect.of_evidence(rows, known(), FEEDS[FeedId("travel_agency")], RULES, ON)
    assert reasons(told) == ["not_newer", None, "number_recovered", None]
    assert without_effect.counted(told) == {"not_newer": 1, "number_recovered": 1}


def test_the_same_with_other_facts_is_something_new() -> None:
    rows = said((ONE, "2025-05-01", "sentence", "2027-01-01"), (TWO, "2025-05-01", "sentence", "2026-01-01"))
    before = known(
        (ONE, "2025-05-01", "sentence", "2026-01-01"), (TWO, "2025-05-01", "sentence", "2026-01-01")
    )
    feed = FEEDS[FeedId("custody")]
    assert reasons(without_effect.of_evidence(rows, before, feed, RULES, ON)) == [None, "already_known"]
    silent = before.with_columns(says=pl.lit(None, dtype=pl.String))  # written before facts were kept there
    assert reasons(without_effect.of_evidence(rows, silent, feed, RULES, ON)) == ["already_known"] * 2


def test_what_the_records_tell() -> None:
    feed = FEEDS[FeedId("travel_agency")]
    rows = said(
        (ONE, "2025-05-01", "travelled"), (ONE, "2025-06-20", "travelled"), (TWO, "2025-05-02", "travelled")
    )
    told = without_effect.of_evidence(rows, known(), feed, RULES, ON)
    after = without_effect.after_loading(
        told.with_columns(why=pl.lit(None, dtype=pl.String)),
        deceased={ONE: date(2025, 6, 1)},
        void={(TWO, EvidenceKey(date(2025, 5, 2), FeedId("travel_agency"), "travelled"))},
        written=(),
        idle={},
        apart=(),
        feed=feed,
        rules=RULES,
    )
    assert reasons(after) == ["deceased", None, "taken_back"]  # after the death it is a contradiction


def test_what_counts_again_after_it_was_taken_back_is_something_new() -> None:
    feed = FEEDS[FeedId("death_certificates")]
    rows = said((ONE, "2025-05-01", "certified_dead"), (TWO, "2025-05-01", "certified_dead"))
    told = without_effect.of_evidence(rows, rows.select(list(KNOWN)), feed, RULES, ON)
    assert reasons(told) == ["already_known"] * 2
    key = EvidenceKey(date(2025, 5, 1), FeedId("death_certificates"), "certified_dead")
    after = without_effect.after_loading(
        told, deceased={}, void=[(TWO, key)], written=[(ONE, key)], idle={}, apart=(), feed=feed, rules=RULES
    )
    assert reasons(after) == [None, "taken_back"]


def test_a_withdrawal_that_takes_nothing_back_has_one_reason() -> None:
    feed = FEEDS[FeedId("custody")]
    rows = said(
        (ONE, "2025-05-01", "~sentence_withdrawn"),
        (TWO, "2025-05-01", "~sentence_withdrawn"),
        (TWO, "2025-05-02", "~sentence_withdrawn"),
        (TWO, "2025-05-03", "~sentence_withdrawn"),
    )
    told = without_effect.of_evidence(rows, rows[:1].select(list(KNOWN)), feed, RULES, ON)
    back = next(e.withdraws for code, e in feed.events.items() if code == "sentence_withdrawn")
    one, two, three = (EvidenceKey(date(2025, 5, n), FeedId("custody"), str(back)) for n in (1, 2, 3))
    after = without_effect.after_loading(
        told, deceased={}, void=(), written=(), apart=(), feed=feed, rules=RULES,
        idle={NoEffect.NAMES_NOTHING: [(ONE, one), (TWO, one)], NoEffect.SAID_AGAIN: [(TWO, two)]},
    )  # fmt: skip
    assert reasons(after) == ["already_known", "names_nothing", "said_again", None]
    assert three not in (one, two)
    assert without_effect.counted(after) == {"already_known": 1, "names_nothing": 1, "said_again": 1}


def test_who_only_belongs_to_a_recipient_is_asked_about_by_few() -> None:
    feed = FEEDS[FeedId("custody")]
    rows = said(
        (ONE, "2025-05-01", "sentence"),
        (ONE, "2025-05-01", "awaiting_judgment"),
        (ONE, "2025-05-01", "~sentence_withdrawn"),
    )
    told = without_effect.of_evidence(rows, known(), feed, RULES, ON)
    after = without_effect.after_loading(
        told, deceased={}, void=(), written=(), idle={}, apart=[ONE], feed=feed, rules=RULES
    )
    assert reasons(after) == [None, "only_related", None]


def test_payments_that_say_nothing_new() -> None:
    rows = said(
        (ONE, "2025-06-10", "2025-06#resident_pension", "20000"),
        (ONE, "2025-05-10", "2025-05#resident_pension", "20000"),
        (ONE, "2025-04-10", "2025-04#resident_pension", "20000"),
        (ONE, "2025-06-10", "2025-06#old_age_allowance", "5000"),
    ).select(list(KNOWN))
    before = known(
        (ONE, "2025-05-10", "2025-05#resident_pension", "20000"),
        (ONE, "2025-04-10", "2025-04#resident_pension", "19000"),
    )
    again = without_effect.repeated(rows, before)
    told = without_effect.of_payments(rows, again, [(ONE, BenefitCode("resident_pension"))])
    assert reasons(told) == [None, "already_known", None, "not_listed"]
    assert reasons(without_effect.of_payments(rows[:1], again[:1], [])) == ["not_listed"]


def test_a_roster_row_says_nothing_new_where_the_last_one_said_the_same() -> None:
    place = ("person", "event")
    rows = said(
        (ONE, "2010-01-01", "resident_pension#341602001001", "a"),
        (TWO, "2010-01-01", "resident_pension#341602001001", "b"),
        (TWO, "2010-01-01", "old_age_allowance#341602001001", "c"),
    ).select(list(KNOWN))
    before = known(
        (ONE, "2010-01-01", "resident_pension#341602001001", "a"),
        (TWO, "2010-01-01", "resident_pension#341602001001", "a"),
    )
    assert reasons(without_effect.of_roster(rows, before, place)) == ["already_known", None, None]


def test_a_file_from_before_says_that_nobody_has_counted() -> None:
    at, counts = datetime(2025, 6, 30, tzinfo=UTC), Counts(5, 4, 1)
    file = DroppedFile(
        FileId("f"), "hrss", FeedId("roster"), ON, "", "d", FileState.LOADED, at, counts,
        changed_nothing={"already_known": 3},
    )  # fmt: skip
    assert file.changed == 1
    assert decode(DroppedFile, encode(file)) == file
    before = encode(file).replace('"changed_nothing":{"already_known":3},', "")
    assert before != encode(file)
    assert decode(DroppedFile, before).changed is None
