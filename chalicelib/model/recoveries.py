"""追回与遗属待领 · What was paid too much and comes back, and what is owed to the heirs of the dead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.model.names import BenefitCode, Month


class RecoveryState(StrEnum):
    """Where a recovery stands, in its legal order (rule 17)."""

    HEARING = "hearing"  # those concerned are asked first: nothing is decided
    DECIDED = "decided"  # with its reason, and what the law allows set off
    DEMANDED = "demanded"  # what is left is asked back, at once or by instalments
    FINISHED = "finished"
    WRITTEN_OFF = "written_off"
    PASSED_ON = "passed_on"  # for fraud
    CALLED_OFF = "called_off"  # nothing was paid too much after all


WALKS: Final = (RecoveryState.HEARING, RecoveryState.DECIDED, RecoveryState.DEMANDED)


class HearingAnswer(StrEnum):
    """What those concerned said; their own words stay on paper."""

    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    HARDSHIP = "hardship"  # right, and cannot be paid at once


class Way(StrEnum):
    """How money of a recovery moves."""

    FUNERAL_GRANT = "funeral_grant"
    ACCOUNT_BALANCE = "account_balance"
    OWED_TO_HEIRS = "owed_to_heirs"  # what the same authority owes them
    REPAID = "repaid"
    REFUNDED = "refunded"  # back to them: more had come than was due


@dataclass(frozen=True, slots=True)
class Booking:
    """Money that moved; of each way, a reference stands once."""

    way: Way
    fen: int
    on: date
    reference: str
    by: str


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of what is asked back."""

    due: date
    fen: int


@dataclass(frozen=True, slots=True)
class Closing:
    """That what is left is given up, or passed on: one proposes, another approves."""

    how: RecoveryState  # WRITTEN_OFF or PASSED_ON
    reason: str
    proposed_by: str
    proposed: date
    approved_by: str | None = None
    approved: date | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """What of one benefit was paid for months that were not due, until all of it is settled.

    It follows an instruction to recover (`benefit`, `since`); what is found later is a recovery of its own.
    """

    number: int  # 1, 2, … per person
    benefit: BenefitCode
    since: Month
    months: Mapping[Month, int]  # what each month brought too much, in fen
    state: RecoveryState
    opened: date
    asked: date | None = None
    answer_by: date | None = None
    answer: HearingAnswer | None = None
    heard_by: str | None = None
    decided: date | None = None
    decided_by: str | None = None
    because: str | None = None
    demanded: date | None = None
    demanded_by: str | None = None
    due_by: date | None = None
    instalments: tuple[Instalment, ...] = ()
    bookings: tuple[Booking, ...] = ()
    closing: Closing | None = None

    @property
    def fen(self) -> int:
        """What was paid too much."""
        return sum(self.months.values())

    def moved(self, *ways: Way) -> int:
        """What has moved in some ways."""
        return sum(booking.fen for booking in self.bookings if booking.way in ways)

    @property
    def back(self) -> int:
        """What has come back and stayed."""
        return self.moved(*Way) - 2 * self.moved(Way.REFUNDED)

    @property
    def left(self) -> int:
        """What has not come back: asked for, written off or passed on."""
        return max(0, self.fen - self.back)

    @property
    def to_refund(self) -> int:
        """What came back beyond what was paid too much."""
        return max(0, self.back - self.fen)

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something about it."""
        return self.state in WALKS or self.to_refund > 0

    @property
    def next_day(self) -> date:
        """The day by which something should come, or since when something is to be done."""
        if self.state is RecoveryState.HEARING:
            return self.answer_by or self.opened
        if self.state is RecoveryState.DEMANDED and self.due_by is not None:
            return self._first_unpaid or self.due_by
        return self.decided or self.opened

    @property
    def _first_unpaid(self) -> date | None:
        """The day of the first instalment that what has come back does not cover."""
        covered = sum(part.fen for part in self.instalments) - self.left
        for part in self.instalments:
            covered -= part.fen
            if covered < 0:
                return part.due
        return None

    def awaits_a_person(self, on: date) -> bool:
        """Whether somebody has to act now: a term is over, an answer is there, or money is to go back."""
        match self.state:
            case RecoveryState.HEARING if self.asked is None:
                return False  # the letter to those concerned is still to be written
            case RecoveryState.HEARING:
                return self.answer is not None or on > self.next_day
            case RecoveryState.DECIDED:
                return True
            case RecoveryState.DEMANDED:
                return on > self.next_day
            case _:
                return self.to_refund > 0


class HeirProof(StrEnum):
    """By what somebody shows that they are an heir."""

    NOTARISED = "notarised"
    COURT = "court"
    KINSHIP = "kinship"  # a certificate of kinship, and a statement of all heirs


@dataclass(frozen=True, slots=True)
class OwedToHeirs:
    """What somebody was owed of one benefit while alive, until their heirs have it (rule 15).

    `candidates`: the months that may not have been paid; `months`: those of which no payment shows that.
    """

    benefit: BenefitCode
    candidates: tuple[Month, ...]
    months: Mapping[Month, int]
    opened: date
    offset_fen: int = 0  # set off against what the same authority is to recover
    released_fen: int = 0
    proof: HeirProof | None = None
    reference: str | None = None
    released: date | None = None
    released_by: str | None = None
    called_off: date | None = None  # the person lives

    @property
    def fen(self) -> int:
        """All that was owed."""
        return sum(self.months.values())

    @property
    def left(self) -> int:
        """What waits for proof of who the heirs are."""
        if self.called_off is not None:
            return 0
        return max(0, self.fen - self.offset_fen - self.released_fen)
