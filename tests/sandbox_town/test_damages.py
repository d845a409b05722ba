"""A spreadsheet has cut a file's numbers: it is held, and once released it proves nothing by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.clock import civil_date
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, FileState, PersonId, SuspicionKind
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import read_file
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import HoldCode
from sandbox.checks.run_result import Run
from sandbox.town.damages import damages
from sandbox.town.departments import Drop, Written, drops
from sandbox.town.lives import Happening
from sandbox.town.people import Town
from tests.sandbox_town.reading import read
from tests.sandbox_town.runs import KEY, a_file, a_step, amend, broken
from tests.sandbox_town.test_departments import Feeds

NEITHER = "who was recovered from a cut number is neither certified nor accused"


@pytest.fixture
def cut_drops(town: Town, feeds: Feeds) -> list[Drop]:
    sent = {drop.key: drop for drop in drops(town, feeds)}
    found = list(damages(town, feeds, sent))
    assert {drop.key for drop in found} <= sent.keys()
    return found


def test_one_file_certifies_and_one_tells_of_deaths(cut_drops: list[Drop], feeds: Feeds) -> None:
    said = []
    for drop in cut_drops:
        events = feeds[FeedId(drop.feed)].events
        found = drop.make()[1].recovered
        assert found, "otherwise the promise has nothing to say"
        said.append({events[what.event].suspicion for _, what in found})
    assert said == [{None}, {SuspicionKind.DEATH}]


def test_a_cut_file_is_held_and_released_it_is_what_the_town_reckoned(
    town: Town, feeds: Feeds, cut_drops: list[Drop]
) -> None:
    for drop in cut_drops:
        feed, day = feeds[FeedId(drop.feed)], civil_date(drop.at)
        people = [person for person in town.people if person.joins <= day]
        relatives = [person.relative for person in people if person.relative is not None]
        roster = RosterIndex.of(
            {each.number: PersonId(each.number) for each in (*people, *relatives)},
            {each.number: each.name for each in (*people, *relatives)},
        )
        held, written = read(drop, feeds, roster)
        assert held.hold is not None
        assert held.hold.code is HoldCode.NUMBERS_DAMAGED
        assert written.state is FileState.HELD
        context = ReadingContext(feed, roster, FileId("F"), day, day, released=True)
        passed = read_file(drop.make()[0], context)
        counts = passed.counts
        assert (counts.rows, counts.rejected, counts.strangers) == (
            written.rows,
            written.rejected,
            written.strangers,
        )
        said = {
            (who, item.key.day, item.key.event, item.recovered)
            for who, items in passed.evidence.items()
            for item in items
        }
        for cut, about in ((False, written.about), (True, written.recovered)):
            assert {(town.people[i].number, h.day, h.event, cut) for i, h in about} <= said
        assert len(said) == len(written.about) + len(set(written.recovered) - set(written.about))


SEEN = Happening(date(2025, 3, 1), FeedId("bus_rides"), "ridden")
RIDE = EvidenceKey(SEEN.day, SEEN.feed, SEEN.event)
STAYED = Happening(date(2025, 3, 1), FeedId("hospital_inpatient"), "admitted")
STAY = EvidenceKey(STAYED.day, STAYED.feed, STAYED.event)
STEPS = (
    replace(a_step(FileState.HELD), reason="numbers_damaged"),
    replace(a_step(FileState.RELEASED), by="officer-1"),
    a_step(FileState.LOADED),
)


def cut(run: Run, steps: Any = STEPS, said: Happening = SEEN, **of_record: Any) -> Run:
    """Somebody was recovered from a cut number in a file that an officer had released."""
    written: Written = run.truth.scene.diary.files[KEY]
    run.truth.scene.diary.files[KEY] = replace(written, feed=said.feed, recovered=((0, said),))
    run.truth.files[0] = a_file(steps=steps)
    return amend(run, **of_record)


def test_whoever_was_recovered_is_as_before(run: Run) -> None:
    assert broken(cut(run)) == []
    item = Evidence(RIDE, FileId("F1"), 2, recovered=True)
    assert broken(cut(run, evidence=(item,))) == []


@pytest.mark.parametrize("steps", [STEPS[1:], (STEPS[0], STEPS[2])])
def test_a_cut_file_that_nobody_held_or_released(run: Run, steps: Any) -> None:
    assert NEITHER in broken(cut(run, steps))


def test_a_certificate_or_suspicion_that_rests_on_a_cut_number(run: Run) -> None:
    drawn = run.truth.records[0].entitlements[0]
    assert NEITHER in broken(cut(run, said=STAYED, entitlements=(replace(drawn, evidence=STAY),)))
    assert NEITHER not in broken(cut(run, entitlements=(replace(drawn, evidence=RIDE),))), "a weak trace"
    assert NEITHER in broken(cut(run, entitlements=(drawn,), evidence=(Evidence(RIDE, FileId("F1"), 2),)))
