"""Whoever says a word about a record dies at each call that writes; said again, it has been said once.

One life for each word: how it comes to that, and the word. What follows from it is there in the end, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import pytest

from chalicelib import cases, clock, messages
from chalicelib.cases import (
    bereavement,
    daily_run,
    home_visits,
    instructions,
    no_longer_listed,
    stop_requests,
)
from chalicelib.model import (
    Case,
    Change,
    Channel,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    HeirProof,
    Instruction,
    InstructionKind,
    InstructionState,
    MessageState,
    Month,
    ObjectionAbout,
    OwedToHeirs,
    PersonId,
    ProposalState,
    StateName,
    Suspicion,
    SuspicionKind,
    Template,
    Verification,
    Visit,
    VisitOutcome,
    VisitPurpose,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.crashes import end_of_record, same, sweep
from tests.workflow.test_crash_points import ready_to_suspend
from tests.workflow.test_crash_points_of_decisions import (
    DEATH,
    ENDED,
    PENSION,
    Work,
    both_say,
    folk_of,
    once,
    step_of_suspicion,
    told,
    word_on,
)
from tests.workflow.village import (
    AUTHORITY,
    NEW_YEAR,
    TOWNSHIP_OFFICE,
    Recipient,
    Village,
    every_benefit,
)

AGES = NEW_YEAR + timedelta(days=200)
Life = Callable[[Recipient], Work]
KEY: Final = EvidenceKey(NEW_YEAR - timedelta(days=3), FeedId("hospital_inpatient"), "admitted")


def of(recipient: Recipient) -> PersonId:
    return people.find(recipient.number).person.id


def put(whom: PersonId, **items: Any) -> None:
    people.change(whom, lambda _: Change("made ready", "test", clock.now(), **items))


def asked(person: PersonId, kind: SuspicionKind) -> Suspicion:
    return next(s for s in people.load(person).suspicions if s.kind is kind)


def stay(person: PersonId) -> None:
    cases.evidence_arrived(person, [Evidence(KEY, FileId("test"), 1)], actor="test")


# --- at the door ----------------------------------------------------------------------------------


def a_wrong_tap_is_corrected(recipient: Recipient) -> Work:
    """*Seen* cleared a death: once it is corrected, that is to be verified again."""
    person, now = told(recipient, DEATH), clock.now()
    cases.seen_at_the_door(person, made=now, by="worker")
    assert asked(person, SuspicionKind.DEATH).closed
    (visit,) = (v for v in people.load(person).visits if v.outcome is VisitOutcome.SEEN)
    says = partial(cases.visit_made, person, visit.number, outcome=VisitOutcome.NOT_FOUND, made=now)
    return once(lambda: says(by="worker", notice_left=False))


def a_death_is_found_at_the_door(recipient: Recipient) -> Work:
    person, now = told(recipient, DEATH), clock.now()
    name = asked(person, SuspicionKind.DEATH).name
    put(person, visits=(Visit(1, VisitPurpose.VERIFY, name, NEW_YEAR, NEW_YEAR + timedelta(days=9)),))
    says = partial(cases.visit_made, person, 1, outcome=VisitOutcome.DECEASED, made=now, by="worker")
    return once(lambda: says(notice_left=False, deceased_on=NEW_YEAR - timedelta(days=40)))


def a_notice_is_left(recipient: Recipient) -> Work:
    person = of(recipient)
    words = {"deadline": "2025-06-30", "hotline": "12333", "code": "123456"}
    notice = messages.compose(people.load(person).person, Template.REMIND, "2025-06-30", words, clock.today())
    printed = replace(notice, channel=Channel.NOTICE, state=MessageState.SENT, changed=clock.now())
    put(person, messages=(printed,))
    return lambda: cases.notice_left(person, notice.id, on=clock.today(), by="worker")


def somebody_is_sent_to_check(recipient: Recipient) -> Work:
    person = of(recipient)
    return lambda: home_visits.recheck(person, about="recheck#2024-12")


# --- what is said of suspicions -------------------------------------------------------------------


def a_death_is_cleared(recipient: Recipient) -> Work:
    person = told(recipient, DEATH)
    day = asked(person, SuspicionKind.DEATH).day
    how: dict[str, Any] = {"verification": Verification.DOCUMENT, **AUTHORITY}
    return once(
        lambda: cases.suspicion_verified(
            person, SuspicionKind.DEATH, day, confirmed=False, by="officer", **how
        )
    )


def an_authority_approves_an_ending(recipient: Recipient) -> Work:
    person = told(recipient, DEATH)
    day = asked(person, SuspicionKind.DEATH).day
    for by in ("village", "township"):
        how: dict[str, Any] = {"verification": Verification.DOCUMENT, **TOWNSHIP_OFFICE}
        cases.suspicion_verified(person, SuspicionKind.DEATH, day, confirmed=True, by=by, **how)
    step_of_suspicion(person, SuspicionKind.DEATH, StateName.TERMINATE)
    return once(lambda: cases.approve_ending(person, SuspicionKind.DEATH, day, by="hrss", runs=every_benefit))


def somebody_asks_to_stop(recipient: Recipient) -> Work:
    person = of(recipient)
    return lambda: cases.ask_to_stop(person, PENSION, by="citizen")


def somebody_takes_that_back(recipient: Recipient) -> Work:
    person = of(recipient)
    cases.ask_to_stop(person, PENSION, by="citizen")
    name = asked(person, SuspicionKind.STOP_ASKED).name
    word_on(person, SuspicionKind.STOP_ASKED, "officer")()
    return lambda: stop_requests.undo(person, name, by="citizen")


def an_authority_doubts_a_result(recipient: Recipient) -> Work:
    person = of(recipient)
    stay(person)
    return once(lambda: cases.doubt(person, PENSION, NEW_YEAR, by="hrss", because="照片不符"))


def a_line_is_refused(recipient: Recipient) -> Work:
    record = people.find(recipient.number)
    ready = ready_to_suspend(record, ENDED)
    line = replace(
        ready.proposals[0], state=ProposalState.PROPOSED, confirmed_by=None, approved_by=None, decided=None
    )
    case = replace(ready.cases[0], state=StateName.PROPOSE_SUSPENSION)
    people.change(record.person.id, lambda _: replace(ready, proposals=(line,), cases=(case,)))
    return once(lambda: cases.refuse_proposal(record.person.id, 1, by="township officer", reason="本人住院"))


# --- objections and orders ------------------------------------------------------------------------


def an_objection_is_rejected(recipient: Recipient) -> Work:
    person = told(recipient, DEATH)
    both_say(person, SuspicionKind.DEATH)
    step_of_suspicion(person, SuspicionKind.DEATH, StateName.TERMINATE)
    cases.object_to(person, ObjectionAbout.TERMINATION, by="citizen", benefit=PENSION)
    return once(lambda: cases.decide_objection(person, 1, upheld=False, by="fourth officer", reason="已核实"))


def an_order(person: PersonId, kind: InstructionKind = InstructionKind.SUSPEND) -> Instruction:
    order = Instruction(
        PENSION, kind, Month("2025-01"), 20_000, "", InstructionState.ISSUED, NEW_YEAR - timedelta(days=120)
    )
    put(person, instructions=(order,))
    return order


def an_order_is_acknowledged(recipient: Recipient) -> Work:
    person = of(recipient)
    order = an_order(person)
    return lambda: cases.acknowledge_instruction(person, order.name, by="hrss")


def an_order_was_not_seen(recipient: Recipient) -> Work:
    person = of(recipient)
    put(
        person,
        instructions=(
            replace(an_order(person), month=Month("2024-09"), changed=NEW_YEAR - timedelta(days=120)),
        ),
    )
    return lambda: instructions.list_unseen(
        person, {i.name for i in people.load(person).instructions}, NEW_YEAR
    )


def heirs_are_paid(recipient: Recipient) -> Work:
    person = of(recipient)
    record = people.load(person)
    owed = OwedToHeirs(PENSION, (Month("2024-10"),), {Month("2024-10"): 20_000}, NEW_YEAR)
    died = replace(record.person, deceased_on=NEW_YEAR - timedelta(days=40))
    put(person, person=died, owed_to_heirs=(owed,))
    return once(
        lambda: bereavement.release(person, PENSION, proof=HeirProof.KINSHIP, reference="file-7", by="hrss")
    )


# --- what files and nights say --------------------------------------------------------------------


def what_was_taken_back_comes_again(recipient: Recipient) -> Work:
    person = of(recipient)
    stay(person)
    cases.evidence_withdrawn(person, [KEY], actor="feed:hospital_inpatient")
    return lambda: cases.evidence_restored(person, [Evidence(KEY, FileId("test"), 1)], actor="feed:x")


def no_roster_lists_them(recipient: Recipient) -> Work:
    person = of(recipient)
    return lambda: no_longer_listed.left_rosters([(person, PENSION)], NEW_YEAR)


def a_roster_lists_them_again(recipient: Recipient) -> Work:
    person = of(recipient)
    no_longer_listed.left_rosters([(person, PENSION)], NEW_YEAR)
    return lambda: no_longer_listed.listed_again({(person, PENSION)})


def a_case_walks_again(recipient: Recipient) -> Work:
    person = of(recipient)
    case = Case(ENDED, date(2024, 9, 1), 1, StateName.REMIND)
    put(person, cases=(case,))
    return lambda: daily_run._restart_case(person, case)


def a_suspicion_walks_again(recipient: Recipient) -> Work:
    person = told(recipient, DEATH)
    found = asked(person, SuspicionKind.DEATH)
    return lambda: daily_run._restart_suspicion(person, found)


def a_case_that_slept_is_awakened(recipient: Recipient) -> Work:
    person = of(recipient)
    (drawn,) = people.load(person).entitlements
    drawn = replace(drawn, status=EntitlementStatus.SUSPENDED, stopped_from=Month("2024-12"))
    put(person, entitlements=(drawn,), cases=(Case(AGES, date(2024, 9, 1), 1, StateName.GO_DORMANT),))
    return lambda: stay(person)


LIVES: Final[Mapping[Life, str]] = {
    a_wrong_tap_is_corrected: "suspicion opened again",
    a_death_is_found_at_the_door: "death confirmed",
    a_notice_is_left: "notice left",
    somebody_is_sent_to_check: "recheck ordered",
    a_death_is_cleared: "suspicion cleared",
    an_authority_approves_an_ending: "ending approved",
    somebody_asks_to_stop: "stop asked for",
    somebody_takes_that_back: "stop undone",
    an_authority_doubts_a_result: "result doubted",
    a_line_is_refused: "suspension refused",
    an_objection_is_rejected: "objection rejected",
    an_order_is_acknowledged: "instruction acknowledged",
    an_order_was_not_seen: "instructions not seen",
    heirs_are_paid: "released to the heirs",
    what_was_taken_back_comes_again: "evidence restored",
    no_roster_lists_them: "no longer listed",
    a_roster_lists_them_again: "listed again",
    a_case_walks_again: "case restarted",
    a_suspicion_walks_again: "suspicion restarted",
    a_case_that_slept_is_awakened: "dormant case awakened",
}


def end_of(recipient: Recipient) -> dict[str, Any]:
    record = people.find(recipient.number)
    return {
        **end_of_record(recipient),
        "died": record.person.deceased_on,
        "suspicions": [(s.name, s.state, s.verified_by, s.approved_by, s.ends) for s in record.suspicions],
        "visits": [(v.number, v.purpose, v.outcome, v.by, v.cancelled) for v in record.visits],
        "lines": [(p.state, p.confirmed_by, p.approved_by) for p in record.proposals],
        "objections": [(o.number, o.state, o.decided_by) for o in record.objections],
        "heirs": [(o.benefit, o.left) for o in record.owed_to_heirs],
        "trail": [entry.action for entry in people.audit_trail(record.person.id)][1:],
    }


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_dying_while_a_word_is_said(village: Village, life: Life) -> None:
    folk = folk_of(village, 14, AGES)
    sweep(life, end_of, same, list(folk))
    assert LIVES[life] in end_of(folk[0])["trail"]
