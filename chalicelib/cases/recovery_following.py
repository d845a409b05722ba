"""追回跟踪 · Recoveries follow what was overpaid, and those concerned are written to (rule 17).

`follow` brings a record up to date whenever something may have moved: an ending, a payments file, a reversal,
an objection; every day for whoever has anything open. What it finds new is heard before anything is decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chalicelib import clock, messages
from chalicelib.cases import bereavement
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money import recovery as order
from chalicelib.engine.money.adjustment import is_of_adjustment
from chalicelib.engine.money.paid_to_heirs import is_of_heirs, recovers_of_heirs
from chalicelib.engine.money.recoverable import by_order
from chalicelib.engine.suspicion.reckoning import account
from chalicelib.engine.texts import instruction_texts
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Change,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    Month,
    PersonId,
    PersonRecord,
    Recovery,
    RecoveryState,
    Template,
)
from chalicelib.storage.dynamodb import people, worklists

ACTOR = "platform"


def follow(person: PersonId, *, overdue: bool = False) -> PersonRecord:
    """Bring what is to be recovered from a person, and owed to their heirs, up to date; the same again does
    nothing.

    `overdue`: an authority has let its term pass: the household is told what stands, not only at the end.
    """

    def put(record: PersonRecord) -> Change | None:
        on = clock.today()
        recoveries = _recoveries(record, on)
        owed, called_off = bereavement.owed_now(record, on)
        after = replace(
            record,
            recoveries=_put(record.recoveries, recoveries),
            owed_to_heirs=tuple({o.benefit: o for o in (*record.owed_to_heirs, *owed)}.values()),
        )
        letter, asked = bereavement.letter(after, on, overdue=overdue)
        after = replace(after, recoveries=_put(after.recoveries, asked))
        heard, told = _hearings(after, on)
        after = replace(after, recoveries=_put(after.recoveries, heard))
        told = (*letter, *told, *_corrections(record, recoveries, on))
        changed = tuple(r for r in after.recoveries if r not in record.recoveries)
        seen = _seen(after, on)
        if not (changed or owed or called_off or told or seen):
            return None
        details = {
            "recoveries": {str(r.number): {"fen": r.fen, "state": r.state} for r in changed},
            "owed_to_heirs_fen": {o.benefit: o.left for o in owed},
        }
        return Change(
            "recoveries followed",
            ACTOR,
            clock.now(),
            details,
            recoveries=changed,
            owed_to_heirs=owed,
            instructions=(*called_off, *seen),
            messages=told,
        )

    return people.change(person, put)


def concerned() -> set[PersonId]:
    """Everybody of whom anything is to be recovered, or owed to heirs."""
    told = {
        person
        for person, instruction in worklists.open_instructions()
        if instruction.kind is InstructionKind.RECOVER
    }
    recovered = {row.person for row in worklists.recoveries("")}
    return told | recovered | {row.person for row in worklists.owed_to_heirs("")}


def _put(before: Sequence[Recovery], changed: Sequence[Recovery]) -> tuple[Recovery, ...]:
    return tuple({recovery.number: recovery for recovery in (*before, *changed)}.values())


def _recoveries(record: PersonRecord, on: date) -> tuple[Recovery, ...]:
    """The recoveries that no longer are what the orders to recover ask for."""
    now = record.recoveries
    for told, wanted in _wanted(record, on):
        now = _put(now, order.followed(now, told.benefit, told.month, wanted, on))
    if record.died is None:
        now = tuple(order.of_the_living(r) for r in now)
    return tuple(r for r in now if r not in record.recoveries)


def _wanted(record: PersonRecord, on: date) -> Iterator[tuple[Instruction, Mapping[Month, int]]]:
    """Each order to recover with the months that brought it: after an end, or what an adjustment found."""
    orders = [i for i in record.instructions if i.kind is InstructionKind.RECOVER]
    rules, payments = current().rules, people.payments_of(record.person.id) if orders else []
    for entitlement in record.entitlements:
        mine = [i for i in orders if i.benefit == entitlement.benefit]
        if not mine:
            continue
        shown = account(record, entitlement, payments, rules, on)
        yield from ((told, _of_heirs(told)) for told in mine if is_of_heirs(told))
        mine = [i for i in mine if not is_of_heirs(i)]
        after_the_end = [i for i in mine if not is_of_adjustment(i, record)]
        about = {*shown.after_the_end.months, *(month for i in after_the_end for month in i.arrears)}
        months = by_order(after_the_end, shown.beyond(about).by_month)
        for told in mine:
            if told not in after_the_end:
                found = (i for i in record.instructions if i.kind is InstructionKind.ADJUST)
                adjusts = next(i for i in found if (i.benefit, i.month) == (told.benefit, told.month))
                months |= by_order([told], shown.beyond(adjusts.arrears).by_month)
        yield from ((told, months[told.name]) for told in mine)


def _of_heirs(told: Instruction) -> Mapping[Month, int]:
    """What heirs are to give back: the whole sum, whatever the files show of the person."""
    return {} if told.state is InstructionState.CANCELLED else {told.month: told.fen}


def _hearings(record: PersonRecord, on: date) -> tuple[tuple[Recovery, ...], tuple[Message, ...]]:
    """Those concerned are written to about what nobody has asked them yet; of a death in the one letter."""
    unasked = [
        r
        for r in record.recoveries
        if r.state is RecoveryState.HEARING
        and r.asked is None
        and not bereavement.will_tell(record, r.benefit)
    ]
    asked = tuple(order.asked(r, on, current().rules.policy.money) for r in unasked)
    told = tuple(
        messages.anew(
            record,
            Template.RECOVERY_HEARING,
            about(r),
            {**words_of(record, r), "until": f"{r.next_day}"},
            on,
        )
        for r in asked
    )
    return asked, told


def _corrections(before: PersonRecord, changed: Sequence[Recovery], on: date) -> tuple[Message, ...]:
    """Whoever was told a sum that is smaller now is told so, with what goes back to them."""
    known = {r.number: r for r in before.recoveries}
    return tuple(
        messages.anew(
            before,
            Template.RECOVERY_CORRECTED,
            about(r),
            {**words_of(before, r), "refund": refund_of(r)},
            on,
        )
        for r in changed
        if (was := known.get(r.number)) is not None and was.asked is not None and r.fen < was.fen
    )


def refund_of(recovery: Recovery) -> str:
    """A sentence about what goes back to those concerned; empty where nothing does."""
    if not recovery.to_refund:
        return ""
    return f"此前已收取或抵扣的款项中，有{yuan(recovery.to_refund)}元将退还给您。"


def _seen(record: PersonRecord, on: date) -> tuple[Instruction, ...]:
    """Instructions to recover of which nothing is left to do."""
    done = (InstructionState.SEEN, InstructionState.CANCELLED)
    found = []
    for told in record.instructions:
        if told.kind is not InstructionKind.RECOVER or told.state in done:
            continue
        mine = [r for r in record.recoveries if (r.benefit, r.since) == (told.benefit, told.month)]
        if mine and not any(r.is_open for r in mine):
            found.append(replace(told, state=InstructionState.SEEN, changed=on))
    return tuple(found)


def about(recovery: Recovery) -> str:
    """What a letter about it is about."""
    return f"recovery#{recovery.number}"


def words_of(record: PersonRecord, recovery: Recovery) -> dict[str, str]:
    """The benefit, the months and the sum, as letters say them."""
    title = current().rules.benefit(recovery.benefit).title.zh
    of_heirs = recovers_of_heirs(recovery, record.instructions)
    return {
        "benefit": f"{title}（误认去世期间发给继承人）" if of_heirs else title,
        "months": instruction_texts.months(recovery.months),
        "yuan": yuan(recovery.fen),
    }
