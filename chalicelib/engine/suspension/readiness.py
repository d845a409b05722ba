"""暂停条件 · May this person's payment be suspended? Rule 10, one by one; when in doubt, not today.

`readiness` answers with one word for the state machine, and the reasons. SUSPEND is said only if
every condition holds on a data match of this very day, and two different people have approved
exactly what is judged today. A line may be proposed while the period still runs if it ends within
the month: it takes effect on the first of the month after the period at the earliest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.engine.calendar.periods import (
    ONE_DAY,
    civil_time,
    first_day,
    month_of,
    next_month,
    zh_day,
    zh_month,
)
from chalicelib.engine.certification.stays import last_departure
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspension.blockers import holds
from chalicelib.engine.suspension.graded_stop import graded, told
from chalicelib.engine.suspension.line_decisions import ON_THE_LIST, is_approved, visitors
from chalicelib.engine.suspension.objections import spared
from chalicelib.engine.suspension.signs_of_life import signs_of_life
from chalicelib.engine.suspension.timeline import is_list_open, next_list_day
from chalicelib.engine.suspension.visits import Knock, failed_on, failures, revisit_day, visits_made
from chalicelib.engine.suspicion.unlisted import benefits_unlisted
from chalicelib.model import (
    REMINDERS,
    BenefitCode,
    Case,
    Decision,
    EntitlementStatus,
    FeedId,
    MessageState,
    Month,
    ObjectionAbout,
    PersonRecord,
    Proposal,
    ProposalState,
    Reason,
    StepOutcome,
    SuspicionKind,
    SuspicionState,
)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a case is ready for on a day.

    `benefits` are those concerned by the step (to propose, to suspend, or still uncertified);
    `wait_until` is the day to look again, always given with HELD and APPROVED, and later than today.
    """

    step: StepOutcome
    benefits: tuple[BenefitCode, ...]
    reasons: tuple[Reason, ...]
    wait_until: date | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """Everything that one look at a case rests on."""

    record: PersonRecord
    case: Case
    rules: RuleBook
    on: date
    valid_until: Mapping[BenefitCode, date]  # of active entitlements, as judged today
    made: tuple[Knock, ...]

    @property
    def suspendable(self) -> tuple[BenefitCode, ...]:
        """The active benefits that may ever be suspended; a fee relief never."""
        return tuple(code for code in self.valid_until if self.rules.benefit(code).suspendable)

    @property
    def proposable(self) -> tuple[BenefitCode, ...]:
        """Those whose own period has ended or ends within this month (rule 10 a), and that a roster lists."""
        end = first_day(next_month(month_of(self.on)))
        return tuple(code for code in self.listed if self.valid_until[code] < end)

    @property
    def listed(self) -> tuple[BenefitCode, ...]:
        """Those that may be suspended, without what no roster lists any more (rule 20)."""
        off = benefits_unlisted(self.record)
        return tuple(code for code in self.suspendable if code not in off)

    def cutoff_day(self, benefit: BenefitCode) -> int:
        return self.rules.benefit_on(benefit, self.on).cutoff_day


def readiness(
    record: PersonRecord,
    case: Case,
    decision: Decision,
    rules: RuleBook,
    on: date,
    missing: AbstractSet[FeedId] = frozenset(),
    elsewhere: date | None = None,
) -> Readiness:
    """What rule 10 allows on a day for a case, given the decision of that day and the feeds missing on it.

    `elsewhere`: through which day another number of the same person is certified.

    CLOSED      deceased, or nothing left that could be suspended
    CERTIFIED   every benefit that could be suspended is certified beyond the case's period
    HELD        a suspicion, objection, stay, explained absence, missing feed, the list not open: wait_until
    VISIT_NEEDED  not yet reminded, or not sought as often and as well as it takes
    PROPOSE     everything but people's approval; also while a line about it stands
    PAY_IN_PERSON  two people have approved, and the month before is paid in person: wait_until
    APPROVED    two people have approved, and the month has not come: wait_until
    SUSPEND     everything
    """
    look = _look(record, case, decision, rules, on)
    settled = _settled(look)
    if settled is not None:
        return settled
    uncertified = tuple(code for code in look.suspendable if look.valid_until[code] <= case.due)
    revisit = revisit_day(look.made, case.due, rules.policy)
    held = tuple(holds(record, decision, revisit, rules, on, missing, elsewhere))
    if held:
        until = max(hold.until for hold in held)
        return Readiness(StepOutcome.HELD, uncertified, tuple(hold.reason for hold in held), until)
    lacking = _visit_lacking(look)
    if lacking is not None:
        return Readiness(StepOutcome.VISIT_NEEDED, uncertified, (lacking,))
    return _approved(look) or _proposed(look)


def _look(record: PersonRecord, case: Case, decision: Decision, rules: RuleBook, on: date) -> _Look:
    judged = {verdict.benefit: verdict.valid_until for verdict in decision.verdicts}
    active = (e.benefit for e in record.entitlements if e.status is EntitlementStatus.ACTIVE)
    valid_until = {benefit: judged[benefit] for benefit in active}
    return _Look(record, case, rules, on, valid_until, visits_made(record, case.due, on))


