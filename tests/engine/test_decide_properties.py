"""What holds of every decision of every pack, whatever the evidence: order, repetition, more, less."""

from bisect import bisect
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.engine.calendar.periods import Counting, last_day_certified
from chalicelib.engine.certification.weighing import strongest
from chalicelib.engine.money.double_receipt import unclaimed
from chalicelib.engine.texts.receipt import explain
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    Outcome,
    Person,
    PersonRecord,
    Proves,
    Route,
    Strength,
    SuspicionKind,
)
from tests.engine.evidence_at_random import (
    ALL_EVENTS,
    ALL_RULES,
    DAYS,
    EDGES,
    LAST,
    PACKS,
    PEOPLE,
    as_many_as_asked,
    judge,
    named,
    one,
    presence,
    reach,
    situation,
)
from tests.engine.versions import LONGER, SHORTER
from tests.people import a_person, an_entitlement

Situation = tuple[str, Person, list[Entitlement], list[Evidence], date]
TURNS, MONTHS = (SHORTER, LONGER), (12, 9, 6)  # six: nothing was seen in the year before
ACCUSES = (Proves.LOSS, Proves.EXCLUSION)


@as_many_as_asked
@given(situation(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(given_: Situation, rng: object) -> None:
    pack, person, drawn, evidence, on = given_
    shuffled = evidence + evidence[: len(evidence) // 2]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge(pack, person, drawn, shuffled, on) == judge(pack, person, drawn, evidence, on)


@as_many_as_asked
@given(situation(), st.data())
def test_more_positive_evidence_never_shortens(given_: Situation, data: st.DataObject) -> None:
    pack, person, drawn, evidence, on = given_
    one_more = data.draw(one(presence(pack)))
    before = judge(pack, person, drawn, evidence, on)
    after = judge(pack, person, drawn, [*evidence, one_more], on)
    assert all(b <= a for b, a in zip(reach(before), reach(after), strict=True))
    assert all(
        a.outcome is not Outcome.INSUFFICIENT or b.outcome is Outcome.INSUFFICIENT
        for b, a in zip(before.verdicts, after.verdicts, strict=True)
    )


@as_many_as_asked
@given(situation(), st.data())
def test_negative_evidence_never_certifies(given_: Situation, data: st.DataObject) -> None:
    """A record that is known already, sent again with its end, is word of the end: that may well certify."""
    pack, person, drawn, evidence, on = given_
    one_more = data.draw(one(named(pack, *ACCUSES)))
    assume(one_more.key not in {item.key for item in evidence})
    before = judge(pack, person, drawn, evidence, on)
    after = judge(pack, person, drawn, [*evidence, one_more], on)
    assert all(a <= b for b, a in zip(reach(before), reach(after), strict=True))
    certifying = {key for verdict in after.verdicts for key in verdict.evidence}
    proves = {ALL_EVENTS[pack][key.feed, key.event].proves for key in certifying}
    assert proves <= {Proves.PRESENCE}


@as_many_as_asked
@given(situation(), st.data())
def test_a_withdrawn_record_leaves_no_trace(given_: Situation, data: st.DataObject) -> None:
    """Nothing of it is remembered between decisions, whatever it said."""
    pack, person, drawn, evidence, on = given_
    before = judge(pack, person, drawn, evidence, on)
    judge(pack, person, drawn, [*evidence, data.draw(one(named(pack, *Proves)))], on)
    assert judge(pack, person, drawn, evidence, on) == before


@as_many_as_asked
@given(situation(), st.data())
def test_a_refuted_record_leaves_no_trace(given_: Situation, data: st.DataObject) -> None:
    pack, person, drawn, evidence, on = given_
    wrong = data.draw(one(named(pack, *ACCUSES)))
    others = [item for item in evidence if item.key.day != wrong.key.day]
    assert judge(pack, person, drawn, [*others, wrong], on, (wrong,)) == judge(
        pack, person, drawn, others, on
    )


@as_many_as_asked
@given(situation())
def test_time_alone_takes_nothing_back(given_: Situation) -> None:
    """Without new evidence a certificate neither grows nor melts; only its life ends."""
    pack, _, drawn, evidence, on = given_
    sent = set(presence(pack))
    known = [i for i in evidence if i.key.day <= on and f"{i.key.feed}/{i.key.event}" in sent]
    young = a_person("1964-12-01")
    plain = [e for e in drawn if not ALL_RULES[pack].benefit(e.benefit).versions[-1].conditions]
    later = on + timedelta(days=200)
    assert reach(judge(pack, young, plain, known, on)) == reach(judge(pack, young, plain, known, later))


@as_many_as_asked
@given(situation())
def test_evidence_of_the_future_is_not_known_yet(given_: Situation) -> None:
    pack, person, drawn, evidence, on = given_
    known = [item for item in evidence if item.key.day <= on]
    assert judge(pack, person, drawn, evidence, on) == judge(pack, person, drawn, known, on)


@as_many_as_asked
@given(situation())
def test_nobody_is_certified_by_evidence_dated_after_a_death(given_: Situation) -> None:
    pack, person, drawn, evidence, on = given_
    deaths = [
        item.key.day
        for item in evidence
        if ALL_EVENTS[pack][item.key.feed, item.key.event].suspicion is SuspicionKind.DEATH
        and person.born <= item.key.day <= on
    ]
    for verdict in judge(pack, person, drawn, evidence, on).verdicts:
        assert all(key.day <= min(deaths) for key in verdict.evidence if deaths)


@as_many_as_asked
@given(situation())
def test_recovered_identities_neither_certify_strongly_nor_accuse(given_: Situation) -> None:
    pack, person, drawn, evidence, on = given_
    damaged = [Evidence(i.key, i.file, i.line, i.facts, recovered=True) for i in evidence]
    decision = judge(pack, person, drawn, damaged, on)
    assert all(verdict.outcome is not Outcome.STRONG for verdict in decision.verdicts)
    kinds = {finding.kind for finding in decision.findings}
    assert not kinds & {SuspicionKind.DEATH, SuspicionKind.CUSTODY, SuspicionKind.CONTRADICTION}


@as_many_as_asked
@given(PEOPLE, PACKS, st.data())
def test_of_strong_items_the_one_that_reaches_furthest_is_found(
    person: Person, pack: str, data: st.DataObject
) -> None:
    """Whatever birthdays lie between them; `strongest` looks at one alone where that is enough."""
    rules = ALL_RULES[pack]
    plain = next(benefit for benefit in rules.benefits.values() if benefit.is_plain)
    beside = st.builds(
        lambda age, days: person.born.replace(year=person.born.year + age) + timedelta(days=days),
        st.sampled_from([79, 80, 81, 89, 90, 91]),
        st.integers(-1, 1),
    )
    days = data.draw(st.lists(st.one_of(DAYS, beside), min_size=1, max_size=6))
    strong = [event for event in ALL_EVENTS[pack].values() if event.strength is Strength.STRONG]
    keys = [EvidenceKey(day, strong[0].feed, strong[0].event) for day in days]
    found = strongest(person, keys, plain, rules)
    reaches = [
        rules.last_day(key.day, rules.period(plain, None, person, key.day, days).months) for key in keys
    ]
    assert found is not None
    assert found.until == max(reaches)


# --- one answer, on every day ----------------------------------------------------------------------


@as_many_as_asked
@given(situation())
def test_every_entitlement_is_in_exactly_one_status_and_has_exactly_one_verdict(given_: Situation) -> None:
    pack, person, drawn, evidence, on = given_
    decision = judge(pack, person, drawn, evidence, on)
    assert [verdict.benefit for verdict in decision.verdicts] == [e.benefit for e in drawn]
    for entitlement, verdict in zip(drawn, decision.verdicts, strict=True):
        paid = entitlement.status is EntitlementStatus.ACTIVE
        expired = paid and entitlement.valid_until < on
        shown = entitlement.status_on(on)
        assert (shown is EntitlementStatus.EXPIRED_STILL_PAID) == expired
        assert expired or shown is entitlement.status
        if verdict.outcome in (Outcome.STRONG, Outcome.WEAK):
            assert verdict.valid_until >= on
        if verdict.outcome is Outcome.EXCLUDED:
            assert verdict.route is not Route.SILENT
        assert verdict.valid_until >= entitlement.certified_until
        assert verdict.reasons


@as_many_as_asked
@given(situation())
def test_everything_can_be_said_in_both_languages(given_: Situation) -> None:
    pack, person, drawn, evidence, on = given_
    decision = judge(pack, person, drawn, evidence, on)
    more = unclaimed(person, drawn, evidence, ALL_RULES[pack], on)
    receipt = explain(decision, PersonRecord(person, tuple(drawn)), ALL_RULES[pack], more)
    assert len(receipt.zh) == len(receipt.en)
    assert all(receipt.zh)
    assert all(receipt.en)
    assert not {item.benefit for item in more} & {e.benefit for e in drawn}


@as_many_as_asked
@given(situation())
def test_no_two_findings_of_a_kind_share_a_day(given_: Situation) -> None:
    """Kind and day are the key of a suspicion: one of two would be lost."""
    findings = judge(*given_).findings
    keys = [(finding.kind, finding.day) for finding in findings]
    assert len(set(keys)) == len(keys)
    assert sum(finding.kind is SuspicionKind.DEATH for finding in findings) <= 1


# --- leap days, ends of months and of years ----------------------------------------------------------


@as_many_as_asked
@given(st.one_of(DAYS, st.sampled_from(EDGES)), st.integers(1, 12), st.sampled_from(list(Counting)))
def test_a_later_day_never_carries_less_far(happened: date, months: int, counting: Counting) -> None:
    through = last_day_certified(happened, months, counting)
    assert last_day_certified(happened + timedelta(days=1), months, counting) >= through
    assert happened <= through <= happened + timedelta(days=366)


@as_many_as_asked
@given(st.sampled_from(EDGES), st.integers(-1, 1), st.data())
def test_at_the_edges_of_the_calendar_evidence_carries_from_its_own_day(
    edge: date, offset: int, data: st.DataObject
) -> None:
    happened = edge + timedelta(days=offset)
    pack = data.draw(st.sampled_from(sorted(ALL_RULES)))
    item = data.draw(one(presence(pack)))
    moved = Evidence(type(item.key)(happened, item.key.feed, item.key.event), item.file, item.line)
    benefit = "social_insurance" if pack == "jining" else "resident_pension"
    decision = judge(
        pack, a_person(), [an_entitlement(benefit, "2020-01-01")], [moved], LAST + timedelta(days=1)
    )
    (verdict,) = decision.verdicts
    strong = ALL_EVENTS[pack][moved.key.feed, moved.key.event].strength == "strong"
    months = 12 if pack != "changed" else MONTHS[bisect(TURNS, happened)]
    months = ALL_EVENTS[pack][moved.key.feed, moved.key.event].carries_months or months
    expected = last_day_certified(happened, months) if strong else date(2020, 1, 1)
    assert verdict.valid_until == expected
