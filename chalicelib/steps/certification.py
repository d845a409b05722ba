"""认证步骤 · The steps of statemachines/certification.asl.json: gather, decide, apply, and one word back.

A step that waits stores its token first and looks at the evidence afterwards: whatever arrives in
between finds either the token or the evidence. Intake writes evidence first and reads the token
afterwards. So nobody waits who need not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from chalicelib import clock, messages
from chalicelib.cases import evidence_effects, executions, home_visits, related_persons
from chalicelib.cases.freshness import is_anything_unread
from chalicelib.engine.rules.quantities import MOST_MONTHS
from chalicelib.engine.suspension.timeline import SECONDS_A_DAY, next_list_day, plan_case, seconds_until
from chalicelib.engine.suspension.visits import visited_at_once, visits_made
from chalicelib.engine.suspicion.unlisted import asked_until
from chalicelib.engine.texts.message_templates import check_code
from chalicelib.jurisdiction import current
from chalicelib.model import (
    LIVE,
    Case,
    Change,
    EntitlementStatus,
    Evidence,
    PersonRecord,
    Proposal,
    ProposalState,
    Route,
    StateName,
    StepOutcome,
    Template,
    Visit,
    VisitPurpose,
)
from chalicelib.observability import count
from chalicelib.steps import suspension_steps
from chalicelib.steps.walking import ACTOR, Answer, StepInput, answer
from chalicelib.storage.dynamodb import people


def match_data(call: StepInput) -> Answer:
    """Do record and lake certify by now? Also plans the waits of this case.

    The daily run read the lake before it opened the case. If the lake cannot be read again, the case
    goes on with the record: the last look reads both before anything happens to money. A case that was
    suspended already stays where it is: its execution only passes by.
    """
    on, passes_by = clock.today(), call.enter_at is not StateName.MATCH_DATA
    if passes_by:
        record = people.load(call.person)
    else:
        record = _settled(call, suspension_steps.from_lake(call.person) or ())
    case = call.case_of(record)
    months = case.months if case is not None else MOST_MONTHS
    plan = plan_case(call.due, months, on, current().rules.policy)
    if passes_by:
        outcome = StepOutcome.DONE
    elif case is None:
        outcome = StepOutcome.CLOSED
    elif evidence_effects.is_certified(record, case):
        outcome = StepOutcome.CERTIFIED
    elif visited_at_once(record.person, current().rules.policy):
        outcome = StepOutcome.KEY_GROUP
    else:
        outcome = StepOutcome.INSUFFICIENT
    return answer(
        outcome,
        remind=plan.remind,
        remind_again=plan.remind_again,
        self_certify=plan.self_certify,
        home_visit=plan.home_visit,
        after_remind=plan.after_remind,
    )


def _settled(call: StepInput, found: Sequence[Evidence]) -> PersonRecord:
    """The record brought up to date with what the lake holds, and the case standing in this state."""

    def settle(record: PersonRecord) -> Change | None:
        settlement = evidence_effects.apply_rules(record, clock.today(), found)
        case = call.case_of(record)
        moved = case is not None and case.state is not call.state
        if not settlement and not moved:
            return None
        change = settlement.change(call.state.value, ACTOR)
        return replace(change, cases=(replace(case, state=call.state),)) if case and moved else change

    return people.change(call.person, settle, related_persons.brought_up_to_date(call.person))


# --- waiting states ------------------------------------------------------------------------------


def remind(call: StepInput) -> Answer:
    """Tell the person until when, where to ask, and that a visit costs nothing.

    Not whom data certify or no message reaches, nor whose case was suspended already: it passes by here.
    """
    if call.matched is StepOutcome.DONE:
        return _answered(call, call.enter_at)
    if call.matched is not StepOutcome.INSUFFICIENT:
        return _answered(call, call.matched)
    return _wait(call, lambda record, case: _with_message(call, record, case, Template.REMIND))


def remind_again(call: StepInput) -> Answer:
    """Tell the person once more, where the policy says so; a case that began before it did passes on."""
    if all(r.template is not Template.REMIND_AGAIN for r in current().rules.policy.timeline.reminders):
        return _wait(call, lambda _record, _case: _nothing(call))
    return _wait(call, lambda record, case: _with_message(call, record, case, Template.REMIND_AGAIN))


def self_certify(call: StepInput) -> Answer:
    """Ask for the last time to certify oneself, by phone or at any counter, before somebody comes.

    Where the policy reminds twice, whoever comes from the first message is told so before.
    """
    if call.after_remind is StateName.REMIND_AGAIN and _stands_in(call, StateName.REMIND):
        return _answered(call, StateName.REMIND_AGAIN)
    return _wait(call, lambda record, case: _with_message(call, record, case, Template.SELF_CERTIFY))


def _stands_in(call: StepInput, state: StateName) -> bool:
    case = call.case_of(people.load(call.person))
    return case is not None and case.state is state


def dispatch_home_visit(call: StepInput) -> Answer:
    """Put the person on the grid worker's list, once.

    Whoever comes back to this state has been sought, or waited for: data are matched and the case is
    looked at before anybody is sent again. The last look says what is to be done if nobody is.
    """
    if _is_back(call) and (word := _no_further_visit(call)) is not None:
        return _answered(call, word)

    def order(record: PersonRecord, case: Case) -> Change:
        about, on = case.due.isoformat(), clock.today()
        asked = asked_until(record, current().rules.policy)
        if home_visits.pending(record, about) is not None or (asked is not None and on <= asked):
            return _nothing(call)
        first, until, manner = suspension_steps.next_visit(record, case, on)
        number, area = home_visits.next_number(record), record.person.area
        visit = Visit(number, VisitPurpose.CERTIFY, about, first, until, manner=manner, area=area)
        return replace(_nothing(call), details={"visit": visit.number}, visits=(visit,))

    return _wait(call, order)


def _is_back(call: StepInput) -> bool:
    """Whether this wait follows another in the same state, or visits that an earlier execution asked for."""
    record = people.load(call.person)
    case = call.case_of(record)
    if case is None:
        return False
    waits = case.waiting if case.state is call.state else None
    if waits is not None:
        return waits.token != call.token
    return bool(visits_made(record, case.due, clock.today()))


def _no_further_visit(call: StepInput) -> StepOutcome | None:
    """What ends the visits of a case, by record and lake; None while another one is needed."""
    found = suspension_steps.from_lake(call.person)
    record = _settled(call, found or ())
    case = call.case_of(record)
    if case is None:
        return StepOutcome.CLOSED
    if evidence_effects.is_certified(record, case):
        return StepOutcome.CERTIFIED
    is_needed = suspension_steps.look(record, case, clock.today()).step is StepOutcome.VISIT_NEEDED
    return None if found is not None and is_needed else StepOutcome.LOOK


def await_a_day(call: StepInput) -> Answer:
    """A condition of rule 10 holds the case; only evidence or the day itself ends the wait."""
    return _wait(call, lambda _record, _case: _nothing(call))


def propose_suspension(call: StepInput) -> Answer:
    """Put a line on the township's list; what two people make of it comes back as the answer."""

    def propose(record: PersonRecord, case: Case) -> Change:
        proposal = suspension_steps.proposal_for(record, case, clock.today())
        standing = suspension_steps.standing_proposal(record, case)
        if standing is not None and suspension_steps.still_asks(standing, proposal, record, case):
            return _nothing(call)
        lapsed: tuple[Proposal, ...] = ()
        if standing is not None:
            lapsed = (replace(standing, state=ProposalState.LAPSED, decided=clock.today()),)
        details = {"proposal": proposal.number}
        change = replace(_nothing(call), details=details, proposals=(*lapsed, proposal))
        return suspension_steps.paid_as_before(record, change) if lapsed else change

    return _wait(call, propose)


