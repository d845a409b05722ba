"""Promises about a death: one letter, no phone, everything heard first, and to the fen (rules 15 and 17)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.clock import civil_date
from chalicelib.model import (
    BenefitKind,
    EntitlementStatus,
    InstructionKind,
    PersonRecord,
    Recovery,
    RecoveryState,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Way,
)
from sandbox.town.bookkeepers import HEIRS_COME, IN_NEED, IN_PARTS

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run

THEY_COME_WITHIN: Final = HEIRS_COME + timedelta(10)
UNDECIDED: Final = (RecoveryState.HEARING, RecoveryState.CALLED_OFF)


def _death(record: PersonRecord) -> Suspicion | None:
    deaths = (s for s in record.suspicions if s.kind is SuspicionKind.DEATH)
    return next((s for s in deaths if s.state is SuspicionState.CONFIRMED), None)


def one_letter(run: Run) -> Iterable[str]:
    """Each benefit that ended has been told once, when all have decided; nothing after went to a phone."""
    for index, record in run.truth.records.items():
        death = _death(record)
        if death is None or death.closed is None:
            continue
        told = Counter(
            benefit
            for m in record.messages
            if m.template is Template.BEREAVED
            for benefit in m.words["benefits"].split(",")
        )
        ended = set(death.signed) - set(death.ends or ())
        if any(count > 1 for count in told.values()):
            yield f"the household of person {index} was told of a benefit twice"
        if not death.is_unfinished and ended != set(told):
            yield f"the household of person {index} was not told of {sorted(ended ^ set(told))}"
        if not any(m.template is Template.DEATH_TO_CONFIRM for m in record.messages):
            yield f"nobody asked at the address of person {index} whether it is true"
    closed = {r.person.id: d.closed for r in run.truth.records.values() if (d := _death(r)) is not None}
    for handed in run.truth.handed:
        since = closed.get(handed.message.partition(".")[0])  # type: ignore[call-overload]
        if since is not None and civil_date(handed.at) > since:
            yield f"a message went to the phone of somebody who had died, on {handed.at:%m-%d}"


def heard_first(run: Run) -> Iterable[str]:
    """Nothing is decided or taken before those concerned were heard, and nothing beyond what was overpaid."""
    for index, record in run.truth.records.items():
        for r in record.recoveries:
            yield from _in_order(index, r)
        yield from _to_the_fen(run, index, record)


def _in_order(index: int, r: Recovery) -> Iterator[str]:
    what = f"recovery {r.number} of person {index}"
    if r.decided is None and r.bookings:
        yield f"{what}: money was taken before anything was decided"
    if r.decided is not None and (r.asked is None or r.answer_by is None):
        yield f"{what} was decided, and nobody had been asked"
    elif r.decided is not None and r.answer is None and r.decided <= (r.answer_by or r.decided):
        yield f"{what} was decided before anybody had answered"
    if r.left and r.to_refund:
        yield f"{what} asks for money and owes some"


def _to_the_fen(run: Run, index: int, record: PersonRecord) -> Iterator[str]:
    """What is recovered of somebody who has died is what the town knows was paid for months not due.

    Of a month whose row was spoilt on its way the platform cannot know: the row went back.
    """
    death = _death(record)
    stopped = {i.benefit for i in record.instructions if i.kind is InstructionKind.SUSPEND}
    diary = run.truth.scene.diary
    for e in record.entitlements:
        first = e.stopped_from
        ended = death is not None and e.benefit in death.signed and e.status is EntitlementStatus.TERMINATED
        monthly = run.truth.pack.rules.benefit(e.benefit).kind is BenefitKind.MONTHLY
        if not ended or first is None or e.benefit in stopped or not monthly:
            continue
        paid = sum(
            fen
            for (who, benefit, month), fen in diary.paid.items()
            if (who, benefit) == (index, e.benefit) and month >= first and diary.told_of(who, benefit, month)
        )
        recovered = sum(r.fen for r in record.recoveries if r.benefit == e.benefit)
        if recovered != paid:
            yield f"person {index}: {recovered} fen of {e.benefit} are recovered, {paid} were paid"


def repaid(run: Run) -> Iterable[str]:
    """What households have paid stands there to the fen, recorded twice or not; each as its life lets it."""
    for index, record in run.truth.records.items():
        kind = run.truth.scene.town.people[index].kind
        for r in record.recoveries:
            told = run.truth.scene.diary.repaid.get(f"{record.person.id}.{r.number}", 0)
            if r.moved(Way.REPAID) != told:
                yield f"recovery {r.number} of person {index}: {r.moved(Way.REPAID)} fen, {told} were paid"
            parts = sum(b.way is Way.REPAID for b in r.bookings)
            if kind == IN_PARTS and r.state is RecoveryState.FINISHED and parts < len(r.instalments):
                yield f"person {index} was to pay in parts, and paid at once"
            if kind == IN_NEED and r.state not in UNDECIDED and r.moved(Way.REPAID):
                yield f"person {index} could not pay, and did"


def only_against_proof(run: Run) -> Iterable[str]:
    """Heirs are paid what was owed, once somebody has seen who they are, and nobody else is."""
    for index, record in run.truth.records.items():
        ordered = Counter[str]()
        for i in record.instructions:
            if i.kind is InstructionKind.PAY_HEIRS:
                ordered[i.benefit] += i.fen
        late = [o.opened for o in record.owed_to_heirs if o.left and run.on - o.opened > THEY_COME_WITHIN]
        if late:
            yield f"the heirs of person {index} came, and have not been paid since {min(late)}"
        released = {o.benefit: o.released_fen for o in record.owed_to_heirs if o.proof is not None}
        if {b: fen for b, fen in released.items() if fen} != dict(ordered):
            yield f"the heirs of person {index} are paid {dict(ordered)} fen, and proof is of {released}"
