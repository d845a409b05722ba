"""月度结果 · What leaves the platform each month: per authority, who is certified until when, what to do,
whom to ask.

People are named by the authority's own reference (`payee`), so that no identity number leaves the
platform in a result (rule 23). Who seems entitled and draws nothing (rule 20) has none with that
authority: they are named by the reference of what they draw already. Other regions know their people by
number alone, so that what was seen here of these is told by number, in a bucket apart (row A12).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from chalicelib import clock
from chalicelib.cases import no_longer_listed
from chalicelib.engine.calendar.periods import month_of
from chalicelib.engine.money.double_receipt import unclaimed
from chalicelib.engine.suspicion.unlisted import benefits_unlisted
from chalicelib.engine.texts import instruction_texts
from chalicelib.instruction_delivery import RESULTS as RESULTS_BEGUN
from chalicelib.instruction_delivery import row_of
from chalicelib.jurisdiction import current
from chalicelib.model import (
    DroppedFile,
    Entitlement,
    EntitlementStatus,
    Evidence,
    FileState,
    Instruction,
    InstructionState,
    Month,
    PersonRecord,
    Suspicion,
    Tombstone,
)
from chalicelib.runs import Each, Stop, Walk, never, run
from chalicelib.sources.formats.csv_writing import Cell, csv_of, csv_pieces, rows_of
from chalicelib.storage.dynamodb import everybody, files, run_ends
from chalicelib.storage.s3 import objects

RESULTS = (
    "待遇编号",
    "待遇项目",
    "状态",
    "认证有效期至",
    "认证途径",
    "待遇项目代码",
    "状态代码",
    "认证途径代码",
    "备注",
)
NOT_LISTED = "名册不再列有，请说明原因"
UNAPPROVED = "停发事由已经核实认定，待本单位批准停发"
UNCLAIMED = (
    "待遇编号",
    "在领待遇项目",
    "区划代码",
    "网格编号",
    "应享未享项目",
    "依据",
    "在领待遇项目代码",
    "应享未享项目代码",
)
GUESTS = ("地区代码", "身份证号码", "姓名", "认证日期", "认证结果", "认证人类别", "认证人", "认证地")
KINDS = {"results": RESULTS, "instructions": instruction_texts.HEADER, "unclaimed": UNCLAIMED}
_WRITTEN = "results written"
Row = tuple[Cell, ...]
Line = tuple[str, str, Row]  # whose list, of which kind, what stands there
_KINDS = (Entitlement, Instruction, Evidence, Tombstone, Suspicion)


def begin(on: date) -> bool:
    """Whether the month's results are to be made on a day: its day has come, and they are not made (rule 23).

    Where a day's pass has failed they are made on the next day, and once a month only.
    From here on an instruction is handed over at once: the list that would have held it may be written.
    """
    if on.day < current().rules.policy.results_day or run_ends.is_done(_WRITTEN, month_of(on)):
        return False
    run_ends.done(RESULTS_BEGUN, month_of(on))
    return True


def tell_beside(is_begun: bool) -> None:
    """On the day of the results, what is told beside the lists: whom no roster lists, and other regions."""
    if is_begun:
        with run("send_results") as each:
            with each(part="whom no roster lists"):
                ask_authorities()
            with each(part="other regions"):
                tell_other_regions()


def made(on: date) -> None:
    """That the month's results are made."""
    run_ends.done(_WRITTEN, month_of(on))


def lines_of_some(
    shard: str, on: date, each: Each, after: str = "", stop: Stop = never
) -> tuple[list[Line], str | None]:
    """The lines about the people of a shard behind one of them, in order; and behind whom to go on."""
    lines: list[Line] = []
    walk = Walk(everybody.ids_of(shard, after), stop)
    for person in walk:
        with each(person=person):  # all lines of a person, or none
            record = everybody.record_of(person, _KINDS)
            if record is not None:
                lines += [*_lines_of(record, on), *_unclaimed_of(record, on)]
    return sorted(lines, key=in_order), None if walk.is_over else walk.last


def in_order(line: Line) -> tuple[str, str, list[str]]:
    """By authority, kind, and what stands in the cells."""
    authority, kind, row = line
    return authority, kind, _texts(row)


def _texts(row: Sequence[Cell]) -> list[str]:
    return [str(cell) for cell in row]


def to_lines(lines: Iterable[Line]) -> Iterator[list[Any]]:
    """The lines of a part as they are kept until all parts are there."""
    for authority, kind, row in lines:
        yield [authority, kind, [str(cell) if isinstance(cell, date) else cell for cell in row]]


def from_lines(lines: Iterable[list[Any]]) -> Iterator[Line]:
    """What `to_lines` made of them."""
    return ((authority, kind, tuple(row)) for authority, kind, row in lines)


