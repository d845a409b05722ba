"""发放对账单 · Pay-run reconciliation: a sheet a month and authority, and again when a file comes (rule 23).

A workbook in the authority's outbox for clerks, and the same as a document for the officers' API. Payments of
whom no roster knows are one line for each file, benefit and month: who they are is not kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from itertools import chain
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
from chalicelib.runs import Each, Stop, Walk, never, run
from chalicelib.sources.formats.csv_writing import Cell
from chalicelib.sources.formats.xlsx_writing import XLSX_TYPE, xlsx_of
from chalicelib.storage.dynamodb import accounts, everybody, files, run_ends
from chalicelib.storage.dynamodb.paid import Ledger
from chalicelib.storage.s3 import objects

_TO_DO: Final = "reconciliation"
_BEGUN: Final = "reconciliation begun"
_RANK: Final = {kind: number for number, kind in enumerate(LineKind)}
Authority = str


@dataclass
class Sheet:
    """What one authority is shown of a month: totals of all lines, and those of which something is said."""

    by_county: dict[str, dict[LineKind, Totals]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        """Count a line, and keep it unless it was paid as due and nothing was told."""
        self.count(line.area[:6], line.kind, Totals() + line)
        if line.kind is not LineKind.AS_DUE:
            self.lines.append(line)

    def count(self, county: str, kind: LineKind, totals: Totals) -> None:
        """Count lines of one kind."""
        mine = self.by_county.setdefault(county, {})
        mine[kind] = mine.get(kind, Totals()).together(totals)

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


# --- which months --------------------------------------------------------------------------------


def wanted(months: Iterable[Month]) -> None:
    """A payments file has said something of these months: their sheets are made anew by the next pass."""
    for month in set(months):
        run_ends.done(_TO_DO, month)


def begin() -> list[Month]:
    """The months whose sheets are to be made now: of which a file has come since, or which were not finished.

    A file that comes from here on asks for them again.
    """
    for month in run_ends.months(_TO_DO):
        run_ends.done(_BEGUN, month)
        run_ends.undone(_TO_DO, month)
    return run_ends.months(_BEGUN)


def made(month: Month) -> None:
    """The sheets of a month are made, with everybody on them."""
    run_ends.undone(_BEGUN, month)


# --- everybody, shard by shard -------------------------------------------------------------------


def lines_of_some(
    shard: str, month: Month, each: Each, after: str = "", stop: Stop = never
) -> tuple[list[Line], str | None]:
    """The lines of a month about the people of a shard behind one of them; and behind whom to go on."""
    lines: list[Line] = []
    ledger = Ledger()
    walk = Walk(everybody.ids_of(shard, after), stop)
    for person in walk:
        with each(person=person):  # all lines of a person, or none
            account = accounts.of(person, ledger)
            if account is not None:
                lines += _lines(*account, month)
    return lines, None if walk.is_over else walk.last


def to_lines(lines: Iterable[Line]) -> Iterator[Any]:
    """Lines as a part keeps them: those that were paid as due are only counted, by authority and county."""
    as_due: dict[tuple[Authority, BenefitCode, str], Totals] = {}
    for line in lines:
        if line.kind is LineKind.AS_DUE:
            place = (_authority(line), line.benefit, line.area[:6])
            as_due[place] = as_due.get(place, Totals()) + line
        else:
            yield {**asdict(line), "kind": line.kind.value}
    for place, totals in as_due.items():
        yield [*place, *astuple(totals)]


def write_sheets(parts: Iterable[Iterable[Any]], month: Month) -> dict[Authority, Sheet]:
    """Put together what all parts have found, and write a month's sheet for every authority.

    Where no file of the month pays a benefit to anybody of a county, nothing follows from silence.
    UnfinishedError when all others are written, if one could not be.
    """
    sheets: dict[Authority, Sheet] = defaultdict(Sheet)
    covered: set[tuple[BenefitCode, str]] = set()
    unpaid: list[Line] = []
    for said in chain.from_iterable(parts):
        if isinstance(said, list):
            authority, benefit, county, *figures = said
            totals = Totals(*figures)
            sheets[authority].count(county, LineKind.AS_DUE, totals)
            is_paid, place = bool(totals.paid), (benefit, county)
        else:
            line = Line(**{**said, "kind": LineKind(said["kind"]), "orders": tuple(said["orders"])})
            is_paid, place = bool(line.paid), (line.benefit, line.area[:6])
            if line.kind is LineKind.NOT_PAID:
                unpaid.append(line)
            else:
                sheets[_authority(line)].add(line)
        if is_paid:
            covered.add(place)
    for line in unpaid:
        is_covered = (line.benefit, line.area[:6]) in covered
        sheets[_authority(line)].add(line if is_covered else replace(line, kind=LineKind.NO_FILE))
    with run("reconcile_month") as each:
        with each(part="strangers"):
            for line in _to_strangers(month):
                sheets[_authority(line)].add(line)
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
    for dropped in files.unopened(PAYMENTS):
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
    objects.put_for_department(authority, f"reconciliation/{month}.xlsx", book, XLSX_TYPE)
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
