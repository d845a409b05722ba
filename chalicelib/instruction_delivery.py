"""指令送达 · Instructions reach their payer before the pay run that they are for (rules 10 and 23).

On each benefit's cut-off day the authority gets a list of what is to be done and of what has been approved to
take effect next. What is issued, changed or called off after the list that would have held it is handed over
at once, in a file of its own, once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from chalicelib import clock
from chalicelib.engine.calendar.periods import month_of, next_month
from chalicelib.engine.suspension.graded_stop import graded
from chalicelib.engine.texts import instruction_texts
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    PersonId,
    PersonRecord,
    ProposalState,
)
from chalicelib.runs import run
from chalicelib.sources.formats.csv_writing import csv_of
from chalicelib.storage.dynamodb import people, run_ends, worklist_rows, worklists
from chalicelib.storage.dynamodb.worklists import ToHandOver
from chalicelib.storage.s3 import objects

RESULTS = "results"  # the list of the results day, as `run_ends` knows it: begun, and so perhaps out
Row = tuple[str, ...]


def row_of(told: Instruction, entitlement: Entitlement) -> Row:
    """What any list says of an instruction, under `instruction_texts.HEADER`."""
    title = current().rules.benefit(told.benefit).title.zh
    return instruction_texts.row(told, entitlement.payee, title)


# --- at once ---------------------------------------------------------------------------------------


def hand_over(person: PersonId | None = None) -> int:
    """Hand over what is issued, changed or called off too late for a list; how many files.

    `person`: theirs alone, and what fails says so itself. Of everybody: UnfinishedError when all others are
    handed over, if one could not be. The same again changes nothing.
    """
    if person is not None:
        return sum(_hand_over(waiting) for waiting in worklists.to_hand_over(person))
    handed = 0
    with run("hand_over") as each:
        for waiting in worklists.to_hand_over(None):
            with each(person=waiting.person):
                handed += _hand_over(waiting)
    return handed


def _hand_over(waiting: ToHandOver) -> bool:
    on, record = clock.today(), people.load(waiting.person)
    told = next((i for i in record.instructions if i.name == waiting.instruction), None)
    drawn = {e.benefit: e for e in record.entitlements}
    is_late = told is not None and _is_late(told, on)
    if told is not None and is_late and told.benefit in drawn:
        name = hashlib.sha256(f"{waiting.person}#{told.name}#{worklist_rows.version_of(told)}".encode())
        body = csv_of(instruction_texts.HEADER, [row_of(told, drawn[told.benefit])])
        authority = current().rules.benefit(told.benefit).run_by
        objects.put_once_for_department(
            authority, f"instructions/{told.changed or told.issued}/{name.hexdigest()[:16]}.csv", body
        )
    worklists.handed_over(waiting)
    return is_late


def _is_late(told: Instruction, on: date) -> bool:
    """Whether the list that would hold an instruction has gone out; else it stands on that list."""
    month = month_of(on)
    if told.state is InstructionState.CANCELLED:
        return True  # no list says it
    if told.month <= month:
        return run_ends.is_done(RESULTS, month)
    cutoff_day = current().rules.benefit_on(told.benefit, on).cutoff_day
    return told.month == next_month(month) and run_ends.is_done(_name(cutoff_day), month)


# --- on the cut-off day ----------------------------------------------------------------------------


def send_cutoff_lists() -> int:
    """Write the lists of the benefits whose cut-off day has come this month; how many lines.

    Once a month for each such day; what has failed is made on the next day.
    """
    on, lines = clock.today(), 0
    rules, month = current().rules, month_of(on)
    closing: dict[int, set[BenefitCode]] = defaultdict(set)
    for code in rules.benefits:
        closing[rules.benefit_on(code, on).cutoff_day].add(code)
    for day, benefits in sorted(closing.items()):
        if on.day >= day and not run_ends.is_done(_name(day), month):
            lines += _cutoff_list(day, benefits, month)
            run_ends.done(_name(day), month)
    return lines


def _name(cutoff_day: int) -> str:
    return f"cutoff-{cutoff_day:02d}"


def _cutoff_list(day: int, benefits: set[BenefitCode], month: Month) -> int:
    lists: dict[str, list[Row]] = defaultdict(list)
    with run("cutoff_list") as each:
        for person, told in worklists.open_instructions():
            if told.benefit in benefits and told.state is not InstructionState.SEEN:
                with each(person=person):
                    drawn = next(e for e in people.load(person).entitlements if e.benefit == told.benefit)
                    lists[current().rules.benefit(told.benefit).run_by].append(row_of(told, drawn))
        for person, benefit, stops in _announced(month):
            if benefit in benefits:
                with each(person=person):
                    for row in _to_be_suspended(people.load(person), benefit, stops):
                        lists[current().rules.benefit(benefit).run_by].append(row)
        for authority, rows in sorted(lists.items()):
            with each(authority=authority):
                body = csv_of(instruction_texts.HEADER, sorted(rows))
                path = f"instructions/{month}-{_name(day)}.csv"
                objects.put_for_department(authority, path, body, "text/csv")
    return sum(map(len, lists.values()))


def _announced(month: Month) -> Iterator[tuple[PersonId, BenefitCode, Month]]:
    """Whose suspension has been approved to take effect after a month."""
    for county in worklists.counties():
        for stops, benefit in worklists.stops_from(county, next_month(month)):
            for row in worklists.to_be_stopped(county, stops, benefit):
                yield row.person, benefit, stops


def _to_be_suspended(record: PersonRecord, benefit: BenefitCode, stops: Month) -> Iterator[Row]:
    """What a payer may prepare: no instruction yet, because whoever certifies before is not suspended."""
    approved = [
        p
        for p in record.proposals
        if p.state is ProposalState.APPROVED and p.effective == stops and benefit in p.benefits
    ]
    for e in record.entitlements:
        if approved and e.benefit == benefit and e.status is EntitlementStatus.ACTIVE:
            line = approved[-1]
            told = Instruction(
                benefit,
                InstructionKind.SUSPEND,
                stops,
                e.fen,
                "",
                InstructionState.ISSUED,
                line.decided or line.proposed,
            )
            if line.in_person is not None and line.in_person > month_of(clock.today()):
                in_person = replace(told, kind=InstructionKind.PAY_IN_PERSON, month=line.in_person)
                if graded(record, (benefit,), current().rules, clock.today()):
                    yield instruction_texts.announced(row_of(in_person, e))
            yield instruction_texts.announced(row_of(told, e))
