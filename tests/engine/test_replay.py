"""What a change of the rule book would do, before it does it."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from chalicelib.engine.certification.decide import decide_on
from chalicelib.engine.rehearsal.coverage import coverage, would_add
from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.engine.rehearsal.replay import EXAMPLES, Replay, Subject, band_of, replay
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, BenefitKind, EntitlementStatus, Evidence, FeedId
from tests.engine.judging import DEATH, ON, STRONG, WEAK
from tests.events import RULES
from tests.people import a_person, an_entitlement, some_evidence

SUSPENDED = EntitlementStatus.SUSPENDED


def with_threshold(points: int) -> RuleBook:
    """The rule book with another threshold for weak combinations."""
    weak = RULES.policy.weak.model_copy(update={"threshold": points})
    return replace(RULES, version="other", policy=RULES.policy.model_copy(update={"weak": weak}))


STRICTER, SOFTER = with_threshold(200), with_threshold(20)


def a_subject(
    *evidence: Evidence,
    benefit: str = "resident_pension",
    until: str = "2024-12-31",
    status: EntitlementStatus = EntitlementStatus.ACTIVE,
    born: str = "1958-03-01",
) -> Subject:
    return Subject(a_person(born), (an_entitlement(benefit, until, status=status),), evidence)


def effects_of(then: RuleBook, *subjects: Subject) -> dict[str, int]:
    rehearsed = replay(subjects, RULES, then, ON)
    return {effect: rehearsed.total(effect) for effect in Effect if rehearsed.total(effect)}


@pytest.mark.parametrize(
    ("then", "subject", "effect"),
    [
        (STRICTER, a_subject(*WEAK), Effect.CERTIFICATE_LOST),
        (STRICTER, a_subject(*WEAK, benefit="outpatient_chronic"), Effect.COMES_DUE),
        (STRICTER, a_subject(*WEAK, status=SUSPENDED), Effect.STAYS_SUSPENDED),
        (STRICTER, a_subject(*WEAK, until="2025-07-31"), Effect.SHORTER),
        (SOFTER, a_subject(*WEAK[:2], WEAK[2]), None),
        (RULES, a_subject(STRONG), None),
    ],
    ids=[
        "money would stop",
        "a relief is never suspended",
        "no money comes that would not come anyway",
        "certified still, less long",
        "no change",
        "same",
    ],
)
def test_an_effect_is_what_the_person_would_feel(
    then: RuleBook, subject: Subject, effect: Effect | None
) -> None:
    assert effects_of(then, subject) == ({effect: 1} if effect else {})


def test_who_would_be_certified_anew_and_who_revived() -> None:
    certified = [a_subject(*WEAK), a_subject(*WEAK, status=SUSPENDED)]
    rehearsed = replay(certified, STRICTER, RULES, ON)
    assert rehearsed.total(Effect.NEWLY_CERTIFIED) == rehearsed.total(Effect.REVIVED) == 1
    assert (rehearsed.certified_now, rehearsed.certified_then) == (0, 2)


def test_longer_and_doubt() -> None:
    assert replay([a_subject(*WEAK, until="2025-07-31")], STRICTER, RULES, ON).total(Effect.LONGER) == 1
    deaf = replace(RULES, events={k: e for k, e in RULES.events.items() if k[0] != "cremations"})
    rehearsed = replay([a_subject(STRONG, DEATH)], deaf, RULES, ON)
    assert rehearsed.total(Effect.SUSPICION_OPENS) == 1
    assert replay([a_subject(STRONG, DEATH)], RULES, deaf, ON).total(Effect.SUSPICION_CLOSES) == 1


def test_who_is_terminated_or_draws_what_neither_book_knows_is_not_counted() -> None:
    gone = a_subject(*WEAK, status=EntitlementStatus.TERMINATED)
    rehearsed = replay([gone, a_subject(STRONG, benefit="tram_subsidy")], RULES, STRICTER, ON)
    assert (rehearsed.people, rehearsed.entitlements, rehearsed.effects) == (0, 0, {})


def test_examples_are_few_and_name_nobody() -> None:
    subjects: Iterable[Subject] = (a_subject(*WEAK) for _ in range(EXAMPLES + 3))
    rehearsed: Replay = replay(subjects, RULES, STRICTER, ON)
    examples = rehearsed.examples[Effect.CERTIFICATE_LOST]
    assert len(examples) == EXAMPLES
    assert rehearsed.total(Effect.CERTIFICATE_LOST) == EXAMPLES + 3
    assert (examples[0].group.county, examples[0].group.band) == ("341602", "60-69")
    assert str(examples[0].before) > ON.isoformat() > str(examples[0].after)
    assert "相互印证" in examples[0].why_before
    assert "印证不足（120分，需200分）" in examples[0].why_after
    assert (rehearsed.people, rehearsed.entitlements) == (EXAMPLES + 3, EXAMPLES + 3)
    assert str(a_person().id) not in repr(rehearsed)


@pytest.mark.parametrize(
    ("least", "greatest", "band"),
    [
        (0, 17, "0-17"),
        (18, 59, "18-59"),
        (60, 69, "60-69"),
        (70, 79, "70-79"),
        (80, 89, "80-89"),
        (90, 104, "90+"),
    ],
)
def test_age_bands(least: int, greatest: int, band: str) -> None:
    assert (band_of(least), band_of(greatest)) == (band, band)


# --- what a feed is worth ------------------------------------------------------------------------


def test_a_feed_that_alone_certifies_is_told_from_one_of_several() -> None:
    both = a_subject(STRONG, some_evidence("travel_agency/travelled", "2025-05-01"))
    counted = coverage([a_subject(STRONG), both, a_subject(), a_subject(*WEAK)], RULES, ON)
    assert (counted.people, counted.certified) == (4, 3)
    assert counted.only_by_feed[FeedId("hospital_inpatient")] == 1
    assert counted.only_by_feed[FeedId("bus_rides")] == counted.by_feed[FeedId("bus_rides")] == 1
    assert counted.only_by_feed[FeedId("travel_agency")] == 0
    assert counted.uncertified == {"60-69": 1}


def test_the_terminated_are_nobodys_coverage() -> None:
    assert coverage([a_subject(STRONG, status=EntitlementStatus.TERMINATED)], RULES, ON).people == 0


def test_what_a_new_feed_would_add() -> None:
    counted = coverage([a_subject()] * 10, RULES, ON)
    assert would_add(counted, {"0-17": 0.0, "60-69": 0.3, "90+": 1.0}) == pytest.approx(3.0)
    with pytest.raises(ValueError, match="share"):
        would_add(counted, {"60-69": 30})


def test_a_relief_is_declared_as_one() -> None:
    assert RULES.benefit(BenefitCode("outpatient_chronic")).kind is BenefitKind.FEE_RELIEF


def test_evidence_sorted_once_is_decided_like_evidence_sorted_twice() -> None:
    """Both rule books of a rehearsal may share the sorted evidence: nothing of the first is left in it."""
    subjects = [a_subject(*items) for items in ([], WEAK, [STRONG], [STRONG, DEATH], [*WEAK, DEATH])]
    assert RULES.sorts_like(STRICTER)
    apart = with_oldest(140)
    assert not RULES.sorts_like(apart)
    for subject in subjects:
        facts, drawn = subject.facts(RULES, ON), subject.entitlements
        assert decide_on(facts, drawn, RULES) == subject.decide(drawn, RULES, ON)
        assert decide_on(facts, drawn, STRICTER) == subject.decide(drawn, STRICTER, ON)


def with_oldest(years: int) -> RuleBook:
    """The rule book that believes in a death at a higher age: evidence must be sorted anew."""
    suspicions = RULES.policy.suspicions.model_copy(update={"oldest_years": years})
    policy = RULES.policy.model_copy(update={"suspicions": suspicions})
    return replace(RULES, version="older", policy=policy, counties={})


def test_a_rule_book_that_sorts_otherwise_has_the_evidence_sorted_anew() -> None:
    """A death at 130 is somebody else's by the words in force, and a suspicion by the others."""
    old = a_subject(DEATH, born="1895-01-01")
    assert effects_of(with_oldest(140), old) == {Effect.SUSPICION_OPENS: 1}