def _settled(look: _Look) -> Readiness | None:
    """The end of the case, if there is nothing to suspend."""
    died = look.record.person.deceased_on is not None or any(
        s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED for s in look.record.suspicions
    )
    if died:
        return _closed(
            "deceased", "本人已去世，资格认证终止。", "The person has died; nothing is left to certify."
        )
    if not look.valid_until:
        return _closed("nothing_active", "已没有在发的待遇。", "No benefit is being paid any more.")
    if not look.suspendable:
        return _closed(
            "never_suspended",
            "该事项不因未认证而暂停。",
            "Benefits of this kind are never suspended for lack of certification.",
        )
    if all(look.valid_until[code] > look.case.due for code in look.suspendable):
        why = Reason("certified", "本期资格认证已完成。", "Certified beyond this period.")
        return Readiness(StepOutcome.CERTIFIED, tuple(look.valid_until), (why,))
    return None


def _closed(code: str, zh: str, en: str) -> Readiness:
    return Readiness(StepOutcome.CLOSED, (), (Reason(code, zh, en),))


# --- (b) and (c): reminded, and not met ----------------------------------------------------------


def notice_days(record: PersonRecord, case: Case, made: tuple[Knock, ...]) -> tuple[date, ...]:
    """The days on which word of the case reached the person: reminders delivered, notices left."""
    about = case.due.isoformat()
    mine = (m for m in record.messages if m.about == about and m.day >= case.opened)
    delivered = (
        m.left_on or (civil_time(m.changed).date() if m.changed is not None else m.day)
        for m in mine
        if m.template in REMINDERS and m.state is MessageState.DELIVERED
    )
    return (*delivered, *(knock.day for knock in made if knock.notice_left))


def wrongly_suspended(record: PersonRecord, case: Case, policy: Policy, on: date) -> frozenset[BenefitCode]:
    """The benefits suspended in a case of which people have found since that it was wrong (rules 10 and 22).

    By an objection upheld, or by a visit that was corrected, so that too few have failed.
    """
    if any(v.corrected_by is not None and v.about == case.due.isoformat() for v in record.visits):
        made = visits_made(record, case.due, on, wherever=True)
        failed = failures(made, case.due, policy)
        if failed_on(failed, notice_days(record, case, made), policy.visits) is None:
            return frozenset(
                e.benefit for e in record.entitlements if e.status is EntitlementStatus.SUSPENDED
            )
    return spared(record, case) if record.objections else frozenset()


def _visit_lacking(look: _Look) -> Reason | None:
    policy = look.rules.policy
    failed = failures(look.made, look.case.due, policy)
    notices = notice_days(look.record, look.case, look.made)
    if not notices:
        return Reason(
            "not_reminded",
            "提醒未能送达，也未留置书面通知，须上门告知。",
            "No reminder was delivered and no notice left: somebody must bring one.",
        )
    enough = failed_on(failed, notices, policy.visits)
    if enough is None:
        return Reason(
            "visits",
            f"已上门未见到本人{len(failed)}次，尚不符合三次上门的要求：不同日期，一次在晚上或休息日，"
            "一次向亲属、邻居、协助人或村医了解，第二次距通知满期限。",
            f"{len(failed)} failed visits do not yet satisfy: three on different days, one in the evening or "
            "at a weekend, one that asks somebody close, the second long enough after the notice.",
        )
    signs = signs_of_life(look.record, look.rules, enough, look.on)
    if signs and not any(knock.day > enough for knock in failed):
        return Reason(
            "signs_of_life",
            f"{zh_day(signs[-1].day)}留有本人痕迹，虽不足以认证，须再上门一次。",
            f"A trace of the person's own on {signs[-1].day}: too weak to certify, and reason for one more "
            "visit.",
            signs[-1],
        )
    return None


# --- (a) and (f): the period, the list, and two people -------------------------------------------


def _approved(look: _Look) -> Readiness | None:
    """What two people have approved and what still stands of it, in its own month."""
    for proposal in reversed(look.record.proposals):
        approved = is_approved(proposal, visitors(look.record, proposal))
        if proposal.due != look.case.due or not approved or proposal.effective is None:
            continue
        benefits = tuple(
            code
            for code in proposal.benefits
            if code in look.listed and _still_stands(look, proposal, code, proposal.effective)
        )
        if benefits and month_of(look.on) == proposal.effective:
            why = Reason("ready", "暂停条件全部具备。", "Every condition of a suspension holds.")
            return Readiness(StepOutcome.SUSPEND, benefits, (why,))
        if benefits and month_of(look.on) < proposal.effective:
            return _before(look, proposal, benefits, proposal.effective)
    return None


def _before(
    look: _Look, proposal: Proposal, benefits: tuple[BenefitCode, ...], effective: Month
) -> Readiness:
    """What is due before an approved line takes effect: nothing, or a month that is paid in person."""
    here, begins = month_of(look.on), proposal.in_person
    if begins is not None and here == begins:
        untold = tuple(
            code
            for code in graded(look.record, benefits, look.rules, look.on)
            if not told(look.record, proposal, code)
        )
        if untold:
            why = Reason("in_person", "本月凭证件当面领取。", "This month is paid in person.")
            return Readiness(StepOutcome.PAY_IN_PERSON, untold, (why,), first_day(effective))
    until = effective if begins is None or here >= begins else begins
    why = Reason("approved", f"已批准自{zh_month(effective)}起暂停。", f"Approved, from {effective} on.")
    return Readiness(StepOutcome.APPROVED, benefits, (why,), first_day(until))


