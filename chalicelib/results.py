"""What leaves the platform each month: per authority, who is certified until when, and what to do.

People are named by the authority's own reference (`payee`), so that no identity number leaves the
platform in a result (rule 23).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from chalicelib import clock
from chalicelib.engine.periods import month_of
from chalicelib.model import Entitlement, Instruction, InstructionState, PersonRecord
from chalicelib.pack import current
from chalicelib.storage import objects, people

RESULTS = ("待遇编号", "待遇项目", "状态", "认证有效期至", "认证途径")
INSTRUCTIONS = ("待遇编号", "待遇项目", "指令", "执行月份", "金额（分）", "原因", "指令状态")
Rows = dict[str, list[tuple[str, ...]]]


def monthly_results() -> int:
    """Write results and instructions for every authority; returns how many lines were written."""
    on = clock.today()
    results: Rows = defaultdict(list)
    instructions: Rows = defaultdict(list)
    for record in people.everyone(Entitlement, Instruction):
        _add(record, on, results, instructions)
    month = month_of(on)
    for authority, rows in results.items():
        objects.put_result(authority, "results", month, as_csv(RESULTS, rows))
        objects.put_result(authority, "instructions", month, as_csv(INSTRUCTIONS, instructions[authority]))
    return sum(map(len, results.values())) + sum(map(len, instructions.values()))


def _add(record: PersonRecord, on: date, results: Rows, instructions: Rows) -> None:
    rules = current().rules
    payee = {e.benefit: e.payee for e in record.entitlements}
    for e in record.entitlements:
        authority = rules.benefit(e.benefit).run_by
        route = e.route.value if e.route else ""
        results[authority].append(
            (e.payee, e.benefit, e.status_on(on).value, e.valid_until.isoformat(), route)
        )
    for i in record.instructions:
        if i.state in (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED):
            authority = rules.benefit(i.benefit).run_by
            row = (payee[i.benefit], i.benefit, i.kind.value, i.month, str(i.fen), i.reason, i.state.value)
            instructions[authority].append(row)


def as_csv(header: Sequence[str], rows: Iterable[tuple[str, ...]]) -> bytes:
    """A CSV that Excel and WPS open right: UTF-8 with a byte order mark, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(sorted(rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode()
