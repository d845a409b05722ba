"""What holds of every decision, whatever the evidence: order, repetition, more of it, less of it."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.decide import decide
from chalicelib.model import Decision, Evidence, KeyGroup, Outcome, Person, Proves
from tests.events import EVENTS, RULES
from tests.people import a_person, an_entitlement, some_evidence

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
BENEFITS = ("resident_pension", "old_age_allowance", "outpatient_chronic")


def _named(proves: Proves) -> list[str]:
    return [f"{feed}/{event}" for (feed, event), what in EVENTS.items() if what.proves is proves]


POSITIVE, LOSS, EXCLUSION = (_named(p) for p in (Proves.PRESENCE, Proves.LOSS, Proves.EXCLUSION))
DAYS = st.dates(FIRST, LAST)


def _items(names: list[str]) -> st.SearchStrategy[Evidence]:
    until = st.one_of(st.none(), DAYS)
    return st.builds(
        lambda name, on, end: some_evidence(
            name, on, **({"until": end.isoformat()} if end and end > on else {})
        ),
        st.sampled_from(names),
        DAYS,
        until if names == LOSS else st.none(),
    )


ANY = st.lists(_items(POSITIVE + LOSS + EXCLUSION), max_size=14)
PEOPLE = st.builds(
    lambda born, groups: a_person(born.replace(day=1), key_groups=groups),
    st.dates(date(1920, 1, 1), date(1965, 1, 1)),
    st.frozensets(st.sampled_from(list(KeyGroup)), max_size=2),
)


def _decide(
    person: Person, evidence: list[Evidence], on: date, refuted: tuple[Evidence, ...] = ()
) -> Decision:
    drawn = [an_entitlement(code, "2024-06-30") for code in BENEFITS]
    keys = frozenset(item.key for item in refuted)
    return decide(person, drawn, evidence, RULES, on, refuted=keys)


def _reach(decision: Decision) -> list[date]:
    return [verdict.valid_until for verdict in decision.verdicts]


@given(PEOPLE, ANY, DAYS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    person: Person, evidence: list[Evidence], on: date, rng: object
) -> None:
    shuffled = evidence + evidence[: len(evidence) // 2]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _decide(person, shuffled, on) == _decide(person, evidence, on)


@settings(max_examples=300)
@given(PEOPLE, ANY, _items(POSITIVE), DAYS)
def test_more_positive_evidence_never_shortens(
    person: Person, evidence: list[Evidence], one_more: Evidence, on: date
) -> None:
    before, after = _decide(person, evidence, on), _decide(person, [*evidence, one_more], on)
    assert all(b <= a for b, a in zip(_reach(before), _reach(after), strict=True))
    assert all(
        a.outcome is not Outcome.INSUFFICIENT or b.outcome is Outcome.INSUFFICIENT
        for b, a in zip(before.verdicts, after.verdicts, strict=True)
    )


@given(PEOPLE, ANY, _items(LOSS + EXCLUSION), DAYS)
def test_negative_evidence_never_certifies(
    person: Person, evidence: list[Evidence], one_more: Evidence, on: date
) -> None:
    before, after = _decide(person, evidence, on), _decide(person, [*evidence, one_more], on)
    assert all(a <= b for b, a in zip(_reach(before), _reach(after), strict=True))


@given(PEOPLE, ANY, _items(LOSS + EXCLUSION), DAYS)
def test_a_refuted_record_leaves_no_trace(
    person: Person, evidence: list[Evidence], wrong: Evidence, on: date
) -> None:
    others = [item for item in evidence if item.key.day != wrong.key.day]
    assert _decide(person, [*others, wrong], on, (wrong,)) == _decide(person, others, on)


@given(PEOPLE, ANY, DAYS)
def test_time_alone_takes_nothing_back(person: Person, evidence: list[Evidence], on: date) -> None:
    """Without new evidence a certificate neither grows nor melts; only its life ends."""
    known = [item for item in evidence if item.key.day <= on and item.key.day + timedelta(1) <= LAST]
    positive = [item for item in known if f"{item.key.feed}/{item.key.event}" in POSITIVE]
    young = a_person("1960-01-01", key_groups=person.key_groups)
    assert _reach(_decide(young, positive, on)) == _reach(_decide(young, positive, on + timedelta(days=200)))


@given(PEOPLE, ANY, DAYS)
def test_evidence_of_the_future_is_not_known_yet(person: Person, evidence: list[Evidence], on: date) -> None:
    assert _decide(person, evidence, on) == _decide(person, [e for e in evidence if e.key.day <= on], on)


@given(PEOPLE, ANY, DAYS)
def test_nobody_certified_by_evidence_dated_after_a_death(
    person: Person, evidence: list[Evidence], on: date
) -> None:
    deaths = [i.key.day for i in evidence if i.key.event in ("cremated", "died") and i.key.day <= on]
    for verdict in _decide(person, evidence, on).verdicts:
        assert all(key.day <= min(deaths) for key in verdict.evidence if deaths)