def await_effective_day(call: StepInput) -> Answer:
    """Approved; until the effective day any certification still cancels it."""
    return _wait(call, lambda _record, _case: _nothing(call))


def pay_in_person(call: StepInput) -> Answer:
    """Approved, and stopped by grades: for a month the person is paid at the pay point, identity checked.

    The counter that pays certifies; who does not come is looked at once more before anything is suspended.
    """
    return _wait(call, lambda record, case: suspension_steps.in_person(record, case, _nothing(call)))


def await_resumption(call: StepInput) -> Answer:
    """Suspended; every route to certify stays open."""
    return _wait(call, lambda _record, _case: _nothing(call))


def _nothing(call: StepInput) -> Change:
    return Change(call.state.value, ACTOR, clock.now())


def _with_message(call: StepInput, record: PersonRecord, case: Case, template: Template) -> Change:
    plan = plan_case(case.due, case.months, clock.today(), current().rules.policy)
    words = {
        "deadline": plan.deadline.isoformat(),
        "code": check_code(record.person.id, case.due),
    }
    about = case.due.isoformat()
    mine = (m for m in record.messages if (m.template, m.about) == (template, about))
    if any(message.day >= case.opened for message in mine):
        return _nothing(call)  # the case was restarted, and has said so; opened again, it says it again
    return replace(_nothing(call), messages=(messages.anew(record, template, about, words, clock.today()),))


