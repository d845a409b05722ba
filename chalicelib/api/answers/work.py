"""答复 · What waits for people: visits, notices, suspensions, suspicions, objections, instructions."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.api.answers.recipients import WalkingCase
from chalicelib.api.answers.shared import Answer, Next, Titled, Why, Words
from chalicelib.api.answers.status import BenefitStatus
from chalicelib.model import (
    InstructionKind,
    InstructionState,
    KeyGroup,
    MessageState,
    ObjectionAbout,
    ObjectionState,
    ProposalState,
    SuspicionKind,
    SuspicionState,
    VisitManner,
    VisitOutcome,
    VisitPurpose,
)

# --- visits and notices --------------------------------------------------------------------------


class PendingVisit(Answer):
    """Whom to visit, by when and why."""

    id: str
    person: str
    name: str
    area: str
    grid: str
    purpose: VisitPurpose
    manner: VisitManner
    not_before: date
    due: date
    key_groups: list[KeyGroup]
    why: list[Why]


class PendingVisits(Answer):
    """A page of visits to be made."""

    items: list[PendingVisit]
    next: Next


class VisitMade(Answer):
    """What came of a visit or a meeting."""

    id: str
    outcome: VisitOutcome
    benefits: list[BenefitStatus]
    case: WalkingCase | None


class NoticeDelivered(Answer):
    """A printed notice, and when somebody left it."""

    id: str
    title: str
    printed: date
    state: MessageState
    left_on: date | None


class NoticeToBring(NoticeDelivered):
    """A printed notice that somebody has still to bring, to whom and where."""

    person: str
    name: str
    area: str
    grid: str
    address: str | None


class NoticesToBring(Answer):
    """A page of notices to be brought."""

    items: list[NoticeToBring]
    next: Next


# --- suspension ----------------------------------------------------------------------------------


class ProposalLine(Answer):
    """One line of a suspension list: for which benefits, on what it rests, and who has said yes."""

    id: str
    person: str
    due: date
    benefits: list[Titled]
    valid_until: dict[str, date]
    fen: dict[str, int]
    proposed: date
    state: ProposalState
    confirmed_by: str | None
    approved_for: list[str]
    approved_by: str | None
    effective: str | None


class VisitOnLine(Answer):
    """A visit on which a line rests."""

    made: datetime
    outcome: VisitOutcome
    by: str | None
    notice_left: bool


class SignOfLife(Words):
    """A trace too weak to certify: reason enough to look twice."""

    day: date
    feed: str
    event: str


class ProposalToDecide(ProposalLine):
    """A line with what a careful person wants to see before a yes."""

    name: str
    area: str
    visits: list[VisitOnLine]
    signs_of_life: list[SignOfLife]
    why: list[Why]


class ProposalsToDecide(Answer):
    """A page of lines that wait for a decision."""

    items: list[ProposalToDecide]
    next: Next


class LimitLifted(Answer):
    """Who has let so many pass."""

    up_to: int
    by: str
    reason: str
    at: datetime


class SuspensionLimit(Answer):
    """How many are to be suspended in a month of a county, how many may be, and what is to be done."""

    id: str
    county: str
    month: str
    benefit: str
    title: Words
    lines: int
    most: int
    average_of_months_before: float
    paid: int | None
    state: str
    lifted: LimitLifted | None
    what_to_do: Words


class SuspensionLimits(Answer):
    """A page of limits."""

    items: list[SuspensionLimit]
    next: Next


# --- suspicions, endings, objections ---------------------------------------------------------------


class SuspicionStands(Answer):
    """What must be verified, and how far that has come."""

    id: str
    person: str
    kind: SuspicionKind
    day: date
    opened: date
    raised_by: str | None
    state: SuspicionState
    level: int
    verify_by: date | None
    undo_until: date | None
    confirmed_by: str | None
    approved_by: str | None
    denied_by: str | None
    benefit: str | None
    other: str | None
    about: str | None
    since: date | None
    why: Why


class SuspicionToVerify(SuspicionStands):
    """A suspicion in a list."""

    name: str
    area: str


class SuspicionsToVerify(Answer):
    """A page of suspicions."""

    items: list[SuspicionToVerify]
    next: Next


class EndingStands(SuspicionStands):
    """A confirmed fact, and which benefits it ends once their authority approves."""

    benefits: list[Titled]
    approved_for: list[str]
    confirmed_on: date | None
    reminders: int


class EndingToApprove(EndingStands):
    """The same in a list."""

    name: str
    area: str


class EndingsToApprove(Answer):
    """A page of what waits for authorities."""

    items: list[EndingToApprove]
    next: Next


class ObjectionStands(Answer):
    """What somebody objected to, who decides, and by when."""

    id: str
    person: str
    about: ObjectionAbout
    benefit: str | None
    holds: bool
    raised: date
    raised_by: str
    decide_by: date
    level: int
    state: ObjectionState
    decided_by: str | None
    decided: date | None


class ObjectionToDecide(ObjectionStands):
    """An objection in a list."""

    name: str
    area: str


class ObjectionsToDecide(Answer):
    """A page of objections."""

    items: list[ObjectionToDecide]
    next: Next


# --- instructions --------------------------------------------------------------------------------


class InstructionStands(Answer):
    """What an authority is told to do with a payment."""

    id: str
    person: str
    benefit: Titled
    kind: InstructionKind
    month: str
    fen: int
    reason: str
    state: InstructionState
    issued: date
    changed: date | None
    held_months: list[str]
    certified_by: str | None


class InstructionToDo(InstructionStands):
    """The same in the list of its authority, under the authority's own reference."""

    payee: str | None
    area: str


class InstructionsToDo(Answer):
    """A page of instructions."""

    items: list[InstructionToDo]
    next: Next