def write_lists(lines: Iterable[Line], on: date, each: Each) -> int:
    """Write each authority's lists out of all lines in order, as they come; how many lines that were."""
    count = 0
    for authority, mine in groupby(lines, key=lambda line: line[0]):
        by_kind = groupby(mine, key=lambda line: line[1])
        waiting = dict(KINDS)
        for kind, some in by_kind:
            counted = Walk(row for _, _, row in some)
            _write_list(authority, kind, waiting.pop(kind), counted, on, each)
            count += counted.count
        for kind, header in waiting.items():  # an empty list says that there is nothing
            _write_list(authority, kind, header, [], on, each)
    return count


def _write_list(
    authority: str, kind: str, header: Sequence[str], rows: Iterable[Row], on: date, each: Each
) -> None:
    with each(authority=authority, kind=kind):
        objects.put_result(authority, kind, month_of(on), csv_pieces(header, rows))


def ask_authorities() -> None:
    """Tell every authority whom its rosters list no more, and ask why, in a file of this day (rule 20)."""
    on = clock.today()
    with run("ask_authorities") as each:
        for authority, rows in no_longer_listed.questions().items():
            with each(authority=authority):
                body = csv_of(no_longer_listed.HEADER, sorted(rows))
                objects.put_for_department(authority, f"unlisted/{on}.csv", body, "text/csv")


def tell_other_regions() -> int:
    """Put together what was seen here of other regions' people in the month before; how many rows.

    A file counts in the month in which it was first loaded, and no more once a corrected one stands in its
    place. Clear numbers: the lists lie beside the rejected rows, under the same key and for as long.
    """
    month = month_of(clock.today().replace(day=1) - timedelta(1))
    told: dict[str, list[Row]] = defaultdict(list)
    with run("tell_other_regions") as each:
        for feed_id in sorted(id_ for id_, feed in current().feeds.items() if feed.guests_outside):
            for dropped in files.of_feed(feed_id):
                with each(file=dropped.id):
                    for region, row in _guests_of(dropped, month):
                        told[region].append(row)
        for region, rows in sorted(told.items()):
            with each(region=region):
                objects.put_other_region(region, month, csv_of(GUESTS, sorted(rows, key=_texts)))
    return sum(map(len, told.values()))


def _guests_of(dropped: DroppedFile, month: Month) -> list[tuple[str, Row]]:
    """The guests of a file that counts in a month, each with the region."""
    is_due = dropped.loaded_at is not None and month_of(clock.civil_date(dropped.loaded_at)) == month
    if not (dropped.guests and dropped.state is FileState.LOADED and is_due):
        return []
    kept = objects.read_guests(dropped.id)
    return [] if kept is None else [(row[0], row) for row in rows_of(kept)]


def _lines_of(record: PersonRecord, on: date) -> Iterator[Line]:
    rules = current().rules
    drawn = {e.benefit: e for e in record.entitlements}
    off = benefits_unlisted(record)
    for e in record.entitlements:
        note = NOT_LISTED if e.benefit in off else ""
        if any(e.benefit in suspicion.unsigned for suspicion in record.unfinished_suspicions):
            note = UNAPPROVED
        yield rules.benefit(e.benefit).run_by, "results", _result(e, note, on)
    for i in record.instructions:
        if i.state in (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED):
            yield rules.benefit(i.benefit).run_by, "instructions", row_of(i, drawn[i.benefit])


def _result(e: Entitlement, note: str, on: date) -> Row:
    title, status = current().rules.benefit(e.benefit).title.zh, e.status_on(on)
    route = instruction_texts.ROUTES[e.route] if e.route else ""
    codes = (e.benefit, status.value, e.route.value if e.route else "")
    return (e.payee, title, instruction_texts.STATUSES[status], e.valid_until, route, *codes, note)


def _unclaimed_of(record: PersonRecord, on: date) -> Iterator[Line]:
    """What the facts entitle somebody to beside what they draw: a question, never a suspicion."""
    rules = current().rules
    drawn = [e for e in record.entitlements if e.status is not EntitlementStatus.TERMINATED]
    if not drawn:
        return
    found = unclaimed(
        record.person,
        record.entitlements,
        record.evidence,
        rules,
        on,
        refuted=record.refuted,
        related=record.about_related,
    )
    for item in found:
        authority = rules.benefit(item.benefit).run_by
        known = min(drawn, key=lambda e: (rules.benefit(e.benefit).run_by != authority, e.benefit))
        person, titles = record.person, (rules.benefit(each.benefit).title.zh for each in (known, item))
        draws, might = titles
        row = (
            known.payee,
            draws,
            person.area,
            person.grid,
            might,
            item.reason.zh,
            known.benefit,
            item.benefit,
        )
        yield authority, "unclaimed", row