def _answered(call: StepInput, word: StepOutcome | StateName) -> Answer:
    """End the wait of this very call with a word; a call that is repeated finds it ended."""
    waiting = call.waiting()
    if waiting is None:
        raise ValueError(f"{call.state} waits and was given no token")
    executions.wake(waiting, {"outcome": word})
    return answer(StepOutcome.DONE)


def _wait(call: StepInput, act: Callable[[PersonRecord, Case], Change]) -> Answer:
    """Store the token with what the step does, then look: the answer may be there already."""

    def begin(record: PersonRecord) -> Change | None:
        case = call.case_of(record)
        if case is None:
            return None
        change = act(record, case)
        return replace(change, cases=(replace(case, state=call.state, waiting=call.waiting()),))

    record = people.change(call.person, begin)
    case = call.case_of(record)
    waiting = call.waiting()
    if waiting is None:
        raise ValueError(f"{call.state} waits and was given no token")
    if case is None or not evidence_effects.still_due(record, case):
        return _answered(call, StepOutcome.CLOSED if case is None else StepOutcome.CERTIFIED)
    if call.state is StateName.AWAIT_RESUMPTION:
        evidence_effects.wake_if_certified(record)
    elif call.state is StateName.PROPOSE_SUSPENSION:
        suspension_steps.answer_if_decided(record, case, waiting)
    elif call.state is StateName.DISPATCH_HOME_VISIT:
        suspension_steps.answer_if_visited(record, case, waiting)
    return answer(StepOutcome.DONE)


# --- looking, suspending, resuming, closing ------------------------------------------------------


def last_look(call: StepInput) -> Answer:
    """Match record and lake once more and check every condition of rule 10; no lake, not today."""
    on = clock.today()
    found = suspension_steps.from_lake(call.person)
    record = _settled(call, found or ())
    case = call.case_of(record)
    if case is None:
        return answer(StepOutcome.CLOSED)
    if found is None and not evidence_effects.is_certified(record, case):
        return answer(StepOutcome.HELD, SECONDS_A_DAY)
    readiness = suspension_steps.look(record, case, on)
    if readiness.step is StepOutcome.SUSPEND and is_anything_unread():
        return answer(StepOutcome.APPROVED, suspension_steps.AN_HOUR)
    until = readiness.wait_until
    if readiness.step is StepOutcome.PROPOSE:
        until = next_list_day(on + timedelta(days=1), current().rules.policy)
    return answer(readiness.step, seconds_until(until, on) if until else 1)


