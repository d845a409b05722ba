"""回执目录 · Every department's list of its newest files, as a page in its outbox: what came, what became of
it, and the way to each receipt.

The page holds its own lines as data, so that one conditional write keeps both: whoever is beaten reads the
lines of whoever was quicker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape, unescape
from typing import Any, Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.errors import ConflictError
from chalicelib.intake.receipt_page import STATES, when
from chalicelib.model import FileState
from chalicelib.storage import retries
from chalicelib.storage.s3 import objects

_TRIES: Final = 20  # as many as may take files in beside each other, several times over
LISTED: Final = 200  # files, the newest: older receipts stay where they are
_KEPT: Final = ("file", "title", "feed", "name", "day", "state", "received", "rows", "accepted", "rejected")
_DATA: Final = re.compile(r'<table data-lines="([^"]*)">')
_HEADS: Final = ("收到时间", "数据项", "文件名", "数据日期", "状态", "行数", "入库", "退回", "回执")
_STYLE: Final = (
    "body{color:#000;font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:1.5em}"
    "h1{font-size:1.4em}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #888;padding:.3em .6em;text-align:left}td.n{text-align:right}"
    "tr.to-do td{background:#fff3cd;font-weight:bold}thead{display:table-header-group}"
    "@page{size:A4 landscape;margin:12mm}"
)
_TO_DO: Final = (FileState.HELD, FileState.REFUSED, FileState.DEAD)


def add(department: str, receipt: Mapping[str, Any]) -> None:
    """Put a file's line into its department's list, in place of an earlier one; ConflictError."""
    mine = {word: receipt.get(word) for word in _KEPT}
    for tries in range(_TRIES):
        now, version = objects.read_receipts_listed(department)
        known = {line["file"]: line for line in lines_of(now)}
        known[mine["file"]] = mine
        newest = sorted(known.values(), key=lambda line: (line["received"], line["file"]), reverse=True)
        try:
            objects.put_receipts_listed(department, page(newest[:LISTED]), version)
        except ConflictError:
            retries.pause(tries)
        else:
            return
    raise ConflictError("others keep writing the list of a department's receipts")


def lines_of(listed: str | None) -> list[dict[str, Any]]:
    """The lines that a page shows, newest first; none where there is no page."""
    found = _DATA.search(listed or "")
    lines: list[dict[str, Any]] = json.loads(unescape(found[1])) if found else []
    return lines


def page(lines: Sequence[Mapping[str, Any]]) -> str:
    """The list as HTML, with its lines as data of its table."""
    heads = "".join(f"<th>{head}</th>" for head in _HEADS)
    data = escape(json.dumps([dict(line) for line in lines], ensure_ascii=False))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>回执目录</title><style>{_STYLE}</style></head><body><h1>回执目录</h1>"
        f"<p>最近{LISTED}个文件，最新的在前；着色的需要处理，打开回执查看原因和办法。</p>"
        f'<table data-lines="{data}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(map(_row, lines))}</tbody></table></body></html>\n"
    )


def _row(line: Mapping[str, Any]) -> str:
    state, file = FileState(line["state"]), escape(line["file"])
    cells = (
        when(line["received"]),
        line["title"] or line["feed"],
        line["name"] or "",
        zh_day(date.fromisoformat(line["day"])),
        STATES[state],
    )
    shown = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    counts = "".join(f'<td class="n">{line[word]}</td>' for word in ("rows", "accepted", "rejected"))
    links = f'<a href="{file}.html">回执</a>　<a href="{file}.xlsx">表格</a>'
    kind = ' class="to-do"' if state in _TO_DO or line["rejected"] else ""
    return f"<tr{kind}>{shown}{counts}<td>{links}</td></tr>"
