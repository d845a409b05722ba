"""发放对账单 · Pay-run reconciliation: a sheet a month and authority, and again when a file comes (rule 23).

A workbook in the authority's outbox for clerks, and the same as a document for the officers' API. Payments of
whom no roster knows are one line for each file, benefit and month: who they are is not kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Any, Final

from chalicelib import clock
from chalicelib.engine.calendar.periods import zh_month
from chalicelib.engine.money.reconciliation import Line, LineKind, Totals, lines_of
from chalicelib.engine.suspicion import reckoning
from chalicelib.engine.texts import reconciliation_texts as texts
from chalicelib.jurisdiction import current
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    FileState,
    Month,
    Payment,
    PersonId,
    PersonRecord,
)
from chalicelib.model.named import PAYMENTS
from chalicelib.runs import run
from chalicelib.sources.formats.csv_writing import Cell
from chalicelib.sources.formats.xlsx_writing import xlsx_of
from chalicelib.storage.dynamodb import accounts, files, run_ends
from chalicelib.storage.s3 import objects

_TO_DO: Final = "reconciliation"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RANK: Final = {kind: number for number, kind in enumerate(LineKind)}


@dataclass
class Sheet:
    """What one authority is shown of a month: totals of all lines, and those of which something is said."""

    by_county: dict[str, dict[LineKind, Totals]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        """Count a line, and keep it unless it was paid as due and nothing was told."""
        mine = self.by_county.setdefault(line.area[:6], {})
        mine[line.kind] = mine.get(line.kind, Totals()) + line
        if line.kind is not LineKind.AS_DUE:
            self.lines.append(line)

    def in_order(self) -> list[Line]:
        """The gravest kinds first; within one by benefit and payee."""
        return sorted(self.lines, key=_place)

    def figures_of(self, kind: LineKind) -> tuple[int, ...]:
        """All lines of a kind together: how many, and the fen due, in arrears, paid, and beyond."""
        mine = [of.get(kind, Totals()) for of in self.by_county.values()]
        return tuple(map(sum, zip(*(astuple(each) for each in mine), strict=True)))


def _place(line: Line) -> str:
    """Where a line stands in its sheet, which is never asked for twice."""
    return f"{_RANK[line.kind]:02d}#{line.benefit}#{line.person or line.payee}"


def wanted(months: Iterable[Month]) -> None:
    """A payments file has said something of these months: their sheets are made anew by the next pass."""
    for month in set(months):
        run_ends.done(_TO_DO, month)


def reconcile() -> int:
    """Make the sheets of every month of which a file has come since; how many months."""
    months = run_ends.months(_TO_DO)
    with run("reconcile") as each:
        for month in months:
            with each(month=month):
                run_ends.undone(_TO_DO, month)  # before: a file that comes meanwhile asks for it again
                try:
                    reconcile_month(month)
                except Exception:
                    run_ends.done(_TO_DO, month)
                    raise
    return len(months)


def reconcile_month(month: Month) -> dict[str, Sheet]:
    """Write a month's sheet for every authority; what stands on them."""
    sheets: dict[str, Sheet] = defaultdict(Sheet)
    covered: set[tuple[BenefitCode, str]] = set()
    unpaid: list[Line] = []
    with run("reconcile_month") as each:
        for record, payments in accounts.everyone(each):
            with each(person=record.person.id):
                for line in _lines(record, payments, month):
                    if line.paid:
                        covered.add((line.benefit, line.area[:6]))
                    if line.kind is LineKind.NOT_PAID:
                        unpaid.append(line)
                    else:
                        sheets[_authority(line)].add(line)
        with each(part="strangers"):
            for line in _to_strangers(month):
                sheets[_authority(line)].add(line)
        for line in unpaid:
            is_covered = (line.benefit, line.area[:6]) in covered
            sheets[_authority(line)].add(line if is_covered else replace(line, kind=LineKind.NO_FILE))
        for authority, sheet in sorted(sheets.items()):
            with each(authority=authority):
                _write(authority, month, sheet)
    return sheets


