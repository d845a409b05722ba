"""名册除名 · Whom no roster lists any more: their authorities are asked, in a file that names the payee (rule
20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib import clock
from chalicelib.cases import evidence_effects, executions, home_visits, suspicion_verification
from chalicelib.engine.suspicion.unlisted import open_questions, unlisted
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    PersonId,
    PersonRecord,
    StateName,
    StepOutcome,
    Suspicion,
    SuspicionKind,
)
from chalicelib.model.named import BY_THE_ROSTER
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.busy import one_by_one

ACTOR: Final = BY_THE_ROSTER
HEADER: Final = ("待遇编号", "待遇项目", "区划代码", "网格编号", "名册未列之日", "请于此日前答复", "说明")
Claim = tuple[PersonId, BenefitCode]


def left_rosters(gone: Iterable[Claim], left: date) -> bool:
    """Ask about everybody whom the roster of a day no longer lists, each once; whether anybody is asked."""
    asked = one_by_one(sorted(gone), lambda claim: _ask(*claim, left), lambda claim: claim[0])
    return any(asked)


def listed_again(standing: AbstractSet[Claim]) -> bool:
    """End the questions about whom a roster lists again; what people have answered stays."""
    again = [
        row
        for row in list(worklists.suspicions(""))
        if row.item.kind is SuspicionKind.UNLISTED and (row.person, row.item.benefit) in standing
    ]
    one_by_one(
        again,
        lambda row: suspicion_verification.withdraw(row.person, row.item.name, "listed again", actor=ACTOR),
        lambda row: row.person,
    )
    return bool(again)


def _ask(person: PersonId, benefit: BenefitCode, left: date) -> bool:
    """Open the question; nobody sets out to the person meanwhile."""

    def ask(record: PersonRecord) -> tuple[Change | None, bool]:
        rules, on = current().rules, clock.today()
        title = rules.benefit(benefit).title.zh
        question = unlisted(record, benefit, title, left, on, rules.policy)
        if question is None:
            return None, False
        case = record.open_case
        visit = home_visits.pending(record, case.due.isoformat()) if case is not None else None
        change = Change(
            "no longer listed",
            ACTOR,
            clock.now(),
            {"suspicion": question.name, "benefit": benefit},
            suspicions=(question,),
            visits=(replace(visit, cancelled=on),) if visit is not None else (),
        )
        return change, True

    record, asked = people.change_with_outcome(person, ask)
    evidence_effects.wake_and_start(record)
    case = record.open_case
    if case is None or case.state is not StateName.DISPATCH_HOME_VISIT or case.waiting is None:
        return asked
    if home_visits.pending(record, case.due.isoformat()) is None:  # called off, perhaps by who died then
        executions.wake(case.waiting, {"outcome": StepOutcome.HEARD})
    return asked


# --- what authorities are told -------------------------------------------------------------------


def questions() -> dict[str, list[tuple[str, ...]]]:
    """By authority, everybody about whom it has been asked and has not answered: rows under `HEADER`."""
    rows = [row for row in worklists.suspicions("") if row.item.kind is SuspicionKind.UNLISTED]
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in rows:
        record = people.load(row.person)
        for question in open_questions(record):
            if question.name == row.item.name:
                authority, line = _line(record, question)
                found[authority].append(line)
    return found


def _line(record: PersonRecord, question: Suspicion) -> tuple[str, tuple[str, ...]]:
    drawn = next(e for e in record.entitlements if e.benefit == question.benefit)
    benefit = current().rules.benefit(drawn.benefit)
    by = question.verify_by or question.opened
    line = (
        drawn.payee,
        benefit.title.zh,
        record.person.area,
        record.person.grid,
        question.day.isoformat(),
        by.isoformat(),
        question.reason.zh,
    )
    return benefit.run_by.value, line
