"""Lazy renewal: what may wait in the lake, and what a record needs of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.certification.lazy_renewal import (
    may_join,
    may_wait,
    newest,
    worth_weighing,
    worth_writing,
)
from chalicelib.engine.rules.policy import LazyRenewal, Policy
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import Entitlement, Evidence
from tests.events import RULES
from tests.people import a_person, an_entitlement, day, some_evidence

ON = day("2025-07-01")


def on_days(what: str, *days: int) -> list[Evidence]:
    return [some_evidence(what, ON - timedelta(days=each)) for each in days]


WAITS = [
    ("travel_agency/travelled", True, "plain strong presence"),
    ("bus_rides/ridden", True, "plain weak presence"),
    ("service_hall/by_proxy", True, "known, and of no weight"),
    ("custody/outside_prison", False, "it may end a custody"),
    ("custody/bailed", False, "it may end a state that no condition asks about"),
    ("hospital_inpatient/admitted", False, "the beginning of a stay holds a suspension"),
    ("hospital_inpatient/discharged", False, "the end of a stay"),
    ("care_home/resident", False, "a stay"),
    ("cremations/cremated", False, "a loss"),
    ("custody/sentence", False, "a loss"),
    ("employee_pension/registered", False, "an exclusion"),
    ("marriage_registration/married", False, "presence, and a condition asks about it"),
    ("nobody/declared", False, "nobody knows what it is"),
]


@pytest.mark.parametrize(("what", "waits", "why"), WAITS)
def test_what_may_wait_in_the_lake(what: str, waits: bool, why: str) -> None:
    assert may_wait(some_evidence(what, ON), RULES) is waits, why


STAYS = ["hospital_inpatient/admitted", "hospital_inpatient/discharged", "hospital_inpatient/died"]


def test_stays_wait_where_the_policy_says_so_and_bear_on_decisions_all_the_same() -> None:
    lazy = RULES.policy.lazy_renewal.model_copy(update={"stays_wait": True})
    policy = RULES.policy.model_copy(update={"lazy_renewal": lazy})
    rules = replace(RULES, policy=policy)
    stays = [some_evidence(what, ON) for what in STAYS]
    assert [may_wait(item, rules) for item in stays] == [True, True, False], "a death never waits"
    assert worth_weighing(stays, rules, ON) == stays


def test_what_a_condition_asks_about_bears_on_decisions_however_old() -> None:
    wedding, trip = (
        on_days(what, 900) for what in ("marriage_registration/married", "travel_agency/travelled")
    )
    assert worth_weighing([*wedding, *trip], RULES, ON) == wedding


NEWEST = [
    ("travel_agency/travelled", [2], "strong presence: the newest says everything"),
    ("bus_rides/ridden", [2, 5, 9], "weak presence: it takes several days to make a combination"),
    ("hospital_inpatient/admitted", [2, 5, 9], "the beginning of a stay holds a suspension"),
    ("cremations/cremated", [2, 5, 9], "a loss is never dropped"),
    ("nobody/declared", [2, 5, 9], "nobody knows what it is"),
]


@pytest.mark.parametrize(("what", "kept", "why"), NEWEST)
def test_the_newest_of_strong_presence_and_all_of_the_rest(what: str, kept: list[int], why: str) -> None:
    found = newest(on_days(what, 5, 2, 9), RULES)
    assert sorted((ON - item.key.day).days for item in found) == kept, why


def test_a_recovered_identity_does_not_stand_in_for_one_that_was_read() -> None:
    read, recovered = on_days("travel_agency/travelled", 5, 2)
    recovered = Evidence(recovered.key, recovered.file, recovered.line, recovered=True)
    assert newest([read, recovered], RULES) == [read, recovered]


WEIGHED = [
    ("travel_agency/travelled", 366, True, "it may carry to this very day"),
    ("travel_agency/travelled", 367, False, "nothing carries longer than a year"),
    ("bus_rides/ridden", 30, True, "weak presence"),
    ("service_hall/by_proxy", 1, False, "of no weight"),
    ("custody/outside_prison", 1, True, "a parent's sentence is over, which a condition asks about"),
    ("cremations/cremated", 2000, True, "a loss does not age"),
    ("nobody/declared", 1, False, "no feed declares it any more"),
]


@pytest.mark.parametrize(("what", "days", "weighed", "why"), WEIGHED)
def test_what_can_still_bear_on_a_decision(what: str, days: int, weighed: bool, why: str) -> None:
    assert bool(worth_weighing(on_days(what, days), RULES, ON)) is weighed, why


def written(
    items: list[Evidence],
    *known: Evidence,
    awaited: bool,
    drawn: Entitlement | None = None,
    rules: RuleBook = RULES,
) -> list[Evidence]:
    draws = drawn or an_entitlement()
    decision = decide(a_person(), [draws], [*known, *items], rules, ON)
    return list(worth_writing(items, known, decision, rules, {draws.benefit}, awaited=awaited))


JOIN = [
    ("bus_rides/ridden", True, "weak presence"),
    ("travel_agency/travelled", False, "strong presence decides alone"),
    ("custody/outside_prison", False, "of no weight"),
    ("nobody/declared", False, "nobody knows what it is"),
]


@pytest.mark.parametrize(("what", "joins", "why"), JOIN)
def test_weak_presence_may_join_what_is_known_already(what: str, joins: bool, why: str) -> None:
    assert may_join(some_evidence(what, ON), RULES) is joins, why


def test_far_from_the_end_only_what_the_certificate_rests_on_is_written() -> None:
    travelled, rides = on_days("travel_agency/travelled", 5, 40), on_days("bus_rides/ridden", 3, 6)
    stay = on_days("hospital_inpatient/admitted", 200)
    assert written([*travelled, *rides, *stay], awaited=False) == [travelled[0], *stay]


def test_near_the_end_stays_are_written_too_and_presence_that_moved_nothing_waits() -> None:
    lazy = RULES.policy.lazy_renewal.model_copy(update={"stays_wait": True})
    rules = replace(RULES, policy=RULES.policy.model_copy(update={"lazy_renewal": lazy}))
    travelled, rides = on_days("travel_agency/travelled", 5, 40), on_days("bus_rides/ridden", 3, 60)
    stay = on_days("hospital_inpatient/admitted", 200)
    found = [*travelled, *rides, *stay]
    assert written(found, awaited=True, rules=rules) == [travelled[0], *stay]
    assert written(found, awaited=False, rules=rules) == [travelled[0]]


def test_a_benefit_that_counts_history_gets_the_newest_of_each_event() -> None:
    drawn = an_entitlement("unemployment_benefit")
    assert "unemployment_benefit" in RULES.with_history
    older = [*on_days("travel_agency/travelled", 250), *on_days("driving_licence/renewed", 200, 240)]
    assert written(older, on_days("travel_agency/travelled", 5)[0], awaited=True, drawn=drawn) == older[1:2]
    assert written(older, on_days("travel_agency/travelled", 5)[0], awaited=True) == []


def test_what_a_combination_rests_on_is_written_however_old() -> None:
    weak = [*on_days("bus_rides/ridden", 80, 85), *on_days("pharmacy_purchases/bought", 82)]
    assert written(weak, awaited=True) == weak


def test_nothing_older_is_written_beside_what_the_record_holds() -> None:
    known, older = on_days("travel_agency/travelled", 5, 40)
    assert written([older], known, awaited=True) == []


def test_presence_after_a_death_is_written_because_it_accuses() -> None:
    seen = on_days("travel_agency/travelled", 5)
    (death,) = on_days("cremations/cremated", 30)
    assert written(seen, death, awaited=False) == seen


def test_lazy_renewal_may_not_begin_after_cases_open() -> None:
    words = RULES.policy.model_dump(by_alias=True)
    words["lazy_renewal"] = {"days_before_end": RULES.policy.timeline.window_days - 1}
    with pytest.raises(ValueError, match="lazy_renewal"):
        Policy.model_validate(words)


@pytest.mark.parametrize(("days", "everything"), [(365, False), (366, True)])
def test_the_whole_period_writes_everything(days: int, everything: bool) -> None:
    assert LazyRenewal(days_before_end=days).writes_everything is everything


def test_stays_do_not_wait_unless_somebody_says_so() -> None:
    assert not LazyRenewal(days_before_end=90).stays_wait
