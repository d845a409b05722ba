"""A file of any feed that bears names, cut by a spreadsheet: held; once released, its people are found again.

What is found by 15 digits, name and roster neither certifies strongly nor accuses of death.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.jurisdiction import PACKS, load_folder
from chalicelib.model import FileId, Outcome, PersonId
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import HoldCode
from tests.feeds.test_feeds import FEEDS, FILES, named
from tests.people import a_person, an_entitlement
from tests.sources.builders import number

ON = date(2026, 6, 30)
NAMED = [(pack, feed) for pack, feed in FILES if feed.kind == "evidence" and "name" in feed.fields]
RULES = {pack: load_folder(PACKS / pack).rules for pack in FEEDS}
DRAWN = {pack: [an_entitlement(code) for code in rules.benefits] for pack, rules in RULES.items()}
BORN = [f"{date(1950, 1, 1) + timedelta(days):%Y%m%d}" for days in range(24)]
PEOPLE = {number(7, born): f"王{chr(0x4E00 + place)}" for place, born in enumerate(BORN)}
PEOPLE = {whole: name for whole, name in PEOPLE.items() if not whole.endswith("X")}
ROSTER = RosterIndex.of({whole: PersonId(whole) for whole in PEOPLE}, PEOPLE)
DEATHS = [(pack, f) for pack, f in NAMED if any(e.suspicion == "death" for e in f.events.values())]


def file_of(feed: Feed, event: str, *, cut: bool, with_names: bool = True) -> bytes:
    """A row about each of the people, as the department would send it."""
    lines = []
    for whole, name in PEOPLE.items():
        cells = {
            "number": f"{whole[:15]}000" if cut else whole,
            "name": name,
            **dict.fromkeys(feed.facts, ""),
        }
        cells |= dict.fromkeys(feed.required & set(feed.facts), "李四")
        cells |= {field: next(iter(codes)) for field in feed.facts if (codes := feed.codes_of(field))}
        cells |= {"day": (ON - timedelta(20)).isoformat()}
        cells |= {"event": feed.code_for("event", event)} if "event" in feed.fields else {}
        lines.append([cells.get(field, "") for field in feed.fields if with_names or field != "name"])
    header = [name for field, name in feed.fields.items() if with_names or field != "name"]
    return "\n".join(",".join(row) for row in (header, *lines)).encode()


def read(feed: Feed, data: bytes, *, released: bool = False) -> FileReading:
    return read_file(data, ReadingContext(feed, ROSTER, FileId("F"), on=ON, as_of=ON, released=released))


def events_of(feed: Feed) -> list[str]:
    return [code for code, event in feed.events.items() if event.proves != "withdrawal"]


@named(NAMED)
def test_names_cost_a_sound_file_nothing(pack: str, feed: Feed) -> None:
    for event in events_of(feed):
        reading = read(feed, file_of(feed, event, cut=False))
        without = read(feed, file_of(feed, event, cut=False, with_names=False))
        assert reading.hold is without.hold is None
        assert reading.counts == without.counts
        assert reading.counts.accepted == len(PEOPLE)
        assert reading.evidence == without.evidence
        assert "姓名" in {note.field for note in without.notes}


@named(NAMED)
def test_a_cut_file_waits_and_once_released_everybody_is_found_again(pack: str, feed: Feed) -> None:
    assert feed.main is not None
    data = file_of(feed, feed.main, cut=True)
    held = read(feed, data).hold
    assert held is not None
    assert held.code is HoldCode.NUMBERS_DAMAGED
    freed = read(feed, data, released=True)
    assert (freed.counts.accepted, freed.counts.rejected) == (len(PEOPLE), 0)
    assert all(item.recovered for items in freed.evidence.values() for item in items)
    nameless = read(feed, file_of(feed, feed.main, cut=True, with_names=False), released=True)
    assert nameless.counts.rejected == len(PEOPLE)


@named(NAMED)
def test_who_was_found_again_is_neither_certified_by_it_nor_accused(pack: str, feed: Feed) -> None:
    rules = RULES[pack]
    for event in events_of(feed):
        freed = read(feed, file_of(feed, event, cut=True), released=True)
        for person, evidence in freed.evidence.items():
            who = a_person(id=person, born=date(int(person[6:10]), int(person[10:12]), 1))
            decision = decide(who, DRAWN[pack], evidence, rules, ON)
            assert not {verdict.outcome for verdict in decision.verdicts} & {Outcome.STRONG, Outcome.WEAK}
            assert "death" not in {finding.kind for finding in decision.findings}


@named(DEATHS)
def test_a_whole_number_in_the_same_row_would_have_accused(pack: str, feed: Feed) -> None:
    """What the promise above would not be worth without."""
    deadly = next(code for code, event in feed.events.items() if event.suspicion == "death")
    [evidence, *_] = read(feed, file_of(feed, deadly, cut=False)).evidence.values()
    decision = decide(a_person(), DRAWN[pack], evidence, RULES[pack], ON)
    assert "death" in {finding.kind for finding in decision.findings}


@pytest.mark.parametrize(("pack", "most"), [("bozhou", 11), ("jining", 6), ("anhui", 6)])
def test_few_feeds_are_sent_without_names(pack: str, most: int) -> None:
    nameless = [f.id for p, f in FILES if p == pack and f.kind == "evidence" and "name" not in f.fields]
    assert len(nameless) <= most
    assert not [f.id for p, f in FILES if p == pack and f.kind == "evidence" and "姓名" in f.not_used]
