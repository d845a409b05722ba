"""认证个案 · A recipient's walk through the workflow: states, waits, suspicions, visits, proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chalicelib.model.decisions import Reason
from chalicelib.model.evidence import EvidenceKey, Route, SuspicionKind
from chalicelib.model.names import AreaCode, BenefitCode, Month, PersonId


class StateName(StrEnum):
    """The states of both state machines, as written in statemachines/*.asl.json."""

    MATCH_DATA = "Match data"
    REMIND = "Remind"
    REMIND_AGAIN = "Remind again"
    SELF_CERTIFY = "Self-certify"
    DISPATCH_HOME_VISIT = "Dispatch home visit"
    LAST_LOOK = "Last look"
    AWAIT_A_DAY = "Await a day"
    PROPOSE_SUSPENSION = "Propose suspension"
    AWAIT_EFFECTIVE_DAY = "Await effective day"
    PAY_IN_PERSON = "Pay in person"
    SUSPEND = "Suspend"
    AWAIT_RESUMPTION = "Await resumption"
    RESUME_AND_PAY_ARREARS = "Resume and pay arrears"
    GO_DORMANT = "Go dormant"
    CLOSE_CASE = "Close case"
    PARK_FOR_A_PERSON = "Park for a person"
    GATHER_EVIDENCE = "Gather evidence"
    VERIFY = "Verify"
    CHASE_VERIFICATION = "Chase verification"
    TERMINATE = "Terminate"
    COMPUTE_OVERPAID = "Compute overpaid"
    AWAIT_APPROVAL = "Await approval"
    CHASE_APPROVAL = "Chase approval"
    CLEAR = "Clear"
    UNDO = "Undo"
    CLOSE_SUSPICION = "Close suspicion"


class StepOutcome(StrEnum):
    """What a step answers; the only words on which a Choice state may branch."""

    CERTIFIED = "certified"
    KEY_GROUP = "key_group"
    INSUFFICIENT = "insufficient"
    HEARD = "heard"  # a visit or a person answered, and not by certifying: look again
    LOOK = "look"  # no further visit is needed, or may be made now: the last look says what is
    CLOSED = "closed"  # nothing left to certify: deceased, terminated, or the benefit ended
    VISIT_NEEDED = "visit_needed"
    HELD = "held"
    PROPOSE = "propose"
    APPROVED = "approved"
    REFUSED = "refused"
    PAY_IN_PERSON = "pay_in_person"  # before a suspension, where the benefit says so: a month, identity seen
    SUSPEND = "suspend"
    SUSPENDED = "suspended"
    CHANGED = "changed"  # what was judged has moved: look again
    REFUTED = "refuted"
    CONFIRMED = "confirmed"
    UPHELD = "upheld"  # a reversal: what was confirmed before was wrong
    UNVERIFIED = "unverified"
    UNAPPROVED = "unapproved"  # confirmed, and an authority has still to approve that its benefit ends
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where an execution waits, and the token that ends the wait."""

    state: StateName
    token: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """Key: (person, due). `due` is the earliest valid_until of an active entitlement."""

    due: date
    opened: date
    generation: int
    state: StateName
    waiting: Waiting | None = None
    outcome: StepOutcome | None = None  # set when closed
    closed: date | None = None
    route: Route | None = None
    months: int = 12  # of the period that ends

    @property
    def is_open(self) -> bool:
        """Whether the case still walks, waits or sleeps."""
        return self.outcome is None


class SuspicionState(StrEnum):
    """Where a suspicion stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"  # what it rested on was taken back; nobody had to look


class Paper(StrEnum):
    """What somebody shows of whom a payment had rightly ended, and no department or roster reports."""

    RELEASE = "release"
    CARD = "card"  # renewed
    GRANT = "grant"  # anew


class Verification(StrEnum):
    """By what a suspicion was verified (rule 13)."""

    VISIT = "visit"
    DOCUMENT = "document"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Key: (person, kind, day). Opened by a finding, ended by a person, never by silence."""

    kind: SuspicionKind
    day: date
    opened: date
    state: SuspicionState
    evidence: EvidenceKey | None
    reason: Reason
    benefit: BenefitCode | None = None
    level: int = 0  # 0 village, 1 township, 2 county: who must verify now
    verify_by: date | None = None
    generation: int = 1
    waiting: Waiting | None = None
    verified_by: str | None = None
    verification: Verification | None = None
    verified_at_level: int = 0  # of the office whose word that was
    approved_by: str | None = None  # the second person, where a kind needs two
    closed: date | None = None
    raised_by: str | None = None  # the officer whose authority doubts a result: no part of verifying it
    other: PersonId | None = None  # whose number draws under the same payee, where it is of two numbers
    survivor: PersonId | None = None  # of two numbers: under which the person goes on if they are one
    denied_by: str | None = None  # of a reversal: the first of two who say that what was confirmed is right
    involved: frozenset[str] = frozenset()  # who may have no part in deciding it
    about: str | None = None  # the suspicion's name that a reversal doubts, or that a restart says is over
    said: Mapping[str, str] | None = None  # a condition cleared: what had shown it; a restart: by which paper
    holds_until: date | None = None  # a condition cleared: asked again after this day; None: not by a date
    ends: tuple[BenefitCode, ...] | None = None  # confirmed: what is still to end; None: of before
    signed: Mapping[BenefitCode, str] = field(default_factory=dict)  # who approved that for each authority
    reminders: int = 0  # how often the authorities have been reminded since
    since: date | None = (
        None  # of a restart: the day that the document names; of a contradiction: of the grant
    )
    undo_until: date | None = None  # of a request to stop, once the person was spoken to
    restarted: Month | None = None  # confirmed, and over: what it ended is paid again from this month

    @property
    def name(self) -> str:
        """The key within the person: "death#2025-03-01"."""
        return f"{self.kind}#{self.day.isoformat()}"

    @property
    def unsigned(self) -> tuple[BenefitCode, ...]:
        """The benefits that go on until their own authority approves that they end (rule 15)."""
        return tuple(benefit for benefit in self.ends or () if benefit not in self.signed)

    @property
    def is_unfinished(self) -> bool:
        """Whether it is confirmed, and something that it ends has not ended yet."""
        return self.state is SuspicionState.CONFIRMED and bool(self.ends)


class VisitOutcome(StrEnum):
    """What a grid worker found at the door."""

    SEEN = "seen"
    HOSPITALISED = "hospitalised"
    AWAY = "away"
    MOVED = "moved"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    DECEASED = "deceased"


class VisitManner(StrEnum):
    """How the next visit is to be made, after those that failed (rule 10 c)."""

    ANY_TIME = "any_time"
    EVENING_OR_WEEKEND = "evening_or_weekend"
    SOMEBODY_CLOSE = "somebody_close"  # ask a relative, neighbour, helper or the village doctor


class Close(StrEnum):
    """Who knows a person well enough to be asked."""

    RELATIVE = "relative"
    NEIGHBOUR = "neighbour"
    HELPER = "helper"
    VILLAGE_DOCTOR = "village_doctor"


class Word(StrEnum):
    """What somebody close says: it holds a suspension, or it does not; it never certifies."""

    ALIVE = "alive"  # seen or spoken to within the last days
    DOES_NOT_KNOW = "does_not_know"


class HalfDay(StrEnum):
    """The time of day of a visit, where nobody wrote down the hour."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class VisitPurpose(StrEnum):
    """Why somebody was sent to the door."""

    CERTIFY = "certify"
    VERIFY = "verify"
    RECHECK = "recheck"  # whether what somebody certified by hand was so (rule 21)


@dataclass(frozen=True, slots=True)
class Visit:
    """A knock on a door. A visit not made has no outcome and never counts (rule 10 c).

    `through`, `word`, `told_by`: somebody close who was asked, what they said, and their name, sealed.
    `half_day`: what a sheet says where it knows no hour.
    """

    number: int  # 1, 2, … per person
    purpose: VisitPurpose
    about: str  # the case's due day, or the suspicion's name
    not_before: date
    due: date
    made: datetime | None = None
    outcome: VisitOutcome | None = None
    by: str | None = None
    notice_left: bool = False
    refused_in_writing: bool = False  # the person's own signature (rule 10 c)
    deceased_on: date | None = None
    cancelled: date | None = None  # overtaken before anybody set out
    manner: VisitManner = VisitManner.ANY_TIME
    through: Close | None = None
    word: Word | None = None
    told_by: str | None = None
    half_day: HalfDay | None = None
    refused_in_person: str | None = None  # met, known to the worker, unwilling: who of the grid countersigned
    corrected_by: str | None = None  # who said afterwards that it was otherwise than `by` had reported
    area: AreaCode | None = None  # where the person lived by the rosters when it was ordered: at whose door

    @property
    def authors(self) -> frozenset[str]:
        """Whoever has said what was found."""
        return frozenset(who for who in (self.by, self.corrected_by) if who is not None)

    @property
    def is_pending(self) -> bool:
        """Whether somebody is still to go."""
        return self.outcome is None and self.cancelled is None


class ProposalState(StrEnum):
    """Where a line of a suspension list stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"  # what it rested on has moved


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line of a suspension list: the township confirms it, others approve it for each authority."""

    number: int
    due: date  # the case
    benefits: tuple[BenefitCode, ...]
    judged: Mapping[BenefitCode, date]  # the valid_until on which it rests
    proposed: date
    state: ProposalState
    confirmed_by: str | None = None
    approved_by: str | None = None
    decided: date | None = None
    effective: Month | None = None
    signed: Mapping[BenefitCode, str] = field(default_factory=dict)  # who approved it for each authority
    in_person: Month | None = None  # the month before `effective`, in which a graded stop pays in person

    @property
    def unsigned(self) -> tuple[BenefitCode, ...]:
        """The benefits of a line that their authority has not approved yet."""
        return tuple(benefit for benefit in self.benefits if benefit not in self.signed)


@dataclass(frozen=True, slots=True)
class Lift:
    """A person's word that a month may suspend more of a benefit in a county than the limit (rule 12)."""

    county: str
    month: Month
    benefit: BenefitCode
    up_to: int  # as many as stood there when they looked
    by: str
    reason: str
    at: datetime


class ObjectionAbout(StrEnum):
    """Against what somebody objects (rule 22)."""

    SUSPENSION = "suspension"
    TERMINATION = "termination"
    RECOVERY = "recovery"


class ObjectionState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Objection:
    """Somebody objects to a measure, by themselves or through whoever writes it down for them (rule 22).

    While it is open, nothing is suspended, unless one like it has been rejected (`holds`); `decide_by` is in
    working days. What they said stays on paper: a person's own words may name anybody.
    """

    number: int  # 1, 2, … per person
    about: ObjectionAbout
    raised: date
    raised_by: str
    decide_by: date
    state: ObjectionState
    decided_by: str | None = None
    decided: date | None = None
    case: date | None = None  # the case that was open when it was raised
    benefit: BenefitCode | None = None  # whose recovery; None: of all
    holds: bool = True  # raised again after a rejection it goes to the level above, and holds nothing
    under: PersonId | None = None  # the number under which it was raised, where that was joined to another

    @property
    def measure(self) -> tuple[ObjectionAbout, date | None, BenefitCode | None]:
        """Against what it is: two of one measure ask the same."""
        return self.about, self.case, self.benefit

    def spares(self, about: ObjectionAbout) -> bool:
        """Whether somebody not involved found that such a measure was wrong."""
        return self.about is about and self.state is ObjectionState.UPHELD
