"""What leaves the platform each month: per authority, who is certified until when, what to do, whom to ask.

People are named by the authority's own reference (`payee`), so that no identity number leaves the
platform in a result (rule 23). Who seems entitled and draws nothing (rule 20) has none with that
authority: they are named by the reference of what they draw already. Other regions know their people by
number alone, so that what was seen here of these is told by number, in a bucket apart (row A12).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from chalicelib import clock
from chalicelib.cases import unlisting
from chalicelib.engine.claims import unclaimed
from chalicelib.engine.periods import month_of
from chalicelib.engine.unlisted import benefits_unlisted
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    Evidence,
    FileState,
    Instruction,
    InstructionState,
    PersonRecord,
    Suspicion,
    Tombstone,
)
from chalicelib.pack import current
from chalicelib.storage import files, objects, people

RESULTS = ("待遇编号", "待遇项目", "状态", "认证有效期至", "认证途径", "备注")
NOT_LISTED = "名册不再列有，请说明原因"
INSTRUCTIONS = ("待遇编号", "待遇项目", "指令", "执行月份", "金额（分）", "原因", "指令状态")
UNCLAIMED = ("待遇编号", "在领待遇项目", "区划代码", "网格编号", "应享未享项目", "依据")
GUESTS = ("地区代码", "身份证号码", "姓名", "认证日期", "认证结果", "认证人类别", "认证人", "认证地")
Rows = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The rows of every list, by authority."""

    results: Rows = field(default_factory=lambda: defaultdict(list))
    instructions: Rows = field(default_factory=lambda: defaultdict(list))
    unclaimed: Rows = field(default_factory=lambda: defaultdict(list))


def monthly_results() -> int:
    """Write the lists of every authority; returns how many lines were written."""
    on = clock.today()
    ask_authorities()
    lists = _Lists()
    for record in people.everyone(Entitlement, Instruction, Evidence, Tombstone, Suspicion):
        _add(record, on, lists.results, lists.instructions)
        _add_unclaimed(record, on, lists.unclaimed)
    month = month_of(on)
    for authority in sorted(lists.results.keys() | lists.unclaimed.keys()):
        for kind, header, rows in (
            ("results", RESULTS, lists.results),
            ("instructions", INSTRUCTIONS, lists.instructions),
            ("unclaimed", UNCLAIMED, lists.unclaimed),
        ):
            objects.put_result(authority, kind, month, as_csv(header, rows[authority]))
    written = (lists.results, lists.instructions, lists.unclaimed)
    return sum(len(rows) for kind in written for rows in kind.values())


def ask_authorities() -> None:
    """Tell every authority whom its rosters list no more, and ask why, in a file of this day (rule 20)."""
    on = clock.today()
    for authority, rows in unlisting.questions().items():
        body = as_csv(unlisting.HEADER, rows)
        objects.put_for_department(authority, f"unlisted/{on}.csv", body, "text/csv")


def tell_other_regions() -> int:
    """Put together what was seen here of other regions' people in the month before; how many rows.

    A file counts in the month in which it was first loaded, and no more once a corrected one stands in its
    place. Clear numbers: the lists lie beside the rejected rows, under the same key and for as long.
    """
    month = month_of(clock.today().replace(day=1) - timedelta(1))
    told: Rows = defaultdict(list)
    for feed_id in sorted(id_ for id_, feed in current().feeds.items() if feed.guests_outside):
        for dropped in files.of_feed(feed_id):
            is_due = dropped.loaded_at is not None and month_of(clock.civil_date(dropped.loaded_at)) == month
            if dropped.guests and dropped.state is FileState.LOADED and is_due:
                for row in _rows_of(objects.read_guests(dropped.id)):
                    told[row[0]].append(row)
    for region, rows in sorted(told.items()):
        objects.put_other_region(region, month, as_csv(GUESTS, rows))
    return sum(map(len, told.values()))


def _rows_of(data: bytes | None) -> list[tuple[str, ...]]:
    text = io.StringIO("" if data is None else data.decode("utf-8-sig"), newline="")
    return [tuple(row) for row in list(csv.reader(text))[1:]]


def _add(record: PersonRecord, on: date, results: Rows, instructions: Rows) -> None:
    rules = current().rules
    payee = {e.benefit: e.payee for e in record.entitlements}
    off = benefits_unlisted(record)
    for e in record.entitlements:
        authority = rules.benefit(e.benefit).run_by
        route = e.route.value if e.route else ""
        note = NOT_LISTED if e.benefit in off else ""
        results[authority].append(
            (e.payee, e.benefit, e.status_on(on).value, e.valid_until.isoformat(), route, note)
        )
    for i in record.instructions:
        if i.state in (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED):
            authority = rules.benefit(i.benefit).run_by
            row = (payee[i.benefit], i.benefit, i.kind.value, i.month, str(i.fen), i.reason, i.state.value)
            instructions[authority].append(row)


def _add_unclaimed(record: PersonRecord, on: date, lists: Rows) -> None:
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
        person = record.person
        row = (known.payee, known.benefit, person.area, person.grid, item.benefit, item.reason.zh)
        lists[authority].append(row)


def as_csv(header: Sequence[str], rows: Iterable[tuple[str, ...]]) -> bytes:
    """A CSV that Excel and WPS open right: UTF-8 with a byte order mark, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(sorted(rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode()
