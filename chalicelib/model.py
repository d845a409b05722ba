"""The words of the trade, as frozen values: the same words in YAML, state machines, API and storage.

Nothing here knows AWS, files or the clock. Days are `datetime.date` (Chinese civil dates), money is
integer fen, areas are prefixes of the 12-digit statistical code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, NewType

PersonId = NewType("PersonId", str)  # 26 base32 characters, opaque
FeedId = NewType("FeedId", str)
BenefitCode = NewType("BenefitCode", str)
AreaCode = NewType("AreaCode", str)  # 12 digits for a village; a prefix of them for what contains it
FileId = NewType("FileId", str)
Month = NewType("Month", str)  # "2025-07": sorts as text


# --- what departments send -------------------------------------------------------------------


class Proves(StrEnum):
    """What an event of a feed speaks about (domain section 3, "proves")."""

    PRESENCE = "presence"
    CONDITION = "condition"
    EXCLUSION = "exclusion"  # draws something that excludes a benefit: double receipt
    LOSS = "loss"  # death, custody
    WITHDRAWAL = "withdrawal"  # the department takes an earlier record back (rule 14)
    NOTHING = "nothing"  # known and deliberately without weight, e.g. a settlement


class Strength(StrEnum):
    """Strong evidence certifies by itself; weak evidence may be somebody else using the card."""

    STRONG = "strong"
    WEAK = "weak"


class Trace(StrEnum):
    """How the person was there; what makes weak evidence independent (rule 4)."""

    BODY = "body"
    OWN_CARD = "own_card"
    ACCOUNT = "account"
    HOUSEHOLD = "household"


class Route(StrEnum):
    """By which way somebody was certified (认证途径)."""

    SILENT = "silent"
    SELF = "self"
    ASSISTED = "assisted"
    COUNTER = "counter"
    VISIT = "visit"
    REMOTE = "remote"


class Stay(StrEnum):
    """An event that begins or ends a stay in hospital or a care home (rule 10 d)."""

    BEGINS = "begins"
    ENDS = "ends"


class SuspicionKind(StrEnum):
    """What must be verified by a person (疑点)."""

    DEATH = "death"
    CUSTODY = "custody"
    DOUBLE_RECEIPT = "double_receipt"
    CONTRADICTION = "contradiction"
    CONDITION = "condition"  # a condition of the benefit no longer holds on the facts known
    WRONG_AMOUNT = "wrong_amount"  # paid too little or too much for the person's facts (rule 16)


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """What one event code of one feed is worth; declared in the feed's YAML file."""

    feed: FeedId
    event: str
    zh: str
    en: str
    proves: Proves
    route: Route = Route.SILENT
    strength: Strength | None = None  # only where it proves presence
    trace: Trace | None = None  # only where it proves presence
    stay: Stay | None = None
    suspicion: SuspicionKind | None = None  # where it proves loss or exclusion
    withdraws: str | None = None  # where it proves a withdrawal: the event of the same person, day and feed


