"""认证决定 · What the rule book says of a person on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from chalicelib.model.evidence import EvidenceKey, Route, SuspicionKind
from chalicelib.model.names import BenefitCode, PersonId

YEAR: Final = 12  # months of the period that an authority states


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
    months: int = YEAR  # of the period that ends on `valid_until`


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
