"""身后一件事 · One death, one case for all benefits: what the heirs are owed, and one letter that says all.

Each benefit ends on its own authority's approval (`suspicion_verification.approve_ending`). When the last
one is decided, or an authority has let its term pass, the household gets one letter about what stands then;
later only about what it lacked. What the person was owed while alive is paid to whoever shows that they
are an heir.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from chalicelib import clock, messages
from chalicelib.engine.calendar.periods import month_of, next_month
from chalicelib.engine.money import owed_to_heirs as heirs
from chalicelib.engine.money import recovery as order
from chalicelib.engine.suspicion.reckoning import TO_HEIRS, account
from chalicelib.engine.suspicion.withheld_before_end import withheld
from chalicelib.engine.texts import recovery_notices
from chalicelib.engine.texts.recovery_notices import Line
from chalicelib.errors import NotFoundError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    Entitlement,
    HeirProof,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    Month,
    OwedToHeirs,
    PersonId,
    PersonRecord,
    Recovery,
    RecoveryState,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Way,
)
from chalicelib.storage.dynamodb import people

NOT_SEEN = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)


# --- what the heirs are owed ---------------------------------------------------------------------


def owed_at_death(
    record: PersonRecord, suspicion: Suspicion, benefits: Iterable[BenefitCode]
) -> tuple[OwedToHeirs, ...]:
    """What is owed of benefits that end now by a confirmed death, as the record stood before.

    And of what something else had ended while it was suspended.
    """
    if suspicion.kind is not SuspicionKind.DEATH:
        return ()
    on, rules = clock.today(), current().rules
    payments = people.payments_of(record.person.id)
    known, ending = {o.benefit: o for o in record.owed_to_heirs}, set(benefits)
    found = []
    for entitlement in record.entitlements:
        months = withheld(record, entitlement, rules, on)
        if entitlement.benefit not in ending and (not months or entitlement.benefit in known):
            continue
        lacking = account(record, entitlement, payments, rules, on).lacking
        version = rules.benefit_on(entitlement.benefit, on)
        owed = heirs.owed(record, entitlement, version, suspicion.day, lacking, on, months)
        if owed is not None:
            before = known.get(owed.benefit)
            found.append(owed if before is None else _again(before, owed))
    return tuple(found)


def _again(before: OwedToHeirs, owed: OwedToHeirs) -> OwedToHeirs:
    """Confirmed a second time, after the first was reversed: what heirs have had stays had."""
    return replace(
        before, candidates=owed.candidates, months=owed.months, opened=owed.opened, called_off=None
    )


def owed_now(record: PersonRecord, on: date) -> tuple[tuple[OwedToHeirs, ...], tuple[Instruction, ...]]:
    """What is owed to heirs and has moved with the payments, and the instructions called off with it.

    Nothing is owed to the heirs of somebody who lives after all.
    """
    if record.died is None:
        alive = tuple(
            replace(o, called_off=on, offset_fen=0, released_fen=0)  # what heirs have had is asked back
            for o in record.owed_to_heirs
            if o.called_off is None
        )
        return alive, tuple(
            replace(i, state=InstructionState.CANCELLED, changed=on)
            for i in record.instructions
            if i.kind is InstructionKind.PAY_HEIRS and i.state in NOT_SEEN
        )
    if not record.owed_to_heirs:
        return (), ()
    rules, payments = current().rules, people.payments_of(record.person.id)
    drawn = {e.benefit: e for e in record.entitlements}
    now = (
        heirs.amended(o, account(record, drawn[o.benefit], payments, rules, on).lacking)
        for o in record.owed_to_heirs
    )
    return tuple(o for o in now if o not in record.owed_to_heirs), ()


def owed_by_same_authority(record: PersonRecord, benefit: BenefitCode) -> tuple[OwedToHeirs, ...]:
    """What the authority that runs a benefit owes the heirs and has not paid, that benefit's own first."""
    rules = current().rules
    run_by = rules.benefit(benefit).run_by
    mine = (o for o in record.owed_to_heirs if o.left and rules.benefit(o.benefit).run_by is run_by)
    return tuple(sorted(mine, key=lambda o: (o.benefit != benefit, o.benefit)))


def set_off(owed: Iterable[OwedToHeirs], decided: Recovery) -> tuple[OwedToHeirs, ...]:
    """The same, less what a decision has set off against it."""
    left = decided.moved(Way.OWED_TO_HEIRS)
    found = []
    for item in owed:
        taken = min(left, item.left)
        left -= taken
        if taken:
            found.append(heirs.set_off(item, taken))
    return tuple(found)