@dataclass(frozen=True, slots=True, order=True)
class EvidenceKey:
    """The natural key of a piece of evidence within one person: the same file twice is one fact."""

    day: date
    feed: FeedId
    event: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}#{self.feed}#{self.event}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A normalised record about a recipient.

    `day` is when it happened (for lists of states: the list's as-of day), never when it arrived.
    `facts` holds the few further words that a rule may need ("until", "benefit", "by"). `recovered`: the
    number was damaged and its owner found by 15 digits, name and roster, which neither certifies by
    itself nor accuses of death (domain section 6).
    """

    key: EvidenceKey
    file: FileId
    line: int
    facts: Mapping[str, str] = field(default_factory=dict)
    recovered: bool = False  # by 15 digits and name: neither certifies strongly nor accuses of death


# --- people and what they draw ---------------------------------------------------------------


class Relation(StrEnum):
    """Related persons whom the roster may name, and a condition may ask about (rule 6)."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    SPOUSE = "spouse"
    CHILD = "child"


class KeyGroup(StrEnum):
    """Groups with graded management (重点人群, rows A1, A7)."""

    VERY_OLD = "very_old"
    DISABLED = "disabled"
    EMPTY_NEST = "empty_nest"
    BEDRIDDEN = "bedridden"
    INCAPACITATED = "incapacitated"
    GRAVELY_ILL = "gravely_ill"


class EntitlementStatus(StrEnum):
    """Whether an entitlement is paid. Deceased is a fact about a person, not a status of payment."""

    ACTIVE = "active"
    EXPIRED_STILL_PAID = "expired_still_paid"  # never stored: active, and past valid_until
    SUSPENDED = "suspended"
    PAUSED = "paused"
    TERMINATED = "terminated"


class BenefitKind(StrEnum):
    """How a benefit is granted, which decides whether it can be suspended at all."""

    MONTHLY = "monthly"
    ONE_OFF = "one_off"
    FEE_RELIEF = "fee_relief"  # no amount, no arrears, never suspended for lack of certification


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One recipient's claim to one benefit.

    `certified_until` is what the authority stated when it sent the roster; `valid_until` (inclusive)
    is what that and the evidence make of it. `payee` is the authority's own reference, the only
    handle under which results leave the platform.
    """

    benefit: BenefitCode
    status: EntitlementStatus
    fen: int
    since: date
    certified_until: date
    valid_until: date
    payee: str
    route: Route | None = None
    evidence: EvidenceKey | None = None
    rules: str = ""
    stopped_from: Month | None = None  # first month not paid (suspended, paused, terminated)
    is_stated: bool = True  # False: a new recipient, whose first period the platform reckons

    def status_on(self, on: date) -> EntitlementStatus:
        """The status as people say it on a day."""
        if self.status is EntitlementStatus.ACTIVE and self.valid_until < on:
            return EntitlementStatus.EXPIRED_STILL_PAID
        return self.status


@dataclass(frozen=True, slots=True)
class Person:
    """What may be known of a recipient without opening the sealed identity.

    `born` is the first day of the month of birth. `told_on` is the day of the last "you are
    certified" message (rule 8). `sequence` and `head` are the length and last hash of the audit
    chain; `sequence` is also the person's only lock.
    """

    id: PersonId
    area: AreaCode
    grid: str
    born: date
    has_phone: bool
    key_groups: frozenset[KeyGroup] = frozenset()
    deceased_on: date | None = None
    told_on: date | None = None
    opted_out: bool = False
    sequence: int = 0
    head: str = ""
    related: Mapping[PersonId, Relation] = field(default_factory=dict)  # as the roster names them


@dataclass(frozen=True, slots=True)
class RelatedEvidence:
    """What a feed reported of somebody whom the roster names as related: for a condition to ask about.

    They need not draw anything. `withdrawn`: the department took it back; such an item may come first.
    """

    of: Relation
    who: PersonId
    evidence: Evidence
    withdrawn: bool = False

    @property
    def name(self) -> str:
        """The key within the recipient whom it concerns."""
        return f"{self.who}#{self.evidence.key}"


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a person; sealed in storage, never logged."""

    number: str
    name: str
    phone: str | None = None

    def __repr__(self) -> str:
        return "Identity(…)"


# --- decisions -------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What the evidence makes of one entitlement, in order of precedence (rule 7)."""

    EXCLUDED = "excluded"
    CONTRADICTED = "contradicted"
    STRONG = "strong"
    WEAK = "weak"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence that an officer can read to a citizen."""

    code: str
    zh: str
    en: str
    evidence: EvidenceKey | None = None
    rule: str = ""  # the line of the rule book that was decisive: "old_age_allowance/conditions/1"


class Verdict(NamedTuple):
    """One entitlement on one day. `valid_until` never lies before what positive evidence gave."""

    benefit: BenefitCode
    outcome: Outcome
    valid_until: date
    route: Route | None
    evidence: tuple[EvidenceKey, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something negative that must be verified by a person (疑点); it stops no money."""

    kind: SuspicionKind
    day: date  # of the death, the admission to custody, the other receipt
    evidence: EvidenceKey
    reason: Reason
    benefit: BenefitCode | None = None  # where only one benefit is concerned


class Decision(NamedTuple):
    """What the rule book says of a person on a day; pure, and replayable from its own fields."""

    person: PersonId
    on: date
    rules: str
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]

    def verdict_for(self, benefit: BenefitCode) -> Verdict:
        """The verdict on one benefit of the person."""
        return next(verdict for verdict in self.verdicts if verdict.benefit == benefit)


# --- a case: one recipient's walk through the workflow in one period --------------------------


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
    CLEAR = "Clear"
    CLOSE_SUSPICION = "Close suspicion"