def close_case(call: StepInput) -> Answer:
    """The walk of this period is over; the person is filed under the next day they come due.

    From whichever state it closes, whoever is certified leaves it paid; whoever is not, and stays suspended,
    keeps a case that waits for them.
    """

    def close(record: PersonRecord) -> tuple[Change | None, bool]:
        case = call.case_of(record)
        if case is None:
            return None, False
        if evidence_effects.resumable(record, case):
            return None, True
        if any(e.status is EntitlementStatus.SUSPENDED for e in evidence_effects.still_due(record, case)):
            asleep = replace(case, state=StateName.GO_DORMANT, waiting=None)
            return replace(_nothing(call), cases=(asleep,)), False
        certified = _has_live(record) and evidence_effects.is_certified(record, case)
        closed = replace(
            case,
            state=StateName.CLOSE_CASE,
            waiting=None,
            outcome=StepOutcome.CERTIFIED if certified else StepOutcome.CLOSED,
            closed=clock.today(),
            route=_route_of(record),
        )
        change = suspension_steps.cancel_pending(record, case, replace(_nothing(call), cases=(closed,)))
        return suspension_steps.paid_as_before(record, change) if certified else change, False

    record, is_suspended = people.change_with_outcome(call.person, close)
    if is_suspended:
        suspension_steps.resume_and_pay_arrears(call)
        record, _ = people.change_with_outcome(call.person, close)
    suspension_steps.reschedule(record)
    return answer(StepOutcome.DONE)


def _has_live(record: PersonRecord) -> bool:
    """Whether anything is left that could be certified: nothing of the dead."""
    return record.person.deceased_on is None and any(e.status in LIVE for e in record.entitlements)


def _route_of(record: PersonRecord) -> Route | None:
    """The route by which the latest certificate of a record was given."""
    newest = max(record.entitlements, key=lambda e: e.valid_until, default=None)
    return newest.route if newest else None


def go_dormant(call: StepInput) -> Answer:
    """Stop waiting with an execution: from now on the case item is the wait."""
    evidence_effects.wake_if_certified(_rest(call, StateName.GO_DORMANT))
    return answer(StepOutcome.DONE)


def park_for_a_person(call: StepInput) -> Answer:
    """The workflow could not go on: say so on the case and to an operator, decide nothing.

    Certifying goes on with it; else the next daily run does. Published as `Parked`, which an alarm watches.
    """
    _rest(call, StateName.PARK_FOR_A_PERSON)
    count(Parked=1)
    return answer(StepOutcome.DONE)


def _rest(call: StepInput, state: StateName) -> PersonRecord:
    def rest(record: PersonRecord) -> Change | None:
        case = call.case_of(record)
        if case is None:
            return None
        return replace(_nothing(call), cases=(replace(case, state=state, waiting=None),))

    return people.change(call.person, rest)


STEPS: Mapping[StateName, Callable[[StepInput], Answer]] = {
    StateName.MATCH_DATA: match_data,
    StateName.REMIND: remind,
    StateName.REMIND_AGAIN: remind_again,
    StateName.SELF_CERTIFY: self_certify,
    StateName.DISPATCH_HOME_VISIT: dispatch_home_visit,
    StateName.LAST_LOOK: last_look,
    StateName.AWAIT_A_DAY: await_a_day,
    StateName.PROPOSE_SUSPENSION: propose_suspension,
    StateName.AWAIT_EFFECTIVE_DAY: await_effective_day,
    StateName.PAY_IN_PERSON: pay_in_person,
    StateName.SUSPEND: suspension_steps.suspend,
    StateName.AWAIT_RESUMPTION: await_resumption,
    StateName.RESUME_AND_PAY_ARREARS: suspension_steps.resume_and_pay_arrears,
    StateName.GO_DORMANT: go_dormant,
    StateName.CLOSE_CASE: close_case,
    StateName.PARK_FOR_A_PERSON: park_for_a_person,
}
