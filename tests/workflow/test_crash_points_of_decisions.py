"""Who decides about a person dies at each call to AWS that writes; done again, the end is the same.

One test for each decision; on suspending, sending and starting again every two deaths in a row, too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import cases, clock, messages
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Case,
    Change,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    InstructionKind,
    InstructionState,
    Lift,
    MessageState,
    Month,
    Paper,
    Payment,
    PersonId,
    ProposalState,
    StateName,
    SuspicionKind,
    Template,
    Verification,
    Visit,
    VisitOutcome,
    VisitPurpose,
)
from chalicelib.steps import certification, suspicion
from chalicelib.steps.walking import run_step
from chalicelib.storage.dynamodb import limit_overrides, people
from tests.in_one_go import send_due
from tests.workflow.crashes import end_of_record, in_pairs, same, sweep, townsfolk
from tests.workflow.test_crash_points import ready_to_suspend
from tests.workflow.village import AUTHORITY, DUE, NEW_YEAR, Recipient, Village, every_benefit

ENDED = date(2024, 11, 30)
DEATH = "hospital_inpatient#died"
PENSION = BenefitCode("resident_pension")
Work = Callable[[], object]


def folk_of(village: Village, most: int = 20, until: date = ENDED) -> list[Recipient]:
    folk = [replace(each, until=until) for each in townsfolk(most)]
    village.settle(*folk)
    limit_overrides.put(
        Lift("341602", Month("2025-01"), PENSION, 1_000, "city officer", "逐行核对无误", clock.now())
    )
    return folk


def step(person: PersonId, state: StateName) -> object:
    event = {"state": state.value, "contract": 1, "person": person, "due": ENDED.isoformat(), "generation": 1}
    return run_step(certification.STEPS, event)


def once(act: Work) -> Work:
    """What somebody does at a screen: done already is as good as done."""

    def done() -> None:
        with suppress(RefusedError):
            act()

    return done


def certified(person: PersonId) -> Work:
    key = EvidenceKey(NEW_YEAR, FeedId("counter"), "certified")
    return lambda: cases.evidence_arrived(person, [Evidence(key, FileId("api:test"), 1)], actor="counter")


def suspended(recipient: Recipient) -> PersonId:
    person = people.find(recipient.number).person.id
    people.change(person, lambda record: ready_to_suspend(record, ENDED))
    step(person, StateName.SUSPEND)
    return person


def test_dying_while_somebody_certifies(village: Village) -> None:
    folk = folk_of(village)
    assert sweep(lambda who: certified(people.find(who.number).person.id), end_of_record, same, folk) >= 2


def test_dying_while_a_suspended_payment_is_resumed_with_arrears(village: Village) -> None:
    folk = folk_of(village)

    def resume(recipient: Recipient) -> Work:
        person = suspended(recipient)
        certified(person)()
        return lambda: step(person, StateName.RESUME_AND_PAY_ARREARS)

    assert sweep(resume, end_of_record, same, list(folk)) >= 2
    told = people.find(folk[0].number).instructions
    kinds = [each.kind for each in told if each.state is not InstructionState.CANCELLED]
    assert kinds.count(InstructionKind.RESUME) == 1


@pytest.mark.parametrize("outcome", [VisitOutcome.SEEN, VisitOutcome.NOT_FOUND])
def test_dying_while_a_visit_is_reported(village: Village, outcome: VisitOutcome) -> None:
    folk = folk_of(village)
    asked = Visit(1, VisitPurpose.CERTIFY, ENDED.isoformat(), NEW_YEAR, NEW_YEAR + timedelta(days=9))
    case = Case(ENDED, date(2024, 9, 1), 1, StateName.DISPATCH_HOME_VISIT)

    def visit(recipient: Recipient) -> Work:
        person, now = people.find(recipient.number).person.id, clock.now()
        people.change(person, lambda _: Change("sent", "test", now, visits=(asked,), cases=(case,)))
        found = outcome is VisitOutcome.SEEN
        return lambda: cases.visit_made(
            person, 1, outcome=outcome, made=now, by="worker", notice_left=not found
        )

    def end(recipient: Recipient) -> dict[str, Any]:
        made = [(v.number, v.outcome, v.by) for v in people.find(recipient.number).visits]
        return {**end_of_record(recipient), "visits": made}

    assert sweep(visit, end, same, folk) >= 2


@pytest.mark.parametrize("word", ["confirmed", "approved"])
def test_dying_while_a_line_of_a_list_is_decided(village: Village, word: str) -> None:
    folk = folk_of(village)

    def decide(recipient: Recipient) -> Work:
        record = people.find(recipient.number)
        ready = ready_to_suspend(record, ENDED)
        state = ProposalState.PROPOSED if word == "confirmed" else ProposalState.CONFIRMED
        by = None if word == "confirmed" else "township officer"
        line = replace(
            ready.proposals[0], state=state, confirmed_by=by, approved_by=None, decided=None, effective=None
        )
        case = replace(ready.cases[0], state=StateName.PROPOSE_SUSPENSION)
        people.change(record.person.id, lambda _: replace(ready, proposals=(line,), cases=(case,)))
        if word == "confirmed":
            return lambda: cases.confirm_proposal(record.person.id, 1, by="township officer")
        return lambda: cases.approve_proposal(record.person.id, 1, by="county officer", runs=every_benefit)

    def end(recipient: Recipient) -> dict[str, Any]:
        (line,) = people.find(recipient.number).proposals
        return {**end_of_record(recipient), "line": (line.state, line.confirmed_by, line.approved_by)}

    assert sweep(decide, end, same, list(folk)) >= 2
    assert end(folk[0])["line"][0] == word


@pytest.mark.parametrize("status", ["DELIVRD", "UNDELIV"])
def test_dying_while_the_carrier_reports(village: Village, status: str) -> None:
    folk = folk_of(village, 20, DUE)
    village.sandbox.advance(hours=10)

    def report(recipient: Recipient) -> Work:
        record = people.find(recipient.number)
        words = {"deadline": "2025-06-30", "hotline": "12333", "code": "123456"}
        told = messages.compose(record.person, Template.REMIND, "2025-06-30", words, clock.today())
        people.change(record.person.id, lambda _: Change("told", "test", clock.now(), messages=(told,)))
        send_due()
        return lambda: messages.carrier_reported({"message": told.id, "status": status})

    def end(recipient: Recipient) -> dict[str, Any]:
        told = people.find(recipient.number).messages
        return {**end_of_record(recipient), "ways": [(m.channel, m.state) for m in told]}

    assert sweep(report, end, same, list(folk)) >= 1
    expected = MessageState.DELIVERED if status == "DELIVRD" else MessageState.FAILED
    assert end(folk[0])["messages"][0][1] is expected


def told(recipient: Recipient, event: str) -> PersonId:
    """Somebody of whom a department says what would end their payment."""
    person = people.find(recipient.number).person.id
    feed, what = event.split("#")
    key = EvidenceKey(NEW_YEAR - timedelta(days=40), FeedId(feed), what)
    cases.evidence_arrived(person, [Evidence(key, FileId("test"), 1)], actor="test")
    return person


def word_on(person: PersonId, kind: SuspicionKind, by: str) -> Work:
    """One person says that it is so; another that what rests on it may follow."""

    def says() -> None:
        found = next(s for s in people.load(person).suspicions if s.kind is kind)
        if by == "officer":
            how: dict[str, Any] = {"verification": Verification.DOCUMENT, **AUTHORITY}
            cases.suspicion_verified(person, kind, found.day, confirmed=True, by=by, **how)
        else:
            cases.approve_suspicion(person, kind, found.day, by=by, **AUTHORITY)

    return once(says)


def both_say(person: PersonId, kind: SuspicionKind) -> None:
    for by in ("officer", "second officer"):
        word_on(person, kind, by)()


def step_of_suspicion(person: PersonId, kind: SuspicionKind, state: StateName) -> object:
    name = next(s.name for s in people.load(person).suspicions if s.kind is kind)
    event = {"state": state.value, "contract": 1, "person": person, "suspicion": name, "generation": 1}
    return run_step(suspicion.STEPS, event)


@pytest.mark.parametrize("by", ["officer", "second officer"])
def test_dying_while_a_death_is_confirmed(village: Village, by: str) -> None:
    folk = folk_of(village, 30, NEW_YEAR + timedelta(days=200))

    def confirm(recipient: Recipient) -> Work:
        person = told(recipient, DEATH)
        if by != "officer":
            word_on(person, SuspicionKind.DEATH, "officer")()
        return word_on(person, SuspicionKind.DEATH, by)

    def end(recipient: Recipient) -> dict[str, Any]:
        record = people.find(recipient.number)
        said = [(s.kind, s.state, s.verified_by, s.approved_by) for s in record.suspicions]
        return {**end_of_record(recipient), "said": said, "died": record.person.deceased_on}

    assert sweep(confirm, end, same, list(folk)) >= 2
    assert people.find(folk[0].number).entitlements[0].status is EntitlementStatus.ACTIVE, (
        "that is a step of its own"
    )


@pytest.mark.parametrize("state", [StateName.TERMINATE, StateName.COMPUTE_OVERPAID])
def test_dying_while_a_payment_ends_after_a_death(village: Village, state: StateName) -> None:
    """What was paid too much is counted, and the household gets its one letter."""
    folk = folk_of(village, 30, NEW_YEAR + timedelta(days=200))

    def end_payment(recipient: Recipient) -> Work:
        person = told(recipient, DEATH)
        people.put_payments([(person, Payment(PENSION, Month("2024-12"), 20_000, NEW_YEAR))])
        both_say(person, SuspicionKind.DEATH)
        if state is StateName.COMPUTE_OVERPAID:
            step_of_suspicion(person, SuspicionKind.DEATH, StateName.TERMINATE)
        return lambda: step_of_suspicion(person, SuspicionKind.DEATH, state)

    def end(recipient: Recipient) -> dict[str, Any]:
        record = people.find(recipient.number)
        asked = [(r.state, r.fen) for r in record.recoveries]
        return {**end_of_record(recipient), "asked back": asked, "died": record.person.deceased_on}

    assert sweep(end_payment, end, same, list(folk)) >= 2
    assert end(folk[0])["entitlements"][0][1] is EntitlementStatus.TERMINATED
    letters = [template for template, _ in end(folk[0])["messages"]].count(Template.BEREAVED)
    assert letters == (state is StateName.COMPUTE_OVERPAID)


# --- two deaths in a row ---------------------------------------------------------------------------


def test_two_deaths_in_a_row_while_suspending(village: Village) -> None:
    folk = folk_of(village, 60)

    def suspend(recipient: Recipient) -> Work:
        person = people.find(recipient.number).person.id
        people.change(person, lambda record: ready_to_suspend(record, ENDED))
        return lambda: step(person, StateName.SUSPEND)

    def accepted(end: dict[str, Any]) -> bool:
        return bool(
            end["entitlements"][0][1] == EntitlementStatus.SUSPENDED
            and len(end["messages"]) == len(end["instructions"]) == 1
            and end["chain"]
        )

    assert in_pairs(suspend, accepted, folk) >= 3


def test_two_deaths_in_a_row_while_sending(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    folk = folk_of(village, 90, DUE)
    village.sandbox.advance(hours=10)
    monkeypatch.setattr(messages, "is_quiet_hour", lambda: False)
    handed: list[str] = []
    publish = messages.carriers.in_use().hand_over

    class Counting:
        """The carrier, and a list of what it was given."""

        def hand_over(self, message: str, phone: str, text: str) -> Any:
            answer = publish(message, phone, text)
            handed.append(message)
            return answer

    monkeypatch.setattr(messages.carriers, "in_use", Counting)

    def send(recipient: Recipient) -> Work:
        record = people.find(recipient.number)
        words = {"deadline": "2025-06-30", "hotline": "12333", "code": "123456"}
        told = messages.compose(record.person, Template.REMIND, "2025-06-30", words, clock.today())
        people.change(record.person.id, lambda _: Change("told", "test", clock.now(), messages=(told,)))

        def later() -> None:
            with messages.run("send") as each:
                messages._send_all([("", record.person.id, told.id)], each)
            village.sandbox.clock.move(village.sandbox.now() + timedelta(hours=1))

        return later

    def accepted(end: dict[str, Any]) -> bool:
        known = (MessageState.SENT, MessageState.UNKNOWN)
        return end["messages"][0][1] in known and len(handed) == len(set(handed)) and end["chain"]

    assert in_pairs(send, accepted, folk) >= 5


def test_two_deaths_in_a_row_while_a_payment_starts_again(village: Village) -> None:
    """Who was in prison and is released, as two people have said."""
    folk = folk_of(village, 120, NEW_YEAR + timedelta(days=200))

    def start_again(recipient: Recipient) -> Work:
        person = told(recipient, "custody#sentence")
        both_say(person, SuspicionKind.CUSTODY)
        step_of_suspicion(person, SuspicionKind.CUSTODY, StateName.TERMINATE)
        (ended,) = people.load(person).entitlements
        assert ended.status is EntitlementStatus.TERMINATED
        cases.raise_restart(person, PENSION, NEW_YEAR, Paper.RELEASE, by="clerk")
        both_say(person, SuspicionKind.RESTART)
        return lambda: step_of_suspicion(person, SuspicionKind.RESTART, StateName.UNDO)

    def accepted(end: dict[str, Any]) -> bool:
        orders = [name.rpartition("#")[2] for name, _, _ in end["instructions"]]
        return bool(
            end["entitlements"][0][1] == EntitlementStatus.ACTIVE
            and orders.count("resume") == 1
            and end["chain"]
        )

    assert in_pairs(start_again, accepted, folk) >= 17
