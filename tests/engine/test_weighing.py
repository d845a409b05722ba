"""Weak items certify only in a quantified combination (rule 4); strong ones alone (rule 2)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.engine.certification.weighing import Lack, Shortfall, Sighting, Weight, combined, strongest
from chalicelib.engine.rules.policy import Tier
from chalicelib.model import EvidenceKey, FeedEvent, FeedId, KeyGroup, Proves, Route, Strength, Trace
from tests.events import EVENTS, RULES
from tests.people import PENSION, a_key, a_person, day

BENEFIT = RULES.benefit(PENSION)
BUS, PHARMACY, GAS = "bus_rides/ridden", "pharmacy_purchases/bought", "gas_bills/paid"
HOSPITAL = "hospital_inpatient/admitted"


def seen(*items: str) -> list[Sighting]:
    """ "bus_rides/ridden 2025-05-01" -> a sighting."""
    return [Sighting(key, EVENTS[key.feed, key.event]) for key in keys(*items)]


def keys(*items: str) -> list[EvidenceKey]:
    """The same, of strong items, which weigh by their key."""
    return [a_key(*item.split(" ")) for item in items]


@pytest.mark.parametrize(
    ("items", "runs_from", "why"),
    [
        (
            [f"{BUS} 2025-05-01", f"{BUS} 2025-05-08", f"{PHARMACY} 2025-05-04"],
            "2025-05-08",
            "two rides, a purchase",
        ),
        ([f"{BUS} 2025-05-01", f"{BUS} 2025-05-08", f"{GAS} 2025-05-04"], "2025-05-08", "exactly 100 points"),
        (
            [f"{BUS} 2025-05-01", f"{BUS} 2025-05-08", f"{PHARMACY} 2025-05-20"],
            "2025-05-08",
            "runs from the newest own card, not from the newest item",
        ),
        (
            [f"{BUS} 2025-04-08", f"{BUS} 2025-05-08", f"{GAS} 2025-05-04"],
            "2025-05-08",
            "30 days apart still counts in full",
        ),
        (
            [f"{BUS} 2025-03-09", f"{BUS} 2025-05-08", f"{PHARMACY} 2025-05-04"],
            "2025-05-08",
            "60 days apart counts half: 20 + 40 + 40",
        ),
        (
            [f"{BUS} 2025-05-01", f"{BUS} 2025-05-08", f"{GAS} 2025-05-04", f"{PHARMACY} 2025-05-08"],
            "2025-05-08",
            "a purchase on the day of a ride makes the gas bill no worse",
        ),
    ],
)
def test_enough_together(items: list[str], runs_from: str, why: str) -> None:
    for order in (items, items[::-1]):
        weight = combined(seen(*order), BENEFIT, RULES)
        assert isinstance(weight, Weight), why
        assert weight.day == day(runs_from), why
        assert weight.route is Route.SILENT
        assert weight.until == RULES.last_day(day(runs_from), 3), why


@pytest.mark.parametrize(
    ("items", "lack", "why"),
    [
        ([], Lack.NOTHING, "nothing at all"),
        ([f"{HOSPITAL} 2025-05-01"], Lack.NOTHING, "strong evidence is weighed elsewhere"),
        ([f"{BUS} 2025-05-{d:02d}" for d in range(1, 29)], Lack.TRACES, "a month of rides is one trace"),
        ([f"{PHARMACY} 2025-05-{d:02d}" for d in range(1, 29)], Lack.TRACES, "so is a month of purchases"),
        (
            [f"{PHARMACY} 2025-05-{d:02d}" for d in range(1, 15)] + [f"{GAS} 2025-05-20"],
            Lack.TRACES,
            "account and household alone: the dead widow's direct debit",
        ),
        ([f"{BUS} 2025-05-01", f"{PHARMACY} 2025-05-04"], Lack.POINTS, "80 points"),
        (
            [f"{BUS} 2025-05-01", f"{PHARMACY} 2025-05-01"],
            Lack.POINTS,
            "a relative's one trip to the pharmacy: one day counts once",
        ),
        (
            [f"{BUS} 2025-05-01", f"{PHARMACY} 2025-05-04", f"{PHARMACY} 2025-05-05", f"{GAS} 2025-05-06"],
            Lack.POINTS,
            "account and household are counted once between them",
        ),
        (
            [f"{BUS} 2025-04-07", f"{BUS} 2025-05-08", f"{GAS} 2025-05-04"],
            Lack.POINTS,
            "31 days apart: half of a ride is missing",
        ),
        (
            [f"{BUS} 2025-03-08", f"{BUS} 2025-05-08", f"{PHARMACY} 2025-05-04"],
            Lack.POINTS,
            "61 days apart: out of the span",
        ),
    ],
)
def test_not_enough_together(items: list[str], lack: Lack, why: str) -> None:
    for order in (items, items[::-1]):
        short = combined(seen(*order), BENEFIT, RULES)
        assert isinstance(short, Shortfall), why
        assert short.lack is lack, why


def test_a_shortfall_says_how_many_points() -> None:
    assert combined(seen(f"{BUS} 2025-05-01", f"{GAS} 2025-05-02"), BENEFIT, RULES) == Shortfall(
        Lack.POINTS, 60
    )
    older = seen(f"{BUS} 2025-05-01", f"{GAS} 2025-05-02", f"{GAS} 2025-03-25")
    assert combined(older, BENEFIT, RULES) == Shortfall(Lack.POINTS, 60)  # the nearest to the threshold


def test_points_fade_from_the_newest_item_and_not_from_today() -> None:
    old = seen(f"{BUS} 2024-05-01", f"{BUS} 2024-05-08", f"{PHARMACY} 2024-05-04")
    weight = combined(old + seen(f"{GAS} 2025-05-20"), BENEFIT, RULES)
    assert isinstance(weight, Weight)
    assert weight.day == day("2024-05-08")


def test_an_older_combination_may_run_from_a_later_day_than_the_newest_items_allow() -> None:
    """At the purchase of 30 June the rides have faded; at the last ride they had not."""
    items = seen(f"{BUS} 2025-05-01", f"{BUS} 2025-05-05", f"{GAS} 2025-05-04", f"{GAS} 2025-06-30")
    weight = combined(items, BENEFIT, RULES)
    assert isinstance(weight, Weight)
    assert weight.day == day("2025-05-05")


def _body(happened: str) -> Sighting:
    event = FeedEvent(
        FeedId("bus_rides"), "ridden", "", "", Proves.PRESENCE, Route.SILENT, Strength.WEAK, Trace.BODY
    )
    return Sighting(EvidenceKey(day(happened), FeedId("bus_rides"), "ridden"), event)


def test_body_and_own_card_are_two_traces() -> None:
    items = [_body("2025-05-01"), *seen(f"{BUS} 2025-05-03", f"{BUS} 2025-05-05")]
    assert isinstance(combined(items, BENEFIT, RULES), Weight)
    assert combined(
        [_body("2025-05-01"), _body("2025-05-02"), _body("2025-05-03")], BENEFIT, RULES
    ) == Shortfall(Lack.TRACES)


def test_a_second_trace_on_a_day_counts_instead_of_the_first_and_not_beside_it() -> None:
    """A body trace of 20 points and a ride on one day: 20 + 40 + 20 with the body, one trace without."""
    body = Sighting(a_key(GAS, "2025-05-08"), replace(EVENTS[FeedId("gas_bills"), "paid"], trace=Trace.BODY))
    rides = seen(f"{BUS} 2025-05-08", f"{BUS} 2025-05-07", f"{BUS} 2025-04-01")
    assert combined([body, *rides], BENEFIT, RULES) == Shortfall(Lack.POINTS, 80)


def test_a_ride_beside_other_rides_only_does_not_end_the_search_for_a_second_trace() -> None:
    """The body trace of the day before the last ride makes 20 + 3 × 40, though three rides come first."""
    body = Sighting(a_key(GAS, "2025-05-06"), replace(EVENTS[FeedId("gas_bills"), "paid"], trace=Trace.BODY))
    rides = seen(*(f"{BUS} 2025-05-0{number}" for number in (6, 7, 8, 9)))
    weight = combined([*rides, body], BENEFIT, RULES)
    assert isinstance(weight, Weight)
    assert body.key in weight.keys


def test_of_two_cards_on_one_day_the_better_counts() -> None:
    faded = seen(f"{BUS} 2025-05-08", f"{BUS} 2025-05-01", f"{GAS} 2025-05-04")
    same_day = Sighting(
        a_key("pharmacy_purchases/bought", "2025-05-08"), EVENTS[FeedId("bus_rides"), "ridden"]
    )
    weight = combined([*faded, same_day], BENEFIT, RULES)
    assert isinstance(weight, Weight)
    assert len(weight.keys) == 3


@pytest.mark.parametrize(
    ("born", "groups", "happened", "months", "why"),
    [
        ("1958-03-01", (), "2025-05-01", 12, "67"),
        ("1945-06-01", (), "2025-05-31", 12, "79 on the day"),
        ("1945-06-01", (), "2025-06-01", 9, "80 on the day"),
        ("1935-06-01", (), "2025-05-31", 9, "89 on the day"),
        ("1935-06-01", (), "2025-06-01", 6, "90 on the day"),
        ("1958-03-01", (KeyGroup.GRAVELY_ILL,), "2025-05-01", 9, "gravely ill"),
        ("1935-06-01", (KeyGroup.GRAVELY_ILL,), "2025-06-01", 6, "the shortest tier holds"),
        ("1958-03-01", (KeyGroup.EMPTY_NEST,), "2025-05-01", 12, "a group without a tier"),
    ],
)
def test_tiers(born: str, groups: tuple[KeyGroup, ...], happened: str, months: int, why: str) -> None:
    person = a_person(born, key_groups=groups)
    weight = strongest(person, keys(f"{HOSPITAL} {happened}"), BENEFIT, RULES)
    assert weight is not None
    assert weight.until == RULES.last_day(day(happened), months), why


def test_the_item_that_carries_furthest_counts_not_the_newest() -> None:
    """Whoever turns 80 between two items had the longer period at the first."""
    person = a_person("1945-06-01")
    weight = strongest(person, keys(f"{HOSPITAL} 2025-05-31", f"{HOSPITAL} 2025-06-02"), BENEFIT, RULES)
    assert weight is not None
    assert (weight.day, weight.until) == (day("2025-05-31"), day("2026-05-30"))


def test_two_items_of_one_day_give_the_same_whatever_their_order() -> None:
    items = keys(f"{HOSPITAL} 2025-05-01", "counter/certified 2025-05-01")
    assert strongest(a_person(), items, BENEFIT, RULES) == strongest(a_person(), items[::-1], BENEFIT, RULES)


def test_no_strong_item_gives_nothing() -> None:
    assert strongest(a_person(), [], BENEFIT, RULES) is None


@pytest.mark.parametrize("turning", [80, 90])
def test_whoever_has_just_turned_an_age_of_a_tier_has_every_item_weighed(turning: int) -> None:
    """Through the whole year after a birthday an item from before it may carry further than a newer one."""
    person = a_person(f"{2025 - turning}-06-01")
    for days in range(0, 800, 3):
        on = day("2025-05-20") + timedelta(days=days)
        for apart in (1, 20, 60, 90, 183, 364, 365):
            pair = [a_key(HOSPITAL, str(on)), a_key(HOSPITAL, str(on - timedelta(days=apart)))]
            weight = strongest(person, pair, BENEFIT, RULES)
            assert weight is not None
            alone = [strongest(person, [key], BENEFIT, RULES) for key in pair]
            assert weight.until == max(w.until for w in alone if w is not None)


def test_span_is_the_age_at_which_nothing_is_left() -> None:
    weak = RULES.policy.weak
    assert [weak.percent_at(days) for days in (0, 30, 31, 60, 61)] == [100, 100, 50, 50, 0]
    assert timedelta(days=weak.span_days) == timedelta(days=60)


def test_a_tier_of_the_policy_may_ask_for_the_period_before() -> None:
    """Whoever showed nothing strong in the year before carries six months, whoever did a year."""
    tier = Tier(months=6, no_strong_within_months=12, why="上一周期没有强认证数据")
    periods = RULES.policy.periods
    changed = periods.model_copy(update={"tiers": (*periods.tiers, tier)})
    rules = replace(RULES, policy=RULES.policy.model_copy(update={"periods": changed}), counties={})
    first = strongest(a_person(), keys(f"{HOSPITAL} 2025-05-01"), BENEFIT, rules)
    assert first is not None
    assert first.until == day("2025-10-31")
    again = strongest(a_person(), keys(f"{HOSPITAL} 2024-09-01", f"{HOSPITAL} 2025-05-01"), BENEFIT, rules)
    assert again is not None
    assert again.until == day("2026-04-30")


def test_an_item_named_twice_weighs_once() -> None:
    twice = keys(f"{HOSPITAL} 2025-05-01", "counter/certified 2025-05-01", f"{HOSPITAL} 2025-05-01")
    assert strongest(a_person(), twice, BENEFIT, RULES) == strongest(a_person(), twice[:2], BENEFIT, RULES)
    rides = seen(f"{BUS} 2025-05-01", f"{BUS} 2025-05-08", f"{PHARMACY} 2025-05-04")
    assert combined([*rides, *rides], BENEFIT, RULES) == combined(rides, BENEFIT, RULES)


SWIPE = "insurance_card_swipes/swiped"


@pytest.mark.parametrize(
    ("items", "certifies", "why"),
    [
        (
            [f"{SWIPE} 2025-05-01", f"{SWIPE} 2025-05-20", f"{PHARMACY} 2025-05-10"],
            False,
            "one chemist's till",
        ),
        (
            [f"{SWIPE} 2025-05-01", f"{SWIPE} 2025-05-20", f"{PHARMACY} 2025-05-10", f"{BUS} 2025-05-15"],
            True,
            "and a ride: another department's",
        ),
    ],
)
def test_what_is_bought_and_the_card_that_paid_are_one_trace(
    items: list[str], certifies: bool, why: str
) -> None:
    found = combined(seen(*items), BENEFIT, RULES)
    assert isinstance(found, Weight) is certifies, why
    assert certifies or found == Shortfall(Lack.TRACES)
