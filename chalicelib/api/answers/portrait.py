"""答复 · A portrait: all that is known of one person, on one page."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.api.answers.shared import Answer, Titled, Why, Words
from chalicelib.api.answers.status import BenefitStatus, Notice, OpenCase
from chalicelib.model import (
    InstructionKind,
    InstructionState,
    KeyGroup,
    ObjectionAbout,
    ObjectionState,
    Proves,
    RecoveryState,
    Relation,
    Route,
    StateName,
    Strength,
    SuspicionKind,
    SuspicionState,
    Trace,
    VisitOutcome,
    VisitPurpose,
)


class BenefitDrawn(BenefitStatus):
    """A benefit with its money: what a month brings by the roster, since when, the payer's reference."""

    fen: int
    since: date
    payee: str


class Counts(Answer):
    """That a piece of evidence decides about a benefit, and why."""

    benefit: str
    certifies: bool
    why: Why | None


class EvidenceShown(Answer):
    """What a department reported of a day, what it is worth, and what it counts for."""

    day: date
    feed: str
    event: str
    title: Words
    department: str | None
    proves: Proves | None
    strength: Strength | None
    trace: Trace | None
    route: Route | None
    recovered: bool
    counts: list[Counts]


class CaseShown(Answer):
    """A walk through the workflow in one period."""

    due: date
    opened: date
    state: StateName
    closed: date | None
    route: Route | None


class VisitShown(Answer):
    """Somebody was, or is to be, sent."""

    id: str
    purpose: VisitPurpose
    not_before: date
    due: date
    made: datetime | None
    outcome: VisitOutcome | None
    by: str | None
    notice_left: bool
    cancelled: date | None
    corrected_by: str | None


class MonthPaid(Answer):
    """One month of one benefit: what it should have brought, and what payments show."""

    month: str
    benefit: str
    due_fen: int
    paid_fen: int
    is_stopped: bool


class SuspicionShown(Answer):
    """What is, or was, to be verified."""

    id: str
    kind: SuspicionKind
    day: date
    opened: date
    state: SuspicionState
    benefit: str | None
    verify_by: date | None
    verified_by: str | None
    approved_by: str | None
    closed: date | None
    why: Why


class ObjectionShown(Answer):
    """What was objected to."""

    id: str
    about: ObjectionAbout
    benefit: str | None
    raised: date
    decide_by: date
    state: ObjectionState
    decided: date | None


class RecoveryShown(Answer):
    """What was paid for months that were not due."""

    id: str
    benefit: Titled
    fen: int
    left_fen: int
    state: RecoveryState
    opened: date


class InstructionShown(Answer):
    """What an authority was told to do."""

    id: str
    benefit: Titled
    kind: InstructionKind
    month: str
    fen: int
    reason: str
    state: InstructionState
    issued: date


class Related(Answer):
    """Whom the roster names as related: of, or on the other side, for whose sake this person matters."""

    person: str
    relation: Relation | None
    is_known: bool


class Look(Answer):
    """Somebody looked."""

    at: datetime
    actor: str
    what: str
    role: str
    area: str


class MayDo(Answer):
    """What whoever asks may do now: a method and the address with its id."""

    method: str
    path: str
    about: str | None


class Portrait(Answer):
    """All that is known of one person, as far as it concerns who asks."""

    person: str
    as_of: date
    name: str
    area: str
    grid: str
    born: str | None
    key_groups: list[KeyGroup]
    deceased_on: date | None
    has_phone: bool
    has_helper: bool
    benefits: list[BenefitDrawn]
    case: OpenCase | None
    evidence: list[EvidenceShown]
    cases: list[CaseShown]
    visits: list[VisitShown]
    messages: list[Notice]
    payments: list[MonthPaid]
    suspicions: list[SuspicionShown]
    objections: list[ObjectionShown]
    recoveries: list[RecoveryShown]
    instructions: list[InstructionShown]
    related: list[Related]
    looks: list[Look]
    may: list[MayDo]
