"""Whether the money adds up: the pay-run reconciliation, and what was paid after a death."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chalicelib.engine.money.arrears import last_month_due
from chalicelib.engine.money.reconciliation import LineKind
from chalicelib.model import BenefitKind, EntitlementStatus, InstructionKind, InstructionState
from sandbox.checks.run_result import Run


def reconciled(run: Run) -> Iterable[str]:
    """Every month's sheets add up to what is on record as paid, and no difference is without a reason."""
    on_sheets: Counter[str] = Counter()
    for sheet in run.reconciled:
        for county, totals in sorted(sheet["totals"].items()):
            unexplained = totals.get(LineKind.UNEXPLAINED.value)
            if unexplained is not None:
                where = f"{sheet['authority']} {sheet['month']} {county}"
                yield f"{where}: {unexplained['lines']} lines, {unexplained['difference']} fen"
            strangers = LineKind.NOT_LISTED.value
            on_sheets[sheet["month"]] += sum(t["paid"] for kind, t in totals.items() if kind != strangers)
    on_record: Counter[str] = Counter()
    for record in run.truth.records.values():
        drawn = {e.benefit for e in record.entitlements}
        for (benefit, month), fen in run.paid(record.person.id).items():
            if benefit in drawn:
                on_record[month] += fen
    for month in sorted(on_record | on_sheets):
        if on_record[month] != on_sheets[month]:
            yield f"{month}: {on_sheets[month]} fen on the sheets, {on_record[month]} on record"


def asked_back(run: Run) -> Iterable[str]:
    """What is on record as paid after a death that ended a benefit is to be recovered, to the fen."""
    rules = run.truth.pack.rules
    for index, record in run.truth.records.items():
        died = record.person.deceased_on
        for e in record.entitlements:
            monthly = rules.benefit(e.benefit).kind is BenefitKind.MONTHLY
            if died is None or not monthly or e.status is not EntitlementStatus.TERMINATED:
                continue
            last = last_month_due(rules.benefit_on(e.benefit, died), died)
            if e.stopped_from is None or e.stopped_from <= last or e.interruptions:
                continue  # it had stopped before, and for another reason
            paid = run.paid(record.person.id).items()
            after = sum(fen for (benefit, month), fen in paid if benefit == e.benefit and month > last)
            mine = [i for i in record.instructions if i.benefit == e.benefit]
            orders = [i for i in mine if i.kind is InstructionKind.RECOVER]
            if any(i.state is InstructionState.CANCELLED and i.fen for i in orders):
                continue  # an objection upheld
            asked = sum(i.fen for i in orders)
            heirs = sum(i.fen for i in mine if i.kind is InstructionKind.PAY_HEIRS)
            if not after - heirs <= asked <= after:
                yield f"person {index}, {e.benefit}: {after} fen paid after the death, {asked} asked back"
