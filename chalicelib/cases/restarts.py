"""恢复发放 · Payments that start again: the question that a roster asks, and what a person's answer does
(rules 14 and 15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from chalicelib import clock
from chalicelib.cases import evidence_effects, evidence_withdrawal, related_persons, suspicion_verification
from chalicelib.engine.money.double_receipt import Listed
from chalicelib.engine.suspicion import joining_doubts
from chalicelib.engine.suspicion.restart import granted_anew, raised
from chalicelib.engine.suspicion.started_again import restarted
from chalicelib.engine.suspicion.termination import ENDED
from chalicelib.jurisdiction import current
from chalicelib.model import BenefitCode, Change, Paper, PersonId, PersonRecord, Suspicion, Template
from chalicelib.model.named import BY_THE_ROSTER
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.busy import one_by_one

ACTOR: Final = BY_THE_ROSTER


def roster_lists_ended(lines: Collection[Listed], day: date) -> None:
    """Ask about every line of a day's roster whose benefit has ended: granted anew, listing the dead,
    or a number that was joined to another.
    """
    drawn = people.entitlements_of({(line.person, line.benefit) for line in lines})
    ended = [
        line
        for line in lines
        if (found := drawn.get((line.person, line.benefit))) is not None and found.status in ENDED.values()
    ]
    one_by_one(ended, lambda line: _ask(line, day), lambda line: line.person)


def _ask(line: Listed, day: date) -> None:
    def ask(record: PersonRecord) -> Change | None:
        rules, on = current().rules, clock.today()
        if record.person.id != line.person:  # a number that was joined to another
            listed = joining_doubts.still_listed(record, line.person, day, rules, on)
            asked = [] if listed is None else [listed]
        else:
            asked = list(granted_anew(record, line.benefit, line.since, day, rules, on))
        if not asked:
            return None
        details = {"suspicions": [s.name for s in asked], "benefit": line.benefit}
        return Change("listed after an ending", ACTOR, clock.now(), details, suspicions=tuple(asked))

    evidence_effects.wake_and_start(people.change(line.person, ask))


def raise_restart(person: PersonId, benefit: BenefitCode, since: date, paper: Paper, *, by: str) -> Suspicion:
    """Open the question whether a payment starts again, for a document that nobody has reported."""
    found: list[Suspicion] = []

    def open_one(record: PersonRecord) -> Change | None:
        question = raised(record, benefit, since, paper, by=by, rules=current().rules, on=clock.today())
        found[:] = [question]
        if question in record.suspicions:
            return None
        details = {"suspicion": question.name, "benefit": benefit, "paper": paper.value}
        return Change("restart asked for", by, clock.now(), details, suspicions=(question,))

    record = people.change(person, open_one)
    evidence_effects.wake_and_start(record)
    return found[0]


def restart_upheld(person: PersonId, name: str, *, actor: str) -> PersonRecord:
    """A person has seen the document: pay again from the month that is due, and tell person and payer."""

    def start(record: PersonRecord) -> Change | None:
        restart = next((s for s in record.suspicions if s.name == name), None)
        if restart is None:
            return None
        rules, on = current().rules, clock.today()
        again = restarted(record, restart, people.payments_of(person), rules, on)
        if again is None:
            return None
        details = {
            "restart": name,
            "from": {i.benefit: i.month for i in again.instructions},
            "never_due": {
                e.benefit: [f"{gap.first}…{gap.last}" for gap in e.interruptions] for e in again.entitlements
            },
        }
        return evidence_withdrawal.followed(
            record, record, again, "payment started again", actor, details, told=Template.RESTARTED
        )

    record = people.change(person, start)
    restart = next((s for s in record.suspicions if s.name == name), None)
    over = next((s for s in record.suspicions if restart is not None and s.name == restart.about), None)
    is_shown = restart is not None and restart.said == {"paper": Paper.RELEASE.value}
    if restart is not None and is_shown and over is not None and over.evidence is not None:
        related_persons.released_by_paper(person, restart, over.evidence, actor=actor)
    suspicion_verification.wake_withdrawn(record)
    evidence_effects.wake_and_start(record)
    return record