def _lines(record: PersonRecord, payments: Sequence[Payment], month: Month) -> list[Line]:
    rules, on = current().rules, clock.today()
    return list(
        lines_of(
            record,
            payments,
            month,
            lambda entitlement: reckoning.account(record, entitlement, payments, rules, on),
            rules,
        )
    )


def _to_strangers(month: Month) -> Iterator[Line]:
    """What the files of a month pay to people on no roster: a line a file and benefit, of the whole area."""
    rules = current().rules
    for dropped in files.of_feed(PAYMENTS):
        if dropped.state is not FileState.LOADED:
            continue
        for place, fen in sorted(dropped.stranger_fen.items()):
            of, _, benefit = place.partition("#")
            if of == month:
                said = f"文件{dropped.id}，{dropped.stranger_rows.get(place, 0)}笔"
                area, kind = AreaCode(rules.policy.area), LineKind.NOT_LISTED
                yield Line(PersonId(""), area, BenefitCode(benefit), said, kind, 0, 0, fen, 0, ())


def _authority(line: Line) -> str:
    return current().rules.benefit(line.benefit).run_by.value


def _write(authority: str, month: Month, sheet: Sheet) -> None:
    book = xlsx_of({f"{zh_month(month)}汇总": _totals(sheet), "逐笔": _rows(sheet)})
    objects.put_for_department(authority, f"reconciliation/{month}.xlsx", book, _XLSX)
    document = json.dumps(_document(authority, month, sheet), ensure_ascii=False)
    objects.put_for_department(
        authority, f"reconciliation/{month}.json", document.encode(), "application/json"
    )


def _totals(sheet: Sheet) -> tuple[Sequence[str], list[list[Cell]]]:
    rows: list[list[Cell]] = []
    figures = {kind: sheet.figures_of(kind) for kind in LineKind}
    for kind, each in figures.items():
        rows.append([texts.KINDS[kind][0], *_figures(each), texts.TO_DO[kind][0], kind.value])
    together = tuple(map(sum, zip(*figures.values(), strict=True)))
    return texts.TOTALS, [*rows, [texts.ALL_TOGETHER, *_figures(together), "", ""]]


def _figures(figures: tuple[int, ...]) -> list[Cell]:
    count, *amounts = figures
    return [count, *(fen / 100 for fen in amounts)]


def _rows(sheet: Sheet) -> tuple[Sequence[str], list[list[Cell]]]:
    rules = current().rules
    return texts.HEADER, [
        [
            line.payee,
            rules.benefit(line.benefit).title.zh,
            texts.KINDS[line.kind][0],
            line.due / 100,
            line.arrears / 100,
            line.paid / 100,
            line.difference / 100,
            line.owed / 100,
            line.area,
            "、".join(line.orders),
            texts.TO_DO[line.kind][0],
            line.benefit,
            line.kind.value,
        ]
        for line in sheet.in_order()
    ]


def _document(authority: str, month: Month, sheet: Sheet) -> dict[str, Any]:
    return {
        "authority": authority,
        "month": month,
        "made_on": clock.today().isoformat(),
        "totals": {
            county: {kind.value: asdict(each) for kind, each in mine.items()}
            for county, mine in sorted(sheet.by_county.items())
        },
        "lines": [
            {
                "place": _place(line),
                "person": line.person,
                "area": line.area,
                "benefit": line.benefit,
                "payee": line.payee,
                "kind": line.kind.value,
                "due": line.due,
                "arrears": line.arrears,
                "paid": line.paid,
                "difference": line.difference,
                "owed": line.owed,
                "orders": list(line.orders),
            }
            for line in sheet.in_order()
        ],
    }


def latest(authority: str, month: Month) -> dict[str, Any] | None:
    """The sheet of a month as it was made last; None if none has been made."""
    found = objects.read_for_department(authority, f"reconciliation/{month}.json")
    return None if found is None else json.loads(found)
