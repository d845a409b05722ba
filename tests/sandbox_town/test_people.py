"""The town: the same for the same seed, plausible, and nobody in it exists."""

from __future__ import annotations

from collections import Counter

from chalicelib.jurisdiction import load
from chalicelib.sources.people.identity_numbers import canonical
from chalicelib.sources.values.cells import read_area_code, read_phone
from sandbox.town.feed_profile import Habits
from sandbox.town.kinds_of_life import BORROWED_CARD
from sandbox.town.lives import Happening, Manner
from sandbox.town.names import FIRST_SEQUENCE, counties_of, name_of, short_number
from sandbox.town.people import Town
from sandbox.town.townsperson import Townsperson
from tests.sandbox_town.reading import chance_of

HABITS = Habits.of(load("bozhou").feeds)
CARDS = {(event.feed, event.event) for event in HABITS.cards}
OTHERS_TOO = {(event.feed, event.event) for event in (*HABITS.accounts, *HABITS.households)}


def told(happening: Happening) -> tuple[str, str]:
    return happening.feed, happening.event


def test_same_seed_gives_the_same_town() -> None:
    assert Town.generate(people=60, seed=3) == Town.generate(people=60, seed=3)


def test_another_seed_gives_another_town() -> None:
    assert Town.generate(people=60, seed=3).people != Town.generate(people=60, seed=4).people


def test_every_number_is_sound_invented_and_one_persons_own(town: Town) -> None:
    numbers = [p.number for p in (*town.people, *town.strangers)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert canonical(number, town.start) == number
        assert number[:6] in counties_of("bozhou")
        assert int(number[14:17]) >= FIRST_SEQUENCE


def test_the_sex_in_a_number_is_the_persons(town: Town) -> None:
    assert all(int(person.number[16]) % 2 == person.male for person in town.people)


def test_no_number_looks_like_one_that_a_spreadsheet_cut(town: Town) -> None:
    assert not any(p.number.endswith("000") for p in (*town.people, *town.strangers))


def test_what_the_roster_says_of_people_can_be_read(town: Town) -> None:
    for person in town.people:
        assert read_area_code(person.area, town.start) == person.area
        assert person.phone is None or read_phone(person.phone, town.start) == person.phone
        assert 1 <= len(person.claims) <= 3
        assert len({claim.benefit for claim in person.claims}) == len(person.claims)
        for claim in person.claims:
            until = claim.certified_until
            assert claim.since < person.joins
            assert until is None or until > town.start


def test_shares_are_those_of_a_county(town: Town) -> None:
    count = len(town.people)
    without_phone = sum(person.phone is None for person in town.people)
    claims = sum(len(person.claims) for person in town.people)
    manners = Counter(person.life.manner for person in town.people)
    assert 0.10 < without_phone / count < 0.20
    assert 1.1 < claims / count < 1.4
    assert manners[Manner.VISIBLE] / count > 0.8
    assert manners[Manner.UNSEEN] > 0


def test_a_cadres_phone_serves_several_elders(town: Town) -> None:
    shared = [people for people in town.by_phone.values() if len(people) > 1]
    assert shared
    assert all(person.shares_phone for people in shared for person in people)


def test_the_dead_leave_no_trace_of_their_own(town: Town) -> None:
    for person in _dead(town):
        died = person.life.dies_on
        assert died is not None
        own = [h for h in person.life.happenings if h.by_herself and h.accuses is None]
        assert all(h.day < died for h in own if told(h) not in OTHERS_TOO)
        assert not any(listed.on(died) for listed in person.life.listed)


def test_relatives_never_use_her_card_beside_another_trace() -> None:
    town = Town.generate(people=3000, seed=11)
    others = 0
    for person in _dead(town):
        if person.kind == BORROWED_CARD:
            continue  # a life of its own: it is to certify, for as long as it may
        after = {told(h) for h in person.life.happenings if not h.by_herself}
        weak_before = {told(h) for h in person.life.happenings if h.by_herself and told(h) in CARDS}
        others += bool(after)
        assert after <= OTHERS_TOO or after <= CARDS
        assert not (after and weak_before)
        if after and after <= CARDS:
            assert not any(told(h) in OTHERS_TOO for h in person.life.happenings)
    assert others > 5


def test_departments_are_wrong_about_the_living_now_and_then() -> None:
    town = Town.generate(people=3000, seed=11)
    wrong = [person for person in town.people if any(h.wrong for h in person.life.happenings)]
    assert wrong
    assert all(person.life.dies_on is None for person in wrong)


def test_in_hospital_from_admission_to_discharge(town: Town) -> None:
    person = next(p for p in town.people if p.life.dies_on is None and p.life.stays)
    stay = person.life.stays[0]
    assert stay.ended is not None
    assert person.life.in_hospital_on(stay.began)
    assert not person.life.in_hospital_on(stay.ended)


def test_names_have_rare_characters_and_dots_among_them() -> None:
    rng = chance_of("names")
    names = "".join(name_of(index % 2 == 0, rng) for index in range(3000))
    assert "䶮" in names
    assert "·" in names


def test_the_short_form_of_a_number_leaves_out_century_and_check() -> None:
    assert short_number("440524188001010014") is None
    assert short_number("11010519491231002X") == "110105491231002"


def test_a_few_begin_to_draw_during_the_run(town: Town) -> None:
    new = [person for person in town.people if person.is_new]
    assert 0 < len(new) / len(town.people) < 0.03
    assert all(person.joins > town.start for person in new)
    assert {person.joins for person in town.people if not person.is_new} == {town.start}


def test_a_child_may_draw_for_a_parents_sake(town: Town) -> None:
    children = [person for person in town.people if person.relative is not None]
    assert children
    ends = {person.relative.ends_on for person in children if person.relative is not None}
    assert None in ends
    assert any(day is not None and day < town.end for day in ends)
    numbers = {person.relative.number for person in children if person.relative is not None}
    assert numbers.isdisjoint(town.by_number)


def _dead(town: Town) -> list[Townsperson]:
    return [person for person in town.people if person.life.dies_on is not None]