class Step(StrEnum):
    """What a step answers; the only words on which a Choice state may branch."""

    CERTIFIED = "certified"
    KEY_GROUP = "key_group"
    INSUFFICIENT = "insufficient"
    HEARD = "heard"  # a visit or a person answered, and not by certifying: look again
    CLOSED = "closed"  # nothing left to certify: deceased, terminated, or the benefit ended
    VISIT_NEEDED = "visit_needed"
    HELD = "held"
    PROPOSE = "propose"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPEND = "suspend"
    SUSPENDED = "suspended"
    CHANGED = "changed"  # what was judged has moved: look again
    REFUTED = "refuted"
    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"
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
    outcome: Step | None = None  # set when closed
    closed: date | None = None
    route: Route | None = None

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
    approved_by: str | None = None  # the second person, where a kind needs two
    closed: date | None = None

    @property
    def name(self) -> str:
        """The key within the person: "death#2025-03-01"."""
        return f"{self.kind}#{self.day.isoformat()}"


class VisitOutcome(StrEnum):
    """What a grid worker found at the door."""

    SEEN = "seen"
    HOSPITALISED = "hospitalised"
    AWAY = "away"
    MOVED = "moved"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    DECEASED = "deceased"


class VisitPurpose(StrEnum):
    """Why somebody was sent to the door."""

    CERTIFY = "certify"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Visit:
    """A knock on a door. A visit not made has no outcome and never counts (rule 10 c)."""

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
    """A line of a suspension list: the township confirms it, another person approves it."""

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


class MessageState(StrEnum):
    """Where a message stands; only the carrier's report makes it delivered."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"  # overtaken: no longer true, or no phone


class Template(StrEnum):
    """What a message says; the number is its priority, smallest first (rule 9)."""

    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    RESUMED = "resumed"
    RESTORED = "restored"  # what had stopped the payment was wrong
    REMIND = "remind"
    REMIND_AGAIN = "remind_again"
    SELF_CERTIFY = "self_certify"
    CERTIFIED = "certified"
    ANSWERED = "answered"  # an objection has been decided


class Channel(StrEnum):
    """How a message reaches somebody."""

    SMS = "sms"
    NOTICE = "notice"  # a printed notice (告知书), for people without a phone


@dataclass(frozen=True, slots=True)
class Message:
    """One thing told to one person; `id` = hash(person, about, template, n), so it exists once."""

    id: str
    template: Template
    about: str  # the case's due day, the month, …
    channel: Channel
    words: Mapping[str, str]  # what fills the template; never a name or number
    day: date  # not before
    state: MessageState
    attempt: str | None = None
    changed: datetime | None = None


class InstructionKind(StrEnum):
    """What an authority is told to do."""

    SUSPEND = "suspend"
    RESUME = "resume"
    PAUSE = "pause"
    TERMINATE = "terminate"
    RECOVER = "recover"


class InstructionState(StrEnum):
    """Where an instruction stands."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    SEEN = "seen"  # seen in the payments feed: only this counts (rule 23)
    CANCELLED = "cancelled"
    LISTED = "listed"  # not seen after two pay runs: for a person


