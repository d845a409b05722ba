"""纸质回执 · The receipt as a page to print and as a workbook: the same as its JSON, in words and with the
file's name.

Whoever sent a file knows it by its name. A name may be anybody's, so that page and workbook lie under the
key of files with numbers in clear; the JSON, which the API shows, does without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any, Final

from chalicelib.engine.calendar.periods import civil_time, zh_day
from chalicelib.model import UNKNOWN, DroppedFile, FileState
from chalicelib.sources.formats.csv_writing import Cell
from chalicelib.sources.formats.xlsx_writing import Sheet, xlsx_of
from chalicelib.sources.values.row_faults import SENTENCES, Fault

STATES: Final = {
    FileState.RECEIVED: "已收到",
    FileState.HELD: "暂存待处理",
    FileState.RELEASED: "已放行",
    FileState.LOADED: "已入库",
    FileState.REFUSED: "未入库",
    FileState.SUPERSEDED: "已由更正文件代替",
    FileState.DEAD: "读取失败",
}
_COUNTS: Final = (
    ("rows", "报送行数", "Rows sent"),
    ("accepted", "入库", "Accepted"),
    ("rejected", "退回", "Rejected"),
    ("strangers", "不在领取人员名册", "About nobody on the roster"),
    ("superseded", "本文件内重复", "Said again in the file"),
    ("changed", "入库行中带来新情况的", "Of the accepted, new"),
    ("people_certified", "随即获得认证的人数", "People certified at once"),
    ("guests_of_other_regions", "外地领取人员", "Of other regions"),
    ("withdrawn", "撤回的数据", "Taken back"),
)
_SENT_AGAIN: Final = (
    "退回的行连同原因在退回文件中，用表格软件打开、更正后存盘，原样再次投放即可；"
    "最后四列（行号、字段、错误码、错误说明）不用删除。"
)
_STYLE: Final = (
    "body{color:#000;font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif}"
    "body{margin:1.5em auto;padding:0 1em;max-width:52em}h1{font-size:1.4em}h2{font-size:1.1em}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3em .6em;text-align:left}"
    "td.n{text-align:right}th{white-space:nowrap}small{color:#555;display:block}p.state{font-size:1.2em}"
    "tr{break-inside:avoid}thead{display:table-header-group}@page{margin:15mm}"
)


def name_of(dropped: DroppedFile) -> str | None:
    """The file's own name; None where its key names no feed of ours and no day: then it may be anything."""
    _, _, day, name = [*dropped.key.split("/", 3), "", "", ""][:4]
    is_addressed = dropped.feed != UNKNOWN and day.replace("-", "") == f"{dropped.day:%Y%m%d}"
    return name or None if is_addressed else None


def when(instant: str) -> str:
    """An instant in ISO form as a Chinese letter writes it.

    >>> when("2025-06-30T01:05:00+00:00")
    '2025年6月30日 09:05'
    """
    there = civil_time(datetime.fromisoformat(instant))
    return f"{zh_day(there.date())} {there:%H:%M}"


def page(receipt: Mapping[str, Any]) -> str:
    """A receipt as HTML; the same receipt gives the same bytes."""
    title = f"数据接收回执　{receipt['title'] or receipt['feed']}"
    facts = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(str(said))}</td></tr>" for name, said in _facts(receipt)
    )
    parts = "".join(_table(name, *sheet) for name, sheet in _tables(receipt).items())
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f'<p class="state">{escape(receipt["zh"])}<small lang="en">{escape(receipt["en"])}</small></p>'
        f"<table>{facts}</table>{parts}</body></html>\n"
    )


def workbook(receipt: Mapping[str, Any]) -> bytes:
    """The same as a workbook: a sheet of what there is to say, then one each of reasons, notes and stages."""
    facts: list[tuple[str, Cell]] = [*_facts(receipt), ("说明", receipt["zh"])]
    counts = [(zh, int(said)) for zh, _, said in _counts(receipt)]
    return xlsx_of({"回执": (("项目", "内容"), [*facts, *counts]), **_tables(receipt, counted=False)})


def _facts(receipt: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [
        ("文件名", receipt.get("name")),
        ("文件编号", receipt["file"]),
        ("数据日期", zh_day(date.fromisoformat(receipt["day"]))),
        ("状态", STATES[FileState(receipt["state"])]),
        ("收到时间", when(receipt["received"])),
        ("办结时间", when(receipt["finished"]) if receipt["finished"] else None),
        ("代替的文件", receipt["corrects"]),
        ("退回的行", receipt["rejected_rows"]),
        ("修正的号码", receipt["repaired_numbers"]),
    ]
    facts = [(name, str(said)) for name, said in found if said]
    return [*facts, ("怎样重报", _SENT_AGAIN)] if receipt["rejected_rows"] else facts


def _counts(receipt: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    for word, zh, en in _COUNTS:
        said = receipt.get(word)
        if said is not None and (said or word in ("rows", "accepted", "rejected")):
            yield zh, en, int(said)


def _tables(receipt: Mapping[str, Any], *, counted: bool = True) -> dict[str, Sheet]:
    """What stands below the facts, by heading; what is empty is left out."""
    counts = [(f"{zh} {en}", said) for zh, en, said in _counts(receipt)] if counted else []
    faults = receipt.get("rejections_by_code", {})
    lines = [("、".join(map(str, d["lines"])), "与先前名册" if d["with_an_earlier_roster"] else "本文件内")
             for d in receipt.get("doubles", ())]  # fmt: skip
    tables: dict[str, tuple[Sequence[str], Sequence[Sequence[Cell]]]] = {
        "行数": (("", "行数"), counts),
        "退回原因": (("原因和办法", "行数"), [(SENTENCES[Fault(code)][0], n) for code, n in faults.items()]),
        "需要核对": (("说明", "人数"), [(n["zh"], n["count"] or None) for n in receipt["notices"]]),
        "提示": (
            ("行号", "列名", "说明"),
            [(n["line"], n["field"], n["zh"]) for n in receipt.get("notes", ())],
        ),
        "疑似同一人": (("行号", "重复于"), lines),
        "办理经过": (
            ("时间", "状态", "理由"),
            [
                (when(s["at"]), STATES[FileState(s["state"])], s["reason"] if _was_said(s) else "")
                for s in receipt["stages"]
            ],
        ),
    }
    return {name: (header, rows) for name, (header, rows) in tables.items() if rows}


def _was_said(stage: Mapping[str, Any]) -> bool:
    """Whether a person gave the reason: what the platform notes there is a code."""
    return bool(stage["by"] != "intake")


def _table(name: str, header: Sequence[str], rows: Any) -> str:
    heads = "".join(f"<th>{escape(each)}</th>" for each in header)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<h2>{name}</h2><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cell(said: Cell) -> str:
    kind = ' class="n"' if isinstance(said, int) else ""
    return f"<td{kind}>{'' if said is None else escape(str(said))}</td>"
