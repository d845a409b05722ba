"""接收回执 · The receipt that a department finds in its outbox: counts that add up, why, and what to do.

It is written again at each stage. What only the reading could tell (notes, suggestions) stays in it when a
person decides about the file later. Once there is something to say, page and workbook lie beside the JSON,
and the department's list of files leads to them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from chalicelib.intake import receipt_index, receipt_page
from chalicelib.model import DroppedFile, FileState
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.reading import FileReading
from chalicelib.sources.rejects import by_code
from chalicelib.storage.s3 import objects

NOTES_SHOWN: Final = 200

WHAT_TO_DO: Final = {
    FileState.RECEIVED: ("已收到，正在处理。", "received, being read"),
    FileState.HELD: (
        "已暂存，等待处理；原有数据不受影响。",
        "held; nothing that was loaded before has changed",
    ),
    FileState.RELEASED: ("经工作人员核对，已放行，即将入库。", "released by a person, about to be loaded"),
    FileState.LOADED: ("已入库。", "loaded"),
    FileState.REFUSED: ("未入库；原有数据不受影响。", "refused; nothing that was loaded before has changed"),
    FileState.SUPERSEDED: (
        "已由更正后的文件代替，无需处理。",
        "superseded by a corrected file; nothing to do",
    ),
    FileState.DEAD: ("读取失败。", "could not be taken in"),
}


def receipt_of(dropped: DroppedFile, feed: Feed | None, *, with_rejects: bool) -> dict[str, Any]:
    """A receipt: it names the file by id, never by its own name, and no person at all."""
    counts = dropped.counts
    state_zh, state_en = WHAT_TO_DO[dropped.state]
    return {
        "file": dropped.id,
        "feed": dropped.feed,
        "title": feed.title.zh if feed else None,
        "day": dropped.day.isoformat(),
        "digest": f"sha256:{dropped.digest}",
        "state": dropped.state,
        "code": dropped.code or None,
        "zh": f"{state_zh}{dropped.zh}",
        "en": f"{state_en}. {dropped.en}".strip(),
        "rows": counts.rows,
        "accepted": counts.accepted,
        "changed": dropped.changed,
        "changed_nothing": None if dropped.changed_nothing is None else dict(dropped.changed_nothing),
        "rejected": counts.rejected,
        "strangers": counts.strangers,
        "superseded": counts.superseded,
        "guests_of_other_regions": dropped.guests,
        "people_certified": dropped.certified,
        "people_kept_for_later": dropped.kept,
        "withdrawn": dropped.withdrawn,
        "corrects": dropped.corrects,
        "notices": [asdict(notice) for notice in dropped.notices],
        "rejected_rows": f"{dropped.department}/{dropped.id}.csv" if with_rejects else None,
        "repairs_by_rule": dict(dropped.repairs),
        "repaired_numbers": f"{dropped.department}/{dropped.id}.repaired.csv" if dropped.repairs else None,
        "received": dropped.received.isoformat(),
        "finished": dropped.finished.isoformat() if dropped.finished else None,
        "stages": [
            {"state": step.state, "at": step.at.isoformat(), "by": step.by, "reason": step.reason or None}
            for step in dropped.steps
        ],
    }


def told_by(reading: FileReading) -> dict[str, Any]:
    """What the reading found that is not an error: accepted rows in which something should be corrected."""
    notes = reading.notes
    return {
        "rejections_by_code": by_code(reading.rejections),
        "rows_that_are_no_data": reading.furniture,
        "rows_not_filled_in": reading.not_filled_in,
        "suggested_lines": [each.line for each in reading.suggestions[:NOTES_SHOWN]],
        "doubles": [
            {"code": d.kind, "lines": list(d.lines), "with_an_earlier_roster": d.earlier}
            for d in reading.doubles[:NOTES_SHOWN]
        ],
        "notes_by_code": dict(sorted(Counter(note.code for note in notes).items())),
        "notes": [
            {"line": n.line, "field": n.field, "code": n.code, "zh": n.zh, "en": n.en}
            for n in notes[:NOTES_SHOWN]
        ],
    }


def write(
    dropped: DroppedFile, feed: Feed | None, reading: FileReading | None = None, *, with_rejects: bool = False
) -> None:
    """Put the receipt into the department's outbox (again, at each stage)."""
    receipt = receipt_of(dropped, feed, with_rejects=with_rejects)
    found = told_by(reading) if reading is not None else {}
    _put(dropped, {**receipt, **found})


def write_again(dropped: DroppedFile, feed: Feed | None) -> None:
    """The receipt at a stage that a person, or another file, has brought about."""
    before = objects.read_receipt(dropped.department, dropped.id)
    known: dict[str, Any] = json.loads(before) if before is not None else {}
    receipt = receipt_of(dropped, feed, with_rejects=False)
    receipt["rejected_rows"] = known.get("rejected_rows")
    _put(dropped, {**known, **receipt})


def _put(dropped: DroppedFile, receipt: dict[str, Any]) -> None:
    body = json.dumps(receipt, ensure_ascii=False, indent=2).encode()
    objects.put_receipt(dropped.department, dropped.id, body)
    if dropped.state is not FileState.RECEIVED:  # a moment later there is more to say
        on_paper = {**receipt, "name": receipt_page.name_of(dropped)}
        page, book = receipt_page.page(on_paper), receipt_page.workbook(on_paper)
        objects.put_receipt_on_paper(dropped.department, dropped.id, page, book)
        receipt_index.add(dropped.department, on_paper)
