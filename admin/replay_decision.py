"""One stored decision, made again by the very rules that made it: does it come out the same, and why?

The audit chain of a person says by which version of the rules each certificate moved, on which day, and
which evidence had come by then. What a chain does not hold is taken from the record as it stands: the
roster's words, and what is known of related persons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from chalicelib.engine.calendar.periods import civil_time
from chalicelib.engine.certification.decide import decide
from chalicelib.engine.texts.receipt import Receipt, explain
from chalicelib.errors import NotFoundError
from chalicelib.jurisdiction import bundles
from chalicelib.model import (
    BenefitCode,
    Decision,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    Person,
    PersonRecord,
    Reason,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.storage.dynamodb.audit import AuditEntry

_EVIDENCE, _WITHDRAWN = "EV#", "WD#"


@dataclass(frozen=True, slots=True)
class ReplayedDecision:
    """A stored decision beside what the same rules say of the same evidence."""

    number: int  # of the entry in the person's chain
    stored: dict[BenefitCode, str]  # outcome and day
    decision: Decision
    receipt: Receipt
    lost: tuple[EvidenceKey, ...]  # known then, and since withdrawn or no longer kept: by its key alone

    @property
    def now(self) -> dict[BenefitCode, str]:
        """The same of the decision that was made again."""
        return {
            verdict.benefit: f"{verdict.outcome} {verdict.valid_until.isoformat()}"
            for verdict in self.decision.verdicts
        }

    def lines(self, benefit: BenefitCode) -> str:
        """The lines of the rule book that were decisive for a benefit, by their codes."""
        reasons = (r for v in self.decision.verdicts if v.benefit == benefit for r in v.reasons)
        return " ".join(dict.fromkeys(reason.rule for reason in reasons if reason.rule))

    @property
    def is_same(self) -> bool:
        """Whether every benefit comes out as it was stored."""
        return self.now == self.stored


def decided_again(
    record: PersonRecord, trail: tuple[AuditEntry, ...], number: int | None = None
) -> ReplayedDecision:
    """The decision in an entry of a person's chain (the newest, if none is named), made again.

    NotFoundError if the entry holds no decision, or no bundle of its rules is stored.
    """
    line, entry = _entry(trail, number)
    version, verdicts = str(entry.details["rules"]), entry.details["verdicts"]
    stored = {BenefitCode(code): str(said) for code, said in dict(verdicts).items()}  # type: ignore[call-overload]
    rules = bundles.for_rules(version).rules
    on = civil_time(entry.at).date()
    evidence, lost = _known(record, trail, entry.sequence)
    person = _living(record, on)
    before = _reached_before(trail, entry.sequence)
    drawn = tuple(
        replace(e, valid_until=max(e.certified_until, before.get(e.benefit, date.min)))
        for e in record.entitlements
        if e.benefit in stored
    )
    then = replace(
        record,
        suspicions=tuple(s for s in record.suspicions if s.closed is not None and s.closed <= on),
    )
    decision = decide(
        person,
        _certified(drawn, trail, entry.sequence),
        evidence,
        rules,
        on,
        refuted=then.refuted,
        related=record.about_related,
        clearances=then.clearances,
        death_word=_death_word(record, on),
    )
    # What has come of it since is no part of it: whether a benefit was paid then is not in the chain.
    paid = tuple(replace(e, status=EntitlementStatus.ACTIVE, stopped_from=None) for e in drawn)
    receipt = explain(decision, PersonRecord(person, paid), rules)
    return ReplayedDecision(line, stored, decision, receipt, lost)


def _death_word(record: PersonRecord, on: date) -> Reason | None:
    """Why somebody at the door said that the person died, while nobody had answered that."""
    said = (s for s in record.suspicions if s.kind is SuspicionKind.DEATH and s.evidence is None)
    asked = (s for s in said if s.opened <= on and (s.closed is None or s.closed > on))
    return next((suspicion.reason for suspicion in asked), None)


def _entry(trail: tuple[AuditEntry, ...], number: int | None) -> tuple[int, AuditEntry]:
    """The entry, and its line among steps and looks: by that the API numbers it too."""
    for line, entry in reversed(list(enumerate(trail, 1))):
        if number in (None, line) and {"rules", "verdicts"} <= entry.details.keys():
            return line, entry
    raise NotFoundError("no such decision is in the person's chain")


def _certified(
    drawn: tuple[Entitlement, ...], trail: tuple[AuditEntry, ...], number: int
) -> tuple[Entitlement, ...]:
    """The entitlements as far as they had been certified by the decision before: it is never moved back."""
    before = [e for e in trail if e.sequence < number and "verdicts" in e.details]
    said = dict(before[-1].details["verdicts"]) if before else {}  # type: ignore[call-overload]
    until = {code: date.fromisoformat(words.split()[-1]) for code, words in said.items()}
    return tuple(replace(e, valid_until=until.get(e.benefit, e.certified_until)) for e in drawn)


def _reached_before(trail: tuple[AuditEntry, ...], number: int) -> dict[BenefitCode, date]:
    """Through which day each benefit was certified before an entry, by the decisions of the chain."""
    reached: dict[BenefitCode, date] = {}
    for entry in trail:
        if entry.sequence < number and {"rules", "verdicts"} <= entry.details.keys():
            said: dict[str, str] = dict(entry.details["verdicts"])  # type: ignore[call-overload]
            reached |= {BenefitCode(b): date.fromisoformat(v.rpartition(" ")[2]) for b, v in said.items()}
    return reached


def _known(
    record: PersonRecord, trail: tuple[AuditEntry, ...], number: int
) -> tuple[list[Evidence], tuple[EvidenceKey, ...]]:
    """The evidence that the record held after an entry, and the keys of which no more than that is left."""
    held = {f"{_EVIDENCE}{item.key}": item for item in record.evidence}
    names: dict[str, None] = {}
    for entry in trail:
        if entry.sequence <= number:
            names |= {item: None for item in entry.put if item.startswith(_EVIDENCE)}
            for item in entry.put:
                taken_back = item.replace(_WITHDRAWN, _EVIDENCE, 1)
                if item.startswith(_WITHDRAWN) and taken_back not in held:  # else it was given back again
                    names.pop(taken_back, None)
    lost = tuple(_key(name) for name in names if name not in held)
    return [*(held[name] for name in names if name in held), *(_bare(key) for key in lost)], lost


def _key(name: str) -> EvidenceKey:
    day, feed, event = name.removeprefix(_EVIDENCE).split("#", 2)
    return EvidenceKey(date.fromisoformat(day), FeedId(feed), event)


def _bare(key: EvidenceKey) -> Evidence:
    return Evidence(key, FileId(""), 0)


def _living(record: PersonRecord, on: date) -> Person:
    """The person, without a death that people confirmed only later."""
    later = any(
        s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED and s.closed and s.closed > on
        for s in record.suspicions
    )
    return replace(record.person, deceased_on=None) if later else record.person
