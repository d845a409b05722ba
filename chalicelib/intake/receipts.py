"""The receipt that a department finds in its outbox: counts that add up, why, and what to do."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.model import DroppedFile, FileState
from chalicelib.sources.feed import Feed
from chalicelib.storage import objects

WHAT_TO_DO = {
    FileState.LOADED: ("已入库。", "loaded"),
    FileState.HELD: (
        "已暂存，等待处理；原有数据不受影响。",
        "held; nothing that was loaded before has changed",
    ),
    FileState.REFUSED: ("未入库；原有数据不受影响。", "refused; nothing that was loaded before has changed"),
    FileState.DEAD: ("读取失败。", "could not be taken in"),
    FileState.RECEIVED: ("已收到，正在处理。", "received, being read"),
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
        "rejected": counts.rejected,
        "strangers": counts.strangers,
        "superseded": counts.superseded,
        "people_certified": dropped.certified,
        "people_kept_for_later": dropped.kept,
        "rejected_rows": f"{dropped.department}/{dropped.id}.csv" if with_rejects else None,
        "received": dropped.received.isoformat(),
        "finished": dropped.finished.isoformat() if dropped.finished else None,
    }


def write(dropped: DroppedFile, feed: Feed | None, *, with_rejects: bool) -> None:
    """Put the receipt into the department's outbox (again, at each stage)."""
    receipt = receipt_of(dropped, feed, with_rejects=with_rejects)
    body = json.dumps(receipt, ensure_ascii=False, indent=2).encode()
    objects.put_receipt(dropped.department, dropped.id, body)
