"""What a change of the rules does to people beyond their certificates: nobody is surprised by one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.engine.rehearsal.effects import Books, Effect, on_certificate, takes_hold
from chalicelib.engine.rehearsal.replay import Replay, Subject, replay
from chalicelib.engine.rules.benefits import Entitles, LastMonth
from chalicelib.engine.rules.conditions import Clause, Term
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, EntitlementStatus, Evidence, FeedId, SuspicionKind
from tests.engine.judging import DEATH, ON, SENTENCE, STRONG
from tests.events import RULES
from tests.people import PENSION, a_person, an_entitlement, day, some_evidence

BECAUSE = {"because": {"zh": "因", "en": "because"}, "authority": "A"}
OLD = BenefitCode("old_age_allowance")
CARE = BenefitCode("disability_care_subsidy")


def with_benefit(code: str, **changed: Any) -> RuleBook:
    """The rule book with something else in every version of a benefit."""
    benefit = RULES.benefit(BenefitCode(code))
    versions = tuple(version.model_copy(update=changed) for version in benefit.versions)
    benefits = {**RULES.benefits, BenefitCode(code): benefit.model_copy(update={"versions": versions})}
    return replace(RULES, version="other", benefits=benefits, counties={})


def without(code: str) -> RuleBook:
    kept = {other: benefit for other, benefit in RULES.benefits.items() if other != code}
    return replace(RULES, version="narrower", benefits=kept, counties={})


def somebody(*evidence: Evidence, benefit: str = PENSION, born: str = "1958-03-01", **named: Any) -> Subject:
    return Subject(a_person(born), (an_entitlement(benefit, **named),), evidence)


def rehearsed(then: RuleBook, *subjects: Subject, now: RuleBook = RULES) -> Replay:
    return replay(subjects, now, then, ON)


def effects(done: Replay) -> dict[str, int]:
    return {effect: done.total(effect) for effect in Effect if done.total(effect)}


# --- suspicions ----------------------------------------------------------------------------------


UNDER_19 = Clause.model_validate({"when": "aged_under", "value": 19, **BECAUSE})


def test_a_new_condition_opens_suspicions_though_every_certificate_stands() -> None:
    """A child of 19, certified through December: confirmed, payment ends."""
    drawn = [an_entitlement(code, "2025-12-31") for code in ("survivor_pension", "medical_aid")]
    child = Subject(a_person("2006-01-01"), tuple(drawn), [])
    then = with_benefit("survivor_pension", conditions=(UNDER_19,))
    done = rehearsed(then, child)
    assert effects(done) == {Effect.SUSPICION_OPENS: 1}
    assert done.suspicions == {(Effect.SUSPICION_OPENS, SuspicionKind.CONDITION): 1}
    (example,) = done.examples[Effect.SUSPICION_OPENS]
    assert (example.before, example.after) == (day("2025-12-31"), day("2025-12-31"))
    assert (example.why_before, "需由工作人员核实" in example.why_after) == ("", True)
    back = rehearsed(RULES, child, now=then)
    assert effects(back) == {Effect.SUSPICION_CLOSES: 1}
    assert back.examples[Effect.SUSPICION_CLOSES][0].why_after == ""


def test_a_suspicion_about_the_person_is_one_and_concerns_all_that_is_drawn() -> None:
    deaf = replace(RULES, events={k: e for k, e in RULES.events.items() if k[0] != "cremations"})
    both = (an_entitlement(certified_until="2026-01-31"), an_entitlement(OLD, "2026-01-31"))
    her = Subject(a_person("1940-01-01"), both, [DEATH])
    done = rehearsed(deaf, her)
    assert effects(done) == {Effect.SUSPICION_CLOSES: 2}
    assert done.suspicions == {(Effect.SUSPICION_CLOSES, SuspicionKind.DEATH): 1}


def test_what_both_ask_is_no_effect() -> None:
    assert effects(rehearsed(with_benefit("survivor_pension"), somebody(DEATH))) == {}


# --- what is due ---------------------------------------------------------------------------------


def doubled(code: BenefitCode) -> RuleBook:
    bands = RULES.benefit_on(code, ON).amount
    assert not isinstance(bands, str)
    return with_benefit(code, amount=tuple(band.model_copy(update={"fen": 2 * band.fen}) for band in bands))


def test_a_new_amount_is_told_in_people_and_in_all() -> None:
    """The next payments file would suspect everybody, if it came as before."""
    people = [
        somebody(benefit=OLD, born=born, certified_until="2025-12-31", fen=5_000)
        for born in ("1944-01-01", "1934-01-01")
    ]
    then = doubled(OLD)
    done = rehearsed(then, *people)
    assert effects(done) == {Effect.DUE_MORE: 2}
    assert done.fen == {Effect.DUE_MORE: 5_000 + 10_000}
    assert done.examples[Effect.DUE_MORE][0].why_before == "每月应发50.00元。"
    assert done.examples[Effect.DUE_MORE][0].why_after == "每月应发100.00元。"
    less = rehearsed(RULES, *people, now=then)
    assert (effects(less), less.fen) == ({Effect.DUE_LESS: 2}, {Effect.DUE_LESS: -15_000})


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        (somebody(benefit=OLD, born="1965-01-01"), "too young: whether anything is due is another question"),
        (somebody(benefit=CARE), "no grade is known"),
        (somebody(), "another benefit"),
    ],
)
def test_where_nothing_is_known_to_be_due_no_amount_changes(subject: Subject, why: str) -> None:
    assert effects(rehearsed(doubled(OLD), subject)) == {}, why
    assert effects(rehearsed(doubled(CARE), subject)) == {}, why


def test_an_amount_that_hangs_on_a_feed_changes_with_the_feed() -> None:
    """Where a book asks another event for the grade, the amount may be another."""
    card = some_evidence("disability_certificates/valid", "2025-01-01", grade="grade_1")
    events = {**RULES.events}
    event = events.pop((FeedId("disability_certificates"), "valid"))
    deaf = replace(RULES, version="deaf", events=events, counties={})
    her = somebody(card, benefit=CARE, certified_until="2025-12-31", fen=9_500)
    assert effects(rehearsed(deaf, her)) == {}, "unknown: nobody is asked"
    assert event is not None
    worse = with_benefit(CARE, amount=RULES.benefit_on(CARE, ON).amount[1:])
    assert rehearsed(worse, her).total(Effect.DUE_LESS) == 1, "no band is left for her"


# --- benefits ------------------------------------------------------------------------------------


def test_a_benefit_that_only_one_book_knows_is_counted_by_heads() -> None:
    drawn = (an_entitlement("veteran_subsidy"), an_entitlement())
    her = Subject(a_person(), drawn, [STRONG])
    done = rehearsed(without("veteran_subsidy"), her, somebody(STRONG, benefit="veteran_subsidy"))
    assert (done.people, done.entitlements) == (2, 3)
    assert effects(done) == {Effect.BENEFIT_DROPPED: 2}
    assert {group.benefit for _, group in done.effects} == {"veteran_subsidy"}
    added = rehearsed(RULES, her, now=without("veteran_subsidy"))
    assert effects(added) == {Effect.BENEFIT_ADDED: 1}


def test_who_would_be_entitled_to_what_nobody_draws_yet() -> None:
    eighty, seventy = somebody(born="1940-01-01"), somebody(born="1955-01-01")
    added = rehearsed(RULES, eighty, seventy, now=without(OLD))
    assert effects(added) == {Effect.NEWLY_ENTITLED: 1}
    assert "应享尽享" in added.examples[Effect.NEWLY_ENTITLED][0].why_after
    term = Term.model_validate({"when": "aged_at_least", "value": 65})
    from_65 = with_benefit(OLD, entitles=Entitles(where=(term,), authority="A"))
    assert effects(rehearsed(from_65, eighty, seventy)) == {Effect.NEWLY_ENTITLED: 1}, "the younger alone"
    dead = replace(seventy, person=replace(seventy.person, deceased_on=day("2025-01-01")))
    assert Effect.NEWLY_ENTITLED not in effects(rehearsed(from_65, dead))


# --- versions ------------------------------------------------------------------------------------


def test_a_rehearsal_is_of_the_day_on_which_all_that_is_new_holds() -> None:
    """A version from a day to come is felt by nobody today: a rehearsal of today would say nothing."""
    benefit = RULES.benefit(BenefitCode("survivor_pension"))
    (old,) = benefit.versions
    to_come = old.model_copy(update={"from_": day("2025-09-01"), "conditions": (UNDER_19,)})
    versions = benefit.model_copy(update={"versions": (old, to_come)})
    then = replace(RULES, benefits={**RULES.benefits, BenefitCode(benefit.code): versions}, counties={})
    assert takes_hold(RULES, then, ON) == day("2025-09-01")
    assert takes_hold(RULES, then, day("2025-10-01")) == day("2025-10-01")
    assert takes_hold(then, RULES, ON) == takes_hold(RULES, RULES, ON) == ON
    assert takes_hold(without("survivor_pension"), then, ON) == day("2025-09-01")
    child = somebody(benefit="survivor_pension", born="2006-01-01", certified_until="2025-12-31")
    assert effects(replay([child], RULES, then, ON)) == {}
    assert effects(replay([child], RULES, then, day("2025-09-01"))) == {Effect.SUSPICION_OPENS: 1}


# --- cases ---------------------------------------------------------------------------------------


def with_policy(**changed: Mapping[str, Any]) -> RuleBook:
    policy = RULES.policy
    for part, values in changed.items():
        policy = policy.model_copy(update={part: getattr(policy, part).model_copy(update=values)})
    return replace(RULES, version="other", policy=policy, counties={})


SHORT = with_policy(periods={"tiers": tuple(
    tier.model_copy(update={"months": tier.months - 1}) for tier in RULES.policy.periods.tiers
)})  # fmt: skip


@pytest.mark.parametrize(
    ("admitted", "effect", "why"),
    [
        ("2024-08-15", Effect.ENTERS_WINDOW, "64 days are left, then 33: a case opens at once"),
        ("2025-01-01", Effect.SHORTER, "204 days are left, then 173"),
        ("2024-07-20", Effect.SHORTER, "38 days are left: a case is open as it is"),
    ],
)
def test_whose_case_opens_at_once(admitted: str, effect: Effect, why: str) -> None:
    stay = some_evidence("hospital_inpatient/admitted", admitted)
    assert effects(rehearsed(SHORT, somebody(stay))) == {effect: 1}, why
    suspended = somebody(stay, status=EntitlementStatus.SUSPENDED)
    assert effects(rehearsed(SHORT, suspended)) == {Effect.SHORTER: 1}


def test_an_earlier_message_opens_cases_though_every_certificate_stands() -> None:
    first, last = RULES.policy.timeline.reminders
    earlier = first.model_copy(update={"days_before": first.days_before + 30})
    wider = with_policy(timeline={"reminders": (earlier, last)})
    stay = some_evidence("hospital_inpatient/admitted", "2024-08-20")
    assert effects(rehearsed(wider, somebody(stay), somebody(STRONG))) == {Effect.ENTERS_WINDOW: 1}


# --- on an event ---------------------------------------------------------------------------------


def test_what_a_death_or_custody_would_do_otherwise_is_told_with_who_draws_it() -> None:
    """Nobody feels it today: it is told all the same, and how many draw it."""
    then = with_benefit(PENSION, last_month_due=LastMonth.MONTH_BEFORE_DEATH, custody=())
    done = rehearsed(then, somebody(STRONG), somebody(SENTENCE), somebody(benefit="veteran_subsidy"))
    assert done.on_an_event == {PENSION: ("last_month_due", "custody")}
    assert done.drawing == {PENSION: 2}
    assert effects(done) == {}
    same = rehearsed(with_benefit(PENSION), somebody(STRONG))
    assert (same.on_an_event, same.drawing) == ({}, {})


# --- certificates --------------------------------------------------------------------------------


def test_a_certificate_of_its_last_day_is_lost_as_well() -> None:
    drawn = an_entitlement()
    books = Books(RULES, RULES, ON)
    today, yesterday = ON, ON - timedelta(days=1)
    assert on_certificate(drawn, today, yesterday, books) is Effect.CERTIFICATE_LOST
    assert on_certificate(drawn, yesterday, today, books) is Effect.NEWLY_CERTIFIED
