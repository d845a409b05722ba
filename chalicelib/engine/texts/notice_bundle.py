"""送达清单 · What somebody of the village takes along: the list of a day's notices, then each of them.

The list says who, what and where, with a box for what has been left; it comes back as ticks on the outcome
sheet or through the API. No identity number and no phone stands here: the last four characters tell namesakes
apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.model import AreaCode

NO_ADDRESS: Final = "名册未报住址，请按网格查找"
_STYLE: Final = (
    "body{color:#000;font:18px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif}"
    "body{margin:1.5em auto;max-width:46em}"
    "h1{font-size:1.3em;text-align:center}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #000;padding:.3em .4em;text-align:left}tr{break-inside:avoid}"
    "section{break-before:page;font-size:1.2em}.to{border:1px solid #000;padding:.4em .6em}"
    "small{color:#333;font-size:.6em;word-break:break-all}@page{margin:15mm}"
)
_HEADS: Final = (
    "序号",
    "网格",
    "姓名",
    "证件后四位",
    "住址",
    "告知书",
    "印发日期",
    "已送达",
    "送达日期",
    "送达人",
)
_HOW: Final = (
    "请把每份告知书送到本人手中；本人不在的，留在住处。送到的在“已送达”框内打√，填日期、送达人。"
    "回传办法任选一种：在人工认证结果表上勾“告知书已送达”，或在网格员应用里登记。告知书不收取任何费用。"
)


@dataclass(frozen=True, slots=True)
class ToBring:
    """One printed notice, and whom to bring it to; `id` is the message's, which names nobody."""

    id: str
    name: str
    last_four: str
    grid: str
    address: str | None
    text: str
    printed: date

    @property
    def title(self) -> str:
        """What the notice calls itself."""
        return self.text.partition("\n")[0]

    def __repr__(self) -> str:
        return f"ToBring({self.id})"


def page(area: AreaCode, day: date, notices: Sequence[ToBring]) -> str:
    """The bundle as HTML, by grid; the same notices give the same bytes, in whatever order they come.

    Those that were printed on an earlier day are only listed: their pages are in the bundle of that day.
    """
    ordered = sorted(notices, key=lambda n: (n.printed != day, n.grid, n.address or "", n.printed, n.id))
    numbered = list(enumerate(ordered, 1))
    heads = "".join(f"<th>{head}</th>" for head in _HEADS)
    rows = "".join(_row(number, notice) for number, notice in numbered)
    sheets = "".join(_sheet(number, notice) for number, notice in numbered if notice.printed == day)
    return (
        '<!doctype html><html lang="zh"><meta charset="utf-8">'
        f"<title>告知书送达清单 {escape(area)} {day}</title><style>{_STYLE}</style>"
        f"<h1>告知书送达清单　{escape(area)}　{zh_day(day)}　共{len(ordered)}份</h1><p>{_HOW}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{sheets}</html>\n"
    )


def _row(number: int, notice: ToBring) -> str:
    cells = (
        str(number),
        notice.grid,
        notice.name,
        notice.last_four,
        notice.address or NO_ADDRESS,
        notice.title,
        zh_day(notice.printed),
        "☐",
        "",
        "",
    )
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _sheet(number: int, notice: ToBring) -> str:
    to = f"{notice.name}　{notice.address or NO_ADDRESS}　网格 {notice.grid}"
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in notice.text.splitlines())
    return (
        f'<section id="{escape(notice.id)}"><p class="to">第{number}份　送：{escape(to)}</p>{paragraphs}'
        f"<p><small>告知书编号 {escape(notice.id)}</small></p></section>"
    )
