"""答复 · Money that is to come back or that heirs are owed, and a month's pay run."""

from __future__ import annotations

from datetime import date

from chalicelib.api.answers.shared import Answer, Next, Titled, Words
from chalicelib.engine.money.reconciliation import LineKind
from chalicelib.model import HearingAnswer, HeirProof, RecoveryState, Way


class Part(Answer):
    """A monthly part that was agreed to."""

    due: date
    fen: int


class Booked(Answer):
    """Money that came, went back or was set off."""

    way: Way
    fen: int
    on: date
    reference: str
    by: str


class ClosingStands(Answer):
    """That what is left is to be given up, or passed on."""

    how: RecoveryState
    reason: str
    proposed_by: str
    approved_by: str | None


class RecoveryStands(Answer):
    """What was paid for months that were not due, and how far its recovery has come."""

    id: str
    person: str
    benefit: Titled
    months: dict[str, int]
    fen: int
    left_fen: int
    to_refund_fen: int
    state: RecoveryState
    opened: date
    asked: date | None
    answer_by: date | None
    answer: HearingAnswer | None
    heard_by: str | None
    decided: date | None
    decided_by: str | None
    reason: str | None
    demanded: date | None
    due_by: date | None
    instalments: list[Part]
    money: list[Booked]
    closing: ClosingStands | None
    next_day: date
    overdue: bool


class RecoveryInList(RecoveryStands):
    """A recovery in a list."""

    name: str
    area: str


class RecoveriesInList(Answer):
    """A page of recoveries."""

    items: list[RecoveryInList]
    next: Next


class OwedStands(Answer):
    """What somebody who has died was owed while alive."""

    id: str
    person: str
    benefit: Titled
    months: dict[str, int]
    fen: int
    set_off_fen: int
    released_fen: int
    left_fen: int
    opened: date
    proof: HeirProof | None
    released: date | None
    released_by: str | None


class OwedInList(OwedStands):
    """The same in a list."""

    name: str
    area: str


class OwedToHeirsInList(Answer):
    """A page of what waits for proof of who the heirs are."""

    items: list[OwedInList]
    next: Next


class Kind(Answer):
    """What a line of a pay run says, and what is to be done."""

    kind: LineKind
    title: Words
    what_to_do: Words


class Total(Kind):
    """All lines of a kind, in fen."""

    lines: int
    due: int
    arrears: int
    paid: int
    difference: int


class PayRunLine(Kind):
    """One person and benefit of which something is to be said, in fen."""

    person: str | None
    payee: str | None
    area: str
    benefit: Titled
    due: int
    arrears: int
    paid: int
    difference: int
    owed: int
    instructions: list[str]


class PayRun(Answer):
    """A month of an authority: what it was told against what its files show."""

    month: str
    made_on: date | None
    totals: list[Total]
    items: list[PayRunLine]
    next: Next