def _still_stands(look: _Look, proposal: Proposal, code: BenefitCode, effective: Month) -> bool:
    """Whether nothing that the two signed has moved, and no condition was met anew too late for it."""
    until = look.valid_until[code]
    if proposal.judged.get(code) != until:
        return False
    met = last_condition_met(look.record, look.rules, look.made, proposal, look.on)
    first = effective_month(until, met, look.cutoff_day(code))
    begins = proposal.in_person
    if begins is None or month_of(look.on) < begins or not graded(look.record, (code,), look.rules, look.on):
        return first <= effective
    # The month in person comes first, and by the same conditions: without it the line is put to people anew.
    return first <= effective if told(look.record, proposal, code) else first <= begins == month_of(look.on)


def last_condition_met(
    record: PersonRecord, rules: RuleBook, made: tuple[Knock, ...], proposal: Proposal, on: date
) -> date:
    """The day on which the last condition of rule 10 was met for an approved line."""
    days = [
        proposal.decided or proposal.proposed,
        *(knock.day for knock in made),
        *(s.closed for s in record.suspicions if s.closed is not None and s.closed <= on),
        *(o.decided for o in record.objections if o.holds and o.decided is not None and o.decided <= on),
    ]
    departure = last_departure(record.evidence, rules, on)
    return max(days) if departure is None else max(*days, departure)


def _proposed(look: _Look) -> Readiness:
    """A line on the township's list, if one stands or the list is open."""
    benefits = look.proposable
    if not benefits:
        first = min(look.valid_until[code] for code in look.suspendable)
        until = next_list_day(max(first_day(month_of(first)), look.on + ONE_DAY), look.rules.policy)
        why = Reason("period_runs", "认证有效期尚未届满。", "The period has not ended yet.")
        if not look.listed:
            why = Reason(
                "no_longer_listed",
                "领取名册不再列有本人，发放部门尚未说明，不暂停待遇。",
                "No roster lists the person any more, and the authority has not said why: not suspended.",
            )
        return Readiness(StepOutcome.HELD, look.suspendable, (why,), until)
    mine = [p for p in look.record.proposals if p.due == look.case.due]
    judged = {code: look.valid_until[code] for code in benefits}
    stands = any(p.state in ON_THE_LIST and dict(p.judged) == judged for p in mine)
    if stands or (is_list_open(look.on, look.rules.policy) and not _off_this_list(look, mine)):
        why = Reason(
            "conditions_hold",
            "除审批外，暂停条件均已具备。",
            "Every condition of a suspension holds but people's approval.",
        )
        return Readiness(StepOutcome.PROPOSE, benefits, (why,))
    until = next_list_day(look.on + ONE_DAY, look.rules.policy)
    why = Reason(
        "list_closed",
        "未列入本月暂停名单，待下月名单日再核。",
        "Not on this month's list; looked at again on the next list day.",
    )
    return Readiness(StepOutcome.HELD, benefits, (why,), until)


def _off_this_list(look: _Look, mine: Sequence[Proposal]) -> bool:
    """Whether people have said this month that the person is not to be on its list."""
    struck = [p.proposed for p in mine if p.state is ProposalState.REFUSED]
    heard = [o.decided for o in look.record.objections if o.spares(ObjectionAbout.SUSPENSION)]
    month = month_of(look.on)
    return any(day is not None and month_of(day) == month for day in (*struck, *heard))


def effective_month(valid_until: date, last_condition_met: date, cutoff_day: int) -> Month:
    """The first month not paid: after the period and after the last condition, whichever is later.

    What is decided after the authority's cut-off day misses the next pay run (rule 10).

    >>> effective_month(date(2025, 6, 30), date(2025, 6, 25), 25)
    '2025-07'
    >>> effective_month(date(2025, 6, 30), date(2025, 6, 26), 25)
    '2025-08'
    """
    decided = next_month(month_of(last_condition_met))
    if last_condition_met.day > cutoff_day:
        decided = next_month(decided)
    return max(decided, next_month(month_of(valid_until)))


# --- rule 12: no more in one month than foreseen ------------------------------------------------


def beyond_limit(ready: Readiness, on: date) -> Readiness:
    """What is ready to be suspended in a month that would suspend too many: looked at again tomorrow."""
    why = Reason(
        "too_many_suspensions",
        "本县（市、区）本月拟暂停该待遇的人数超过限度，须经市级工作人员复核并解除限制后方可暂停；每日再核。",
        "More are to be suspended from this benefit in this county and month than the limit allows: "
        "a person of the city has to look and lift it. Looked at again every day.",
    )
    return replace(ready, step=StepOutcome.HELD, reasons=(why,), wait_until=on + ONE_DAY)