@dataclass(frozen=True, slots=True)
class Instruction:
    """What an authority is told to do with a payment. `fen` is the total concerned, if any."""

    benefit: BenefitCode
    kind: InstructionKind
    month: Month  # from which month
    fen: int
    reason: str
    state: InstructionState
    issued: date
    changed: date | None = None

    @property
    def name(self) -> str:
        """The key within the person: "2025-07#resident_pension#suspend"."""
        return f"{self.month}#{self.benefit}#{self.kind}"


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

    While it is open, nothing is suspended; `decide_by` is in working days. What they said stays on paper:
    a person's own words may name anybody.
    """

    number: int  # 1, 2, … per person
    about: ObjectionAbout
    raised: date
    raised_by: str
    decide_by: date
    state: ObjectionState
    decided_by: str | None = None
    decided: date | None = None

    def spares(self, about: ObjectionAbout) -> bool:
        """Whether somebody not involved found that such a measure was wrong."""
        return self.about is about and self.state is ObjectionState.UPHELD


@dataclass(frozen=True, slots=True)
class Payment:
    """What an authority reports as really paid for one month, in fen."""

    benefit: BenefitCode
    month: Month
    fen: int
    paid: date


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Everything the platform holds about one person, but payments and the audit chain."""

    person: Person
    entitlements: tuple[Entitlement, ...] = ()
    evidence: tuple[Evidence, ...] = ()  # live: withdrawn ones are not here
    withdrawn: frozenset[EvidenceKey] = frozenset()
    cases: tuple[Case, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    visits: tuple[Visit, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    messages: tuple[Message, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    related: tuple[RelatedEvidence, ...] = ()
    objections: tuple[Objection, ...] = ()

    @property
    def open_objections(self) -> tuple[Objection, ...]:
        """What somebody not involved has still to decide."""
        return tuple(o for o in self.objections if o.state is ObjectionState.OPEN)

    @property
    def about_related(self) -> Mapping[Relation, tuple[Evidence, ...]]:
        """What is known of those whom the roster names as related today, by how they are related."""
        if not self.related:
            return {}
        live = [i for i in self.related if not i.withdrawn and self.person.related.get(i.who) is i.of]
        return {of: tuple(item.evidence for item in live if item.of is of) for of in {i.of for i in live}}

    @property
    def open_case(self) -> Case | None:
        """The case that walks now, if any; there is at most one."""
        return next((case for case in self.cases if case.is_open), None)

    @property
    def open_suspicions(self) -> tuple[Suspicion, ...]:
        """What a person has still to verify."""
        return tuple(s for s in self.suspicions if s.state is SuspicionState.OPEN)

    @property
    def refuted(self) -> frozenset[EvidenceKey]:
        """Negative evidence that a person has looked into and found wrong."""
        return frozenset(
            s.evidence
            for s in self.suspicions
            if s.state is SuspicionState.CLEARED and s.evidence is not None
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a person's record: committed whole with one audit entry, or not at all.

    Each field holds items to put as they shall stand afterwards; `action` and `actor` go into the
    audit chain with `details` (words and figures; never a name, number or phone).
    """

    action: str
    actor: str
    at: datetime
    details: Mapping[str, object] = field(default_factory=dict)
    person: Person | None = None
    entitlements: tuple[Entitlement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    withdraw: tuple[EvidenceKey, ...] = ()
    restore: tuple[EvidenceKey, ...] = ()  # tombstones to take away: a correction was corrected
    cases: tuple[Case, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    visits: tuple[Visit, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    messages: tuple[Message, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    related: tuple[RelatedEvidence, ...] = ()
    objections: tuple[Objection, ...] = ()


# --- files -----------------------------------------------------------------------------------


class FileState(StrEnum):
    """Where a dropped file stands."""

    RECEIVED = "received"
    HELD = "held"  # a person must look, or another file must come first
    RELEASED = "released"  # a person has looked and lets it pass; it is about to be read again
    LOADED = "loaded"
    REFUSED = "refused"
    SUPERSEDED = "superseded"  # a corrected file stands in its place
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a file's rows: rows = accepted + rejected + strangers + superseded."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    strangers: int = 0  # about nobody on the roster: counted, never kept
    superseded: int = 0  # the same fact again within the file

    @property
    def add_up(self) -> bool:
        """Whether every row is in exactly one of the four."""
        return self.rows == self.accepted + self.rejected + self.strangers + self.superseded

    def __add__(self, other: Counts) -> Counts:
        """The counts of two parts together."""
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class FileStep:
    """One stage of a file: when it came there, by whom, and the reason that a person gave."""

    state: FileState
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileNotice:
    """Something about a whole file that an officer must look into before it concerns anybody (rule 12)."""

    code: str
    zh: str
    en: str
    count: int  # out of so many
    of: int


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """One file of one department, through its stages. `key` is personal data: never logged."""

    id: FileId
    department: str
    feed: FeedId
    day: date
    key: str
    digest: str
    state: FileState
    received: datetime
    counts: Counts = Counts()
    code: str = ""  # why held, refused or dead
    zh: str = ""
    en: str = ""
    certified: int = 0  # people whose certificate moved at once
    kept: int = 0  # people whose evidence waits in the lake until their certificate nears its end
    finished: datetime | None = None
    steps: tuple[FileStep, ...] = ()  # oldest first; nothing is ever taken out
    corrects: FileId | None = None  # the file in whose place it stands
    withdrawn: int = 0  # items of evidence taken back, by a code of its own or by what it corrects
    repairs: Mapping[str, int] = field(default_factory=dict)  # rule of repair → identity numbers
    notices: tuple[FileNotice, ...] = ()

    @property
    def was_released(self) -> bool:
        """Whether a person has let it pass its expectations."""
        return any(step.state is FileState.RELEASED for step in self.steps)

    def at_stage(self, step: FileStep) -> DroppedFile:
        """The file at its next stage; the same stage by the same person again adds no line."""
        last = self.steps[-1] if self.steps else None
        same = last is not None and (last.state, last.by, last.reason) == (step.state, step.by, step.reason)
        return replace(self, state=step.state, steps=self.steps if same else (*self.steps, step))


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that could not be used; it goes back to the department with its line."""

    line: int
    field: str
    code: str
    zh: str
    en: str
