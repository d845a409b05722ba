"""The town follows whatever a pack declares: every feed is used, every benefit drawn by who may draw it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from chalicelib.engine.rules.conditions import ConditionKind
from chalicelib.jurisdiction import load
from chalicelib.jurisdiction.loader import PACKS
from chalicelib.model import BenefitCode, Proves, Strength
from sandbox.town.claims import STEADY, Benefits, State, Wanted
from sandbox.town.departments import drops
from sandbox.town.feed_profile import Habits
from sandbox.town.kinds_of_life import CARD_RENEWED
from sandbox.town.mishaps import mishaps
from sandbox.town.names import COUNTIES
from sandbox.town.people import HISTORY, Town
from sandbox.town.rhythms import style_of
from sandbox.town.shapes import DateShape, Kind, Packing
from tests.sandbox_town.reading import chance_of, everybody, read

ALL = sorted(folder.name for folder in PACKS.iterdir() if (folder / "feeds").is_dir())


@pytest.fixture(scope="module", params=ALL)
def town(request: pytest.FixtureRequest) -> Town:
    return Town.generate(people=100, seed=1, pack=request.param)


def test_every_pack_has_a_place(town: Town) -> None:
    assert {village[:6] for village in town.villages} <= set(COUNTIES[town.pack])
    assert all(village.startswith(town.city) for village in town.villages)


def test_every_feed_delivers_and_whatever_certifies_is_about_somebody(town: Town) -> None:
    feeds = load(town.pack).feeds
    files: Counter[str] = Counter()
    about: Counter[str] = Counter()
    for drop in drops(town, feeds):
        files[drop.feed] += 1
        about[drop.feed] += len(drop.make()[1].about)
    evidence = {name: feed for name, feed in feeds.items() if feed.kind == "evidence"}
    assert set(files) == set(evidence)
    certifying = {
        name
        for name, feed in evidence.items()
        if any(event.strength is Strength.STRONG for event in feed.events.values())
    }
    assert not {name for name in certifying if not about[name]}


def test_every_benefit_of_a_pack_is_drawn(town: Town) -> None:
    drawn = {claim.benefit for person in town.people for claim in person.claims}
    assert drawn == set(load(town.pack).rules.benefits)


def test_who_draws_a_benefit_may_draw_it_for_the_whole_run(town: Town) -> None:
    rules = load(town.pack).rules
    for person in town.people:
        for claim in person.claims:
            for clause in rules.benefit_on(claim.benefit, town.start).conditions:
                young = clause.when is ConditionKind.AGED_UNDER
                day = town.end if young else town.start
                age = (day - person.born).days / 365.25
                if young:
                    assert age < int(clause.value or 0)
                elif clause.when is ConditionKind.AGED_AT_LEAST:
                    assert age > int(clause.value or 0) - 0.01


def test_a_state_that_a_benefit_asks_for_is_on_the_lists(town: Town) -> None:
    rules = load(town.pack).rules
    for person in town.people:
        life = person.life
        listed = {(one.feed, one.event): dict(one.facts) for one in (*life.happenings, *life.listed)}
        for claim in person.claims:
            for clause in rules.benefit_on(claim.benefit, town.start).conditions:
                if clause.when is not ConditionKind.SHOWN or clause.of is not None or clause.fact is None:
                    continue
                facts = listed.get(clause.by[0].key)
                assert life.dies_on or life.in_custody or facts is not None
                assert facts is None or facts[clause.fact] in clause.one_of


def test_a_record_is_taken_back_in_the_smallest_town(town: Town) -> None:
    back = [(p, h) for p in town.people for h in p.life.happenings if h.takes_back]
    assert back
    for person, taken in back:
        (wrong,) = [h for h in person.life.happenings if h.event == taken.takes_back and h.day == taken.day]
        assert wrong.wrong
        assert taken.noted is not None
        assert taken.noted > wrong.day + timedelta(34), "found out before it was written down"


def test_bad_files_of_every_pack_are_what_they_were_meant_to_be(town: Town) -> None:
    feeds = load(town.pack).feeds
    sent = {drop.key: drop for drop in drops(town, feeds)}
    for bad in mishaps(town, feeds, sent):
        if bad.feed in feeds and "again" not in bad.key:
            reading, written = read(bad, feeds, everybody(town), usual_rows=bad.size or 100)
            assert reading.hold is not None
            assert reading.hold.state is written.state, bad.key


def test_departments_know_every_way_of_writing() -> None:
    styles = [style_of(f) for name in ALL for f in load(name).feeds.values() if f.kind == "evidence"]
    assert {style.kind for style in styles} == set(Kind)
    assert {style.dates for style in styles} == set(DateShape)
    assert {style.separator for style in styles} == {",", "\t", "|"}
    assert {style.packing for style in styles} == set(Packing)
    for habit in ("synonyms", "titled", "totals"):
        assert {getattr(style, habit) for style in styles} == {True, False}


# --- what is read from declarations --------------------------------------------------------------


def test_events_are_sorted_by_what_they_say() -> None:
    habits = Habits.of(load("bozhou").feeds)
    hospital = next(place for place in habits.places if place.feed == "hospital_inpatient")
    assert (hospital.begins, hospital.ends, hospital.died) == ("admitted", "discharged", "died")
    assert hospital.seen == ("treated",)
    assert {place.feed for place in habits.handled} >= {"wanshitong_face"}
    assert {event.feed for event in habits.homes} == {"care_home"}
    assert "gas_bills" in {event.feed for event in habits.households}
    assert habits.takes_back["cremations", "cremated"] == "withdrawn"  # type: ignore[index]
    assert not any(event.proves is Proves.PRESENCE for event in habits.asides)


def test_a_band_is_for_those_whom_no_earlier_band_takes() -> None:
    benefits = Benefits.of(load("bozhou").rules, ["old_age_allowance"], date(2025, 1, 1))
    bands = [(w.youngest, w.oldest) for w in benefits.wanted[BenefitCode("old_age_allowance")]]
    assert bands == sorted(bands, reverse=True)
    assert all(older[0] == younger[1] for older, younger in pairwise(bands))


@pytest.mark.parametrize("wanted", [Wanted(BenefitCode("x"), 0, 18), Wanted(BenefitCode("x"), 80, 90)])
def test_nobody_passes_an_age_that_matters_within_a_run(wanted: Wanted) -> None:
    ages = [wanted.age(chance_of("age", n)) for n in range(200)]
    assert min(ages) >= wanted.youngest
    assert max(ages) <= wanted.oldest - STEADY


def test_a_state_is_known_from_before_the_run_on() -> None:
    town = Town.generate(people=100, seed=1, pack="jining")
    lasting = [person for person in town.people if person.kind != CARD_RENEWED]
    listed = [one for person in lasting for one in person.life.listed]
    assert listed
    assert {one.since for one in listed} == {town.start - HISTORY}
    assert State(listed[0].feed, listed[0].event).facts == ()
