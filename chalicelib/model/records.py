"""人员档案 · A person as a whole, and one change of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chalicelib.model.cases import Case, Objection, ObjectionState, Proposal, Suspicion, SuspicionState, Visit
from chalicelib.model.evidence import Evidence, EvidenceKey, SuspicionKind
from chalicelib.model.messages import Instruction, Message
from chalicelib.model.names import PersonId
from chalicelib.model.people import Entitlement, Person, Relation
from chalicelib.model.recoveries import OwedToHeirs, Recovery


@dataclass(frozen=True, slots=True)
class RelatedEvidence:
    """What a feed reported of somebody whom the roster names as related: for a condition to ask about.

    They need not draw anything. `withdrawn`: the department took it back; such an item may come first.
    """

    of: Relation
    who: PersonId
    evidence: Evidence
    withdrawn: bool = False
    taken_back: date | None = None  # the day of the file that did so

    @property
    def name(self) -> str:
        """The key within the recipient whom it concerns."""
        return f"{self.who}#{self.evidence.key}"


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Everything the platform holds about one person, but payments and the audit chain."""

    person: Person
    entitlements: tuple[Entitlement, ...] = ()
    evidence: tuple[Evidence, ...] = ()  # live: withdrawn ones are not here
    withdrawn: frozenset[EvidenceKey] = frozenset()
    taken_back: Mapping[EvidenceKey, date] = field(default_factory=dict)  # by the file of which day
    cases: tuple[Case, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    visits: tuple[Visit, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    messages: tuple[Message, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    related: tuple[RelatedEvidence, ...] = ()
    objections: tuple[Objection, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    owed_to_heirs: tuple[OwedToHeirs, ...] = ()

    @property
    def open_objections(self) -> tuple[Objection, ...]:
        """What somebody not involved has still to decide."""
        return tuple(o for o in self.objections if o.state is ObjectionState.OPEN)

    @property
    def holding_objections(self) -> tuple[Objection, ...]:
        """Those of them that keep everything from being suspended until they are decided."""
        return tuple(o for o in self.open_objections if o.holds)

    @property
    def about_related(self) -> Mapping[Relation, tuple[tuple[Evidence, ...], ...]]:
        """What is known of each of those whom the roster names as related today, by how they are related."""
        if not self.related:
            return {}
        live: dict[Relation, dict[PersonId, list[Evidence]]] = {}
        for item in self.related:
            if not item.withdrawn and self.person.related.get(item.who) is item.of:
                live.setdefault(item.of, {}).setdefault(item.who, []).append(item.evidence)
        return {of: tuple(tuple(items) for items in each.values()) for of, each in live.items()}

    @property
    def died(self) -> date | None:
        """The day of a death that people have confirmed, carried out or not yet; None of the living."""
        if self.person.deceased_on is not None:
            return self.person.deceased_on
        found = (
            s
            for s in self.suspicions
            if s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED
        )
        return next((s.day for s in found), None)

    @property
    def open_case(self) -> Case | None:
        """The case that walks now, if any; there is at most one."""
        return next((case for case in self.cases if case.is_open), None)

    @property
    def open_suspicions(self) -> tuple[Suspicion, ...]:
        """What a person has still to verify."""
        return tuple(s for s in self.suspicions if s.state is SuspicionState.OPEN)

    @property
    def unfinished_suspicions(self) -> tuple[Suspicion, ...]:
        """What people have confirmed, and an authority has still to end."""
        return tuple(s for s in self.suspicions if s.is_unfinished)

    @property
    def refuted(self) -> frozenset[EvidenceKey]:
        """Negative evidence that a person has looked into and found wrong, for all that rests on it."""
        return frozenset(
            s.evidence
            for s in self.suspicions
            if s.state is SuspicionState.CLEARED
            and s.kind is not SuspicionKind.CONDITION
            and s.evidence is not None
        )

    @property
    def clearances(self) -> tuple[Suspicion, ...]:
        """The conditions that a person has looked into and found to hold: each for its own benefit."""
        cleared = (
            s
            for s in self.suspicions
            if s.state is SuspicionState.CLEARED and s.kind is SuspicionKind.CONDITION
        )
        return tuple(s if s.said is not None else replace(s, said=self.facts_of(s.evidence)) for s in cleared)

    def facts_of(self, key: EvidenceKey | None) -> Mapping[str, str] | None:
        """What a record about the person, or about somebody related, says; None if it is not held."""
        held = (*self.evidence, *(item.evidence for item in self.related))
        return next((item.facts for item in held if item.key == key), None)


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
    withdraw_day: date | None = None  # of the file that takes back; None where no file does
    restore: tuple[EvidenceKey, ...] = ()  # tombstones to take away: a correction was corrected
    cases: tuple[Case, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    visits: tuple[Visit, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    messages: tuple[Message, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    related: tuple[RelatedEvidence, ...] = ()
    objections: tuple[Objection, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    owed_to_heirs: tuple[OwedToHeirs, ...] = ()
