"""追回 · A recovery in its legal order (rule 17): heard, decided, set off, asked back, settled.

Those concerned are heard before anything is decided; a decision bears its reason; what the law allows is set
off before anybody is asked for money; what is left is asked back with a term, or by instalments. Two people
who had no part in it write it off, or pass it on for fraud. No day alone decides anything: an overdue term is
for a person. Each function answers with the recovery as it stands afterwards, or raises RefusedError.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import add_months
from chalicelib.engine.calendar.workdays import add_working_days
from chalicelib.engine.money.arrears import demand
from chalicelib.engine.rules.benefits import BenefitRules, Offset
from chalicelib.engine.rules.money_policy import AS_BEFORE, MoneyTerms
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Booking,
    Closing,
    HearingAnswer,
    Instalment,
    Month,
    Recovery,
    RecoveryState,
    Way,
)

REVIEW_DAYS: Final = 60  # 行政复议: Administrative Reconsideration Law, Art. 20
LAWSUIT_MONTHS: Final = 6  # 行政诉讼: Administrative Litigation Law, Art. 46

Months = Mapping[Month, int]
_WAY_OF: Final = {
    Offset.FUNERAL_GRANT: Way.FUNERAL_GRANT,
    Offset.ACCOUNT_BALANCE: Way.ACCOUNT_BALANCE,
}
_BY_A_DEATH: Final = (Way.FUNERAL_GRANT, Way.OWED_TO_HEIRS)
_CLOSES: Final = (RecoveryState.WRITTEN_OFF, RecoveryState.PASSED_ON)


# --- what is to be recovered ---------------------------------------------------------------------


def followed(
    recoveries: Sequence[Recovery], benefit: BenefitCode, since: Month, wanted: Months, on: date
) -> tuple[Recovery, ...]:
    """The recoveries of an instruction once `wanted` is what each month brought too much; those that changed.

    More is heard anew: with what nobody has decided yet, else as a recovery of its own. Less is taken from
    the youngest first, and what has come back for it is to be refunded. Together they are always `wanted`.
    """
    mine = {r.number: r for r in recoveries if (r.benefit, r.since) == (benefit, since)}
    more: dict[Month, int] = {}
    for month in sorted({*wanted, *(month for r in mine.values() for month in r.months)}):
        missing = wanted.get(month, 0) - sum(r.months.get(month, 0) for r in mine.values())
        if missing > 0:
            more[month] = missing
        for number in sorted(mine, reverse=True):
            taken = min(max(0, -missing), mine[number].months.get(month, 0))
            mine[number] = _with(mine[number], {month: -taken})
            missing += taken
    if more:
        heard = next((r for r in mine.values() if r.state is RecoveryState.HEARING and r.fen), None)
        if heard is None:
            number = max((r.number for r in recoveries), default=0) + 1
            heard = Recovery(number, benefit, since, {}, RecoveryState.HEARING, on)
        mine[heard.number] = _asked_anew(_with(heard, more))
    before = {r.number: r for r in recoveries}
    return tuple(_settled(r) for number, r in sorted(mine.items()) if r != before.get(number))


def _with(recovery: Recovery, difference: Months) -> Recovery:
    months = {
        month: fen
        for month in sorted({*recovery.months, *difference})
        if (fen := recovery.months.get(month, 0) + difference.get(month, 0)) > 0
    }
    if months == recovery.months:
        return recovery
    less = recovery.fen - sum(months.values())
    return replace(recovery, months=months, instalments=_shortened(recovery.instalments, less))


def _shortened(plan: tuple[Instalment, ...], less: int) -> tuple[Instalment, ...]:
    """A plan from whose end so much is taken: what is not owed is not asked for."""
    kept = []
    for part in reversed(plan):
        taken = min(max(0, less), part.fen)
        less -= taken
        if part.fen > taken:
            kept.append(replace(part, fen=part.fen - taken))
    return tuple(reversed(kept))


def _asked_anew(recovery: Recovery) -> Recovery:
    """What was said was said of another sum."""
    return replace(recovery, asked=None, answer_by=None, answer=None, heard_by=None)


def _settled(recovery: Recovery) -> Recovery:
    """The recovery with the state that its money leaves it in."""
    if not recovery.months:
        return replace(recovery, state=RecoveryState.CALLED_OFF, closing=None)
    if recovery.state in (RecoveryState.DECIDED, RecoveryState.DEMANDED) and not recovery.left:
        return replace(recovery, state=RecoveryState.FINISHED, closing=None)
    return recovery


def of_the_living(recovery: Recovery) -> Recovery:
    """The same without what only a death would bring: a funeral grant, what heirs are owed.

    Nobody paid that in, so nothing of it goes back; what the person is owed themselves comes in arrears.
    """
    kept = tuple(b for b in recovery.bookings if b.way not in _BY_A_DEATH)
    return recovery if kept == recovery.bookings else replace(recovery, bookings=kept)


# --- the order of the law ------------------------------------------------------------------------


def asked(recovery: Recovery, on: date, terms: MoneyTerms = AS_BEFORE) -> Recovery:
    """Those concerned are written to: from today on they have their term to answer."""
    return replace(recovery, asked=on, answer_by=add_working_days(on, terms.hearing_working_days))


def heard(recovery: Recovery, answer: HearingAnswer, by: str) -> Recovery:
    """What those concerned said; a later word takes the place of an earlier one until it is decided."""
    _stands_in(recovery, RecoveryState.HEARING)
    if recovery.asked is None:
        raise RefusedError(
            "not_asked", "尚未书面告知当事人，不能登记意见。", "those concerned have not been written to yet"
        )
    return replace(recovery, answer=answer, heard_by=by)


def decided(
    recovery: Recovery,
    because: str,
    available: Mapping[Offset, int],
    owed: int,
    reference: str,
    by: str,
    rules: BenefitRules,
    on: date,
) -> Recovery:
    """The decision, and what is set off: first what the same authority owes, then what the benefit allows.

    RefusedError before those concerned have answered or their term is over, and for an offset that the
    benefit does not declare.
    """
    _stands_in(recovery, RecoveryState.HEARING)
    if recovery.asked is None or (recovery.answer is None and on <= recovery.next_day):
        raise RefusedError(
            "not_heard",
            "当事人尚未答复，听取意见的期限未满，不能作出决定。",
            "those concerned have not answered and their term is not over: nothing may be decided",
        )
    allowed = rules.recovery.offset if rules.recovery else ()
    if any(fen and source not in allowed for source, fen in available.items()):
        raise RefusedError(
            "offset_not_allowed",
            "该待遇没有此项抵扣的依据。",
            "the benefit declares no legal basis for this offset",
        )
    after = replace(recovery, state=RecoveryState.DECIDED, decided=on, decided_by=by, because=because)
    owed = min(owed, after.left)
    taken = demand(after.left - owed, available, rules).offset
    ways = {Way.OWED_TO_HEIRS: owed, **{_WAY_OF[source]: fen for source, fen in taken.items()}}
    new = tuple(Booking(way, fen, on, reference, by) for way, fen in ways.items() if fen)
    return _settled(replace(after, bookings=(*after.bookings, *new)))


def demanded(recovery: Recovery, by: str, on: date, working_days: int) -> Recovery:
    """What is left is asked back, within a term of working days."""
    _stands_in(recovery, RecoveryState.DECIDED)
    due = add_working_days(on, working_days)
    return replace(recovery, state=RecoveryState.DEMANDED, demanded=on, demanded_by=by, due_by=due)


def in_instalments(recovery: Recovery, number: int, first: date, terms: MoneyTerms = AS_BEFORE) -> Recovery:
    """What is left in so many monthly parts, the earlier ones a fen larger where it does not divide."""
    _stands_in(recovery, RecoveryState.DEMANDED)
    most = terms.most_instalments
    if not 1 < number <= min(most, recovery.left):
        raise RefusedError(
            "instalments_not_in_range",
            f"分期应为2至{most}期，每期至少一分钱。",
            f"between 2 and {most} instalments, of a fen at least",
        )
    each, larger = divmod(recovery.left, number)
    plan = tuple(Instalment(add_months(first, n), each + (n < larger)) for n in range(number))
    return replace(recovery, instalments=plan)


def repaid(recovery: Recovery, fen: int, on: date, reference: str, by: str) -> Recovery:
    """Money came; the same reference again changes nothing, with another sum it is refused.

    What was passed on or finished may still bring money: what is too much is to be refunded.
    """
    if recovery.state in (RecoveryState.HEARING, RecoveryState.CALLED_OFF):
        raise _wrong_state(recovery)
    return _booked(recovery, Booking(Way.REPAID, fen, on, reference, by))


def refunded(recovery: Recovery, fen: int, on: date, reference: str, by: str) -> Recovery:
    """What came too much has gone back; never more than that."""
    booking = Booking(Way.REFUNDED, fen, on, reference, by)
    if _known(recovery, booking) is None and fen > recovery.to_refund:
        raise RefusedError(
            "more_than_to_refund",
            "退还金额超过多收的金额。",
            "more would go back than came too much",
        )
    return _booked(recovery, booking)


def _booked(recovery: Recovery, booking: Booking) -> Recovery:
    known = _known(recovery, booking)
    if known is None:
        return _settled(replace(recovery, bookings=(*recovery.bookings, booking)))
    if (known.fen, known.on) != (booking.fen, booking.on):
        raise RefusedError(
            "reference_used",
            "该凭证号已登记过另一笔款项。",
            "this reference stands for another payment already",
        )
    return recovery


def _known(recovery: Recovery, booking: Booking) -> Booking | None:
    return next(
        (b for b in recovery.bookings if (b.way, b.reference) == (booking.way, booking.reference)), None
    )


# --- what does not come back ---------------------------------------------------------------------


def closing_proposed(
    recovery: Recovery, how: RecoveryState, reason: str, by: str, involved: AbstractSet[str], on: date
) -> Recovery:
    """One who had no part in it proposes to write off what is left, or to pass it on for fraud.

    Another proposal takes the place of one that nobody has approved.
    """
    _may_close(recovery, by, involved)
    if how not in _CLOSES:
        raise ValueError(f"{how} closes nothing by two people's word")
    return replace(recovery, closing=Closing(how, reason, by, on))


def closing_approved(recovery: Recovery, by: str, involved: AbstractSet[str], on: date) -> Recovery:
    """Another one approves it: what is left is given up, or no longer this platform's to ask for."""
    proposed = recovery.closing
    if proposed is None:
        raise RefusedError(
            "not_proposed", "没有待批准的核销或移送。", "nobody has proposed to write off or pass on"
        )
    if proposed.approved_by == by:
        return recovery
    _may_close(recovery, by, involved)
    if by == proposed.proposed_by:
        raise RefusedError(
            "same_person", "提出人与批准人不能是同一人。", "whoever proposed it may not approve it"
        )
    return replace(recovery, state=proposed.how, closing=replace(proposed, approved_by=by, approved=on))


def _may_close(recovery: Recovery, by: str, involved: AbstractSet[str]) -> None:
    _stands_in(recovery, RecoveryState.DECIDED, RecoveryState.DEMANDED)
    if by in involved or by in involved_in(recovery):
        raise RefusedError(
            "involved",
            "核销或移送须由未参与此事的人员提出和批准。",
            "two people who had no part in it write off or pass on",
        )


def involved_in(recovery: Recovery) -> frozenset[str]:
    """Who heard, decided, demanded or recorded money in a recovery."""
    said = (recovery.heard_by, recovery.decided_by, recovery.demanded_by)
    booked: Iterable[str] = (booking.by for booking in recovery.bookings)
    return frozenset({*filter(None, said), *booked})


def _stands_in(recovery: Recovery, *states: RecoveryState) -> None:
    if recovery.state not in states:
        raise _wrong_state(recovery)


def _wrong_state(recovery: Recovery) -> RefusedError:
    return RefusedError(
        "not_in_order",
        "追回须按顺序办理：先听取意见，再作决定、抵扣，然后要求退还。",
        f"a recovery goes in its order: heard, decided, asked back; this one is {recovery.state}",
    )
