"""人员与待遇 · People and what they draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.model.decisions import YEAR, Verdict
from chalicelib.model.evidence import EvidenceKey, Route
from chalicelib.model.names import AreaCode, BenefitCode, Month, PersonId


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


LIVE: Final = (EntitlementStatus.ACTIVE, EntitlementStatus.SUSPENDED)  # what a certificate decides about


class BenefitKind(StrEnum):
    """How a benefit is granted, which decides whether it can be suspended at all."""

    MONTHLY = "monthly"
    ONE_OFF = "one_off"
    FEE_RELIEF = "fee_relief"  # no amount, no arrears, never suspended for lack of certification


@dataclass(frozen=True, slots=True)
class Interruption:
    """Months of an entitlement that were never due, first to last: a sentence served, a card that had lapsed.

    `about` is the name of the suspicion that had ended the payment.
    """

    first: Month
    last: Month
    about: str

    def covers(self, month: Month) -> bool:
        """Whether a month lies within it."""
        return self.first <= month <= self.last


@dataclass(frozen=True, slots=True)
class EarlierAmount:
    """What the authority had set, in fen a month, through a month: its last one before another roster."""

    through: Month
    fen: int


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
    interruptions: tuple[Interruption, ...] = ()  # months never due, whatever is owed beside them
    months: int = YEAR  # of the period that ends on `valid_until`: all steps of a case scale with it
    earlier: tuple[EarlierAmount, ...] = ()  # oldest first: a month withheld is owed at what it was set at

    def set_at(self, month: Month) -> int:
        """What the authority had set for a month, in fen."""
        return next((amount.fen for amount in self.earlier if month <= amount.through), self.fen)

    def certified(self, verdict: Verdict, rules: str) -> Entitlement:
        """With the certificate that a verdict gives it, by a version of the rules."""
        return replace(
            self,
            valid_until=verdict.valid_until,
            months=verdict.months,
            route=verdict.route,
            evidence=verdict.evidence[0] if verdict.evidence else None,
            rules=rules,
        )

    def stated(self, until: date) -> Entitlement:
        """With another day through which the authority certifies: what reached further already stays."""
        if until <= self.valid_until:
            return replace(self, certified_until=until)
        return replace(self, certified_until=until, valid_until=until, months=YEAR)

    def status_on(self, on: date) -> EntitlementStatus:
        """The status as people say it on a day."""
        if self.status is EntitlementStatus.ACTIVE and self.valid_until < on:
            return EntitlementStatus.EXPIRED_STILL_PAID
        return self.status


@dataclass(frozen=True, slots=True)
class Person:
    """What may be known of a recipient without opening the sealed identity.

    `born` is the first day of the month of birth; None for whoever bears another document than the resident's
    number, where the roster does not say it. `told_on` is the day of the last "you are
    certified" message (rule 8). `sequence` and `head` are the length and last hash of the audit
    chain; `sequence` is also the person's only lock.
    """

    id: PersonId
    area: AreaCode
    grid: str
    born: date | None
    has_phone: bool
    key_groups: frozenset[KeyGroup] = frozenset()
    deceased_on: date | None = None
    told_on: date | None = None
    opted_out: bool = False
    sequence: int = 0
    head: str = ""
    related: Mapping[PersonId, Relation] = field(default_factory=dict)  # as the roster names them
    joined_to: PersonId | None = None  # another number of the same person, under which everything goes on
    groups_by: Mapping[str, frozenset[KeyGroup]] = field(default_factory=dict)  # benefit whose row says so
    has_helper: bool = False  # a registered helper with a phone
    helper_opted_out: bool = False

    def retold(self, told: Person, *, whole: bool) -> Person:
        """The person as another roster tells of them: what it does not say it does not delete.

        A benefit's row replaces what that benefit's row said before. `whole`: it names all that the person
        draws, so that groups of which nobody knows who said them are none of anybody else's.
        """
        before = self.groups_by or ({} if whole else {"": self.key_groups})
        groups = {**before, **told.groups_by}
        return replace(
            self,
            area=told.area,
            grid=told.grid or self.grid,
            born=told.born or self.born,
            has_phone=self.has_phone or told.has_phone,
            key_groups=frozenset[KeyGroup]().union(*groups.values()),
            groups_by=groups,
            related=told.related if told.related or whole else self.related,
            has_helper=self.has_helper or told.has_helper,
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a person; sealed in storage, never logged."""

    number: str
    name: str
    phone: str | None = None

    def __repr__(self) -> str:
        return "Identity(…)"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where somebody lives, and who is registered as helping them (协助人); sealed like an `Identity`.

    What is None, nobody has said.
    """

    address: str | None = None
    helper_name: str | None = None
    helper_phone: str | None = None

    def __repr__(self) -> str:
        return "Contact(…)"

    def completed_by(self, earlier: Contact) -> Contact:
        """What is said here, and beside it what was said earlier: what is left out is not taken back."""
        return Contact(
            self.address or earlier.address,
            self.helper_name or earlier.helper_name,
            self.helper_phone or earlier.helper_phone,
        )
