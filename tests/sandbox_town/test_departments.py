"""Files of the town are right by declaration, and wrong only where that was meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import pytest

from chalicelib.clock import civil_date
from chalicelib.model import FeedId, FileState
from chalicelib.sources.feeds.feed import Feed, load_feeds
from sandbox.town.departments import drops, key_of
from sandbox.town.lives import Happening
from sandbox.town.mishaps import UNKNOWN_FEED, mishaps
from sandbox.town.people import Town
from sandbox.town.registers import Paid, payments_drop, roster_drop
from sandbox.town.rhythms import Rhythm, handing_over, rhythm_of, sending_days, style_of
from sandbox.town.shapes import DateShape, Kind, Style
from tests.sandbox_town.conftest import PACK
from tests.sandbox_town.reading import everybody, read

Feeds = Mapping[FeedId, Feed]


EVIDENCE = sorted(name for name, feed in load_feeds(PACK).items() if feed.kind == "evidence")


@pytest.mark.parametrize("name", EVIDENCE)
def test_every_row_comes_back_as_it_was_meant(name: str, town: Town, feeds: Feeds) -> None:
    roster = everybody(town)
    sizes: list[int] = []
    for drop in drops(town, {FeedId(name): feeds[FeedId(name)]}):
        reading, written = read(drop, feeds, roster)
        counts = reading.counts
        assert reading.hold is None, drop.key
        assert (counts.rows, counts.rejected, counts.strangers) == (
            written.rows,
            written.rejected,
            written.strangers,
        )
        sizes.append(counts.rows)
    assert len(sizes) > 1
    assert min(sizes) * 2 > sorted(sizes)[len(sizes) // 2], "half a usual file would be held"


def test_evidence_says_what_happened_to_whom(town: Town, feeds: Feeds) -> None:
    roster = everybody(town)
    drop = next(d for d in drops(town, feeds) if d.feed == "hospital_inpatient" and d.at.year == 2025)
    reading, written = read(drop, feeds, roster)
    told = {
        (person, evidence.key.day, evidence.key.event)
        for person, items in reading.evidence.items()
        for evidence in items
    }
    meant = {
        (town.people[index].number, happening.day, happening.event) for index, happening in written.about
    }
    assert told == meant


def test_every_happening_is_written_down_once_and_not_before_its_day(town: Town, feeds: Feeds) -> None:
    seen: dict[tuple[int, Happening], int] = defaultdict(int)
    for drop in drops(town, feeds):
        _, written = drop.make()
        sent = civil_date(drop.at)
        is_list = feeds[FeedId(drop.feed)].day == "as_of"
        assert all(h.day < sent or is_list for _, h in written.about)
        for index, happening in written.about:
            seen[index, happening] += 1
    assert seen
    assert set(seen.values()) == {1}


def test_files_are_the_same_whatever_is_made_first(town: Town, feeds: Feeds) -> None:
    forwards = [drop.make()[0] for drop in drops(town, feeds) if drop.feed == "bus_rides"]
    backwards = [drop.make()[0] for drop in reversed(list(drops(town, feeds))) if drop.feed == "bus_rides"]
    assert forwards == backwards[::-1]


def test_the_roster_says_everybody_and_every_claim(town: Town, feeds: Feeds) -> None:
    reading, written = read(roster_drop(town, feeds[FeedId("roster")], town.end), feeds, None)
    claims = {
        (person.number_on(town.end), claim.benefit, claim.fen, claim.certified_until, claim.payee)
        for person in town.people
        for claim in person.claims
    }
    assert {(e.number, e.benefit, e.fen, e.certified_until, e.payee) for e in reading.entries} == claims
    assert reading.counts.rejected == written.rejected > 0
    phones = {entry.number: entry.phone for entry in reading.entries}
    groups = {entry.number: entry.key_groups for entry in reading.entries}
    assert phones == {person.number_on(town.end): person.phone for person in town.people}
    assert groups == {person.number_on(town.end): person.key_groups for person in town.people}


def test_payments_say_who_got_what(town: Town, feeds: Feeds) -> None:
    person = next(p for p in town.people if p.claims[0].fen)
    claim = person.claims[0]
    paid = [Paid(person.index, claim.benefit, "2025-03", claim.fen)]  # type: ignore[list-item]
    drop = payments_drop(town, feeds[FeedId("payments")], date(2025, 3, 10), paid)
    reading, written = read(drop, feeds, everybody(town))
    ((who, payment),) = reading.payments
    assert who == person.number
    assert (payment.benefit, payment.month, payment.fen) == (claim.benefit, "2025-03", claim.fen)
    assert written.rows == 1


def test_bad_files_are_refused_for_the_reason_they_were_made(town: Town, feeds: Feeds) -> None:
    sent = {drop.key: drop for drop in drops(town, feeds)}
    bad = list(mishaps(town, feeds, sent))
    codes = {}
    for drop in bad:
        if drop.feed == UNKNOWN_FEED or "again" in drop.key or "short" in drop.key:
            continue
        reading, written = read(drop, feeds, everybody(town))
        assert reading.hold is not None
        assert reading.hold.state is written.state is FileState.REFUSED
        codes[drop.key.rpartition("/")[2]] = reading.hold.code.value
    assert codes == {
        "without_day.csv": "column_missing",
        "empty.csv": "empty",
        "cut_off.csv": "unclosed_quote",
    }


def test_a_file_far_below_the_usual_size_is_held_and_about_nobody(town: Town, feeds: Feeds) -> None:
    sent = {drop.key: drop for drop in drops(town, feeds)}
    short = next(drop for drop in mishaps(town, feeds, sent) if "short" in drop.key)
    usual = max(drop.make()[1].rows for drop in sent.values() if drop.feed == short.feed)
    reading, written = read(short, feeds, everybody(town), usual_rows=usual)
    assert reading.hold is not None
    assert reading.hold.state is written.state is FileState.HELD
    assert reading.counts.accepted == 0


def test_a_file_that_comes_twice_has_the_same_bytes(town: Town, feeds: Feeds) -> None:
    sent = {drop.key: drop for drop in drops(town, feeds)}
    again = next(drop for drop in mishaps(town, feeds, sent) if "again" in drop.key)
    assert any(again.make()[0] == drop.make()[0] for drop in sent.values() if drop.feed == again.feed)
    assert again.key not in sent


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        ({"every_weeks": 1, "weekday": 0}, [6, 13, 20, 27]),
        ({"every_weeks": 2, "weekday": 0}, [6, 20]),
        ({"every_months": 1, "day": 15}, [15]),
        ({"every_months": 2, "month": 0, "day": 15}, [15]),
        ({"every_months": 2, "month": 1, "day": 15}, []),
    ],
)
def test_a_rhythm_falls_on_its_days(rhythm: dict[str, int], days: list[int]) -> None:
    style = Style(Kind.UTF8, DateShape.ISO)
    fell = sending_days(Rhythm(style, 31, **rhythm), date(2025, 1, 1), date(2025, 1, 31))
    assert [day.day for day in fell] == days


def test_a_feed_comes_as_often_as_it_declares(feeds: Feeds) -> None:
    for feed in feeds.values():
        if feed.arrives is None or feed.kind != "evidence":
            continue
        days = list(sending_days(rhythm_of(feed), date(2025, 1, 1), date(2026, 12, 31)))
        assert days, feed.id
        gaps = {(later - earlier).days for earlier, later in pairwise(days)}
        assert max(gaps) <= feed.arrives.every.longest_days, feed.id


def test_the_history_is_handed_over_in_files_of_the_usual_size() -> None:
    rhythm = Rhythm(Style(Kind.UTF8, DateShape.ISO), 31, every_months=1, day=5)
    days = handing_over(rhythm, date(2024, 4, 6), date(2025, 1, 1))
    assert days[-1] == date(2024, 12, 31)
    assert {(later - earlier).days for earlier, later in pairwise(days)} == {93}


def test_a_key_says_department_feed_day_and_name(feeds: Feeds) -> None:
    key = key_of(feeds[FeedId("bus_rides")], date(2025, 2, 5), "x.csv")
    assert key == "transport/bus_rides/20250205/x.csv"


def test_departments_write_in_many_kinds_and_shapes(feeds: Feeds) -> None:
    styles = [style_of(feed) for feed in feeds.values() if feed.kind == "evidence"]
    assert len({style.kind for style in styles}) > 2
    assert len({style.dates for style in styles}) > 2