def release(
    person: PersonId, benefit: BenefitCode, *, proof: HeirProof, reference: str, by: str
) -> OwedToHeirs:
    """An officer has seen who the heirs are: their authority is told to pay them what is left."""
    on = clock.today()

    def put(record: PersonRecord) -> Change | None:
        before = next((o for o in record.owed_to_heirs if o.benefit == benefit), None)
        if before is None:
            raise NotFoundError("nothing of this benefit is owed to heirs")
        if not before.left and (before.released_by, before.reference) == (by, reference):
            return None
        after = heirs.released(before, proof, reference, by, on)
        told = Instruction(
            benefit,
            InstructionKind.PAY_HEIRS,
            _free(record, benefit, on),
            before.left,
            f"{TO_HEIRS}; {heirs.SHOWN_BY[proof]}",
            InstructionState.ISSUED,
            on,
            arrears=tuple(sorted(after.months)),
        )
        moot = tuple(  # it would go to the account of the dead
            replace(i, state=InstructionState.CANCELLED, changed=on)
            for i in record.instructions
            if i.benefit == benefit and i.kind in heirs.PAYS and i.state in NOT_SEEN
        )
        details = {"benefit": benefit, "fen": before.left, "proof": proof.value}
        return Change(
            "released to the heirs",
            by,
            clock.now(),
            details,
            owed_to_heirs=(after,),
            instructions=(*moot, told),
        )

    record = people.change(person, put)
    return next(o for o in record.owed_to_heirs if o.benefit == benefit)


def _free(record: PersonRecord, benefit: BenefitCode, on: date) -> Month:
    """The first month from now on under which heirs have not been paid yet."""
    taken = {
        i.month for i in record.instructions if (i.benefit, i.kind) == (benefit, InstructionKind.PAY_HEIRS)
    }
    month = month_of(on)
    while month in taken:
        month = next_month(month)
    return month


# --- the letters ---------------------------------------------------------------------------------


def to_confirm(record: PersonRecord, suspicion: Suspicion) -> tuple[Message, ...]:
    """Before a death is confirmed, a notice goes to the person's own address: if this is wrong, call."""
    template = Template.DEATH_TO_CONFIRM
    told = any(
        (m.template, m.about) == (template, suspicion.name) and m.day >= suspicion.opened
        for m in record.messages
    )
    if suspicion.kind is not SuspicionKind.DEATH or told:
        return ()
    return (messages.anew(record, template, suspicion.name, {}, clock.today()),)


def will_tell(record: PersonRecord, benefit: BenefitCode) -> bool:
    """Whether the one letter about a death is still to tell of a benefit."""
    death = _death(record)
    return death is not None and benefit in {*_ended(death), *death.unsigned} - _told(record, death)


def letter(
    record: PersonRecord, on: date, *, overdue: bool
) -> tuple[tuple[Message, ...], tuple[Recovery, ...]]:
    """The letter to the household, where one is due, and the recoveries about which it asks to be heard."""
    death = _death(record)
    if death is None or (death.is_unfinished and not overdue):
        return (), ()
    missing = _ended(death) - _told(record, death)
    entitlements = [e for e in record.entitlements if e.benefit in missing]
    if not entitlements:
        return (), ()
    asked = tuple(
        order.asked(r, on, current().rules.policy.money)
        for r in record.recoveries
        if r.state is RecoveryState.HEARING and r.asked is None and r.benefit in missing
    )
    rules = current().rules
    until = asked[0].next_day if asked else on
    words = recovery_notices.bereaved(
        [_line(record, e, asked) for e in entitlements],
        [rules.benefit(benefit).title.zh for benefit in death.unsigned],
        until,
    )
    words["benefits"] = ",".join(sorted(missing))
    return (messages.anew(record, Template.BEREAVED, death.name, words, on),), asked


def _line(record: PersonRecord, entitlement: Entitlement, asked: Iterable[Recovery]) -> Line:
    benefit = entitlement.benefit
    overpaid: dict[Month, int] = {}
    for recovery in asked:
        if recovery.benefit == benefit:
            for month, fen in recovery.months.items():
                overpaid[month] = overpaid.get(month, 0) + fen
    owed = next((o.months for o in record.owed_to_heirs if o.benefit == benefit and o.left), {})
    since = entitlement.stopped_from or next_month(month_of(record.died or clock.today()))
    return Line(current().rules.benefit(benefit).title.zh, since, owed, overpaid)


def _death(record: PersonRecord) -> Suspicion | None:
    confirmed = (
        s for s in record.suspicions if s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED
    )
    return next(confirmed, None)


def _ended(death: Suspicion) -> set[BenefitCode]:
    """What has ended by a death: approved, and carried out."""
    return set(death.signed) - set(death.ends or ())


def _told(record: PersonRecord, death: Suspicion) -> set[BenefitCode]:
    """The benefits of which the household has been told; all, where a letter of before said it."""
    since = death.closed or death.opened
    mine = [m for m in record.messages if m.about == death.name and m.day >= since]
    if any(m.template is Template.TERMINATED for m in mine):
        return _ended(death)
    letters = (m.words["benefits"] for m in mine if m.template is Template.BEREAVED)
    return {BenefitCode(code) for said in letters for code in said.split(",")}
