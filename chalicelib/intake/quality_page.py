"""质量月报页面 · The page itself: plain HTML to print, Chinese with English below, twelve months as small
bars."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from chalicelib.model import Month
from chalicelib.sources.feeds.quality import FeedMonth, Load

LOADS: Final = {
    Load.FULL: ("全量", "full"),
    Load.SHORT: ("不完整", "short"),
    Load.DELTA: ("增量", "delta"),
    Load.NOTHING: ("未报送", "nothing sent"),
}
_STYLE: Final = (
    "body{font:15px/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2em;color:#111}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.4em .6em;text-align:left}"
    "td.n{text-align:right}small{color:#555;display:block}svg{display:block}"
    "@media print{body{margin:0}tr{break-inside:avoid}}"
)
_HEADS: Final = (
    ("数据项", "Feed"),
    ("迟到天数", "Days late"),
    ("是否全量", "Full load"),
    ("行数", "Rows"),
    ("退回比例", "Share rejected"),
    ("上门核对有误比例", "Share proved wrong by visits"),
    ("超限待核事项", "Beyond a limit, for a person"),
    ("近十二个月迟到天数", "Days late, twelve months"),
)
_BAR: Final = 14
_GAP: Final = 4
_HIGH: Final = 40
_MOST: Final = 31  # days of a month

FeedRow = tuple[str, str, Sequence[FeedMonth]]


def page(zh: str, en: str, month: Month, feeds: Sequence[FeedRow]) -> str:
    """A department's page of a month; the same figures give the same bytes."""
    heads = "".join(f"<th>{a}<small>{b}</small></th>" for a, b in _HEADS)
    rows = "".join(_row(*feed) for feed in feeds)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(zh)} {month}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(zh)} {month} 数据质量月报<small>{escape(en)}: data quality, {month}</small></h1>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        "<p>迟到天数：当月最新数据超过约定周期的天数。退回比例：退回行数除以总行数。上门核对有误比例："
        "上门见到本人或确认去世后，与该数据不符的人数除以核对人数。本页不含个人信息。"
        "<small>Days late: days on which the newest data were older than agreed. Share rejected: rejected of "
        "all rows. Share proved wrong: people about whom a visit found otherwise, of those whom a visit has "
        "checked. Nobody is named on this page.</small></p></body></html>\n"
    )


def _row(zh: str, en: str, months: Sequence[FeedMonth]) -> str:
    now = months[-1]
    load_zh, load_en = LOADS[now.load]
    cells = (
        f"<td>{escape(zh)}<small>{escape(en)}</small></td>",
        f'<td class="n">{now.days_late}</td>',
        f"<td>{load_zh}<small>{load_en}</small></td>",
        f'<td class="n">{now.rows:,}</td>',
        f'<td class="n">{_share(now.rejected_share, now.rejected, now.rows)}</td>',
        f'<td class="n">{_share(now.wrong_share, now.wrong, now.checked)}</td>',
        f'<td class="n">{now.notices}</td>',
        f"<td>{_bars(months)}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _share(share: float | None, part: int, whole: int) -> str:
    """A rate never comes without its denominator."""
    if share is None:
        return "–"
    return f"{share:.1%}<small>{part:,} / {whole:,}</small>"


def _bars(months: Sequence[FeedMonth]) -> str:
    wide = len(months) * (_BAR + _GAP)
    bars = "".join(_bar(place, m) for place, m in enumerate(months))
    label = f"{months[0].month}–{months[-1].month}"
    return (
        f'<svg width="{wide}" height="{_HIGH + 2}" role="img" aria-label="{label}">'
        f'{bars}<line x1="0" y1="{_HIGH + 1}" x2="{wide}" y2="{_HIGH + 1}" stroke="#333"/></svg>'
        f"<small>{label}</small>"
    )


def _bar(place: int, m: FeedMonth) -> str:
    high = round(_HIGH * min(m.days_late, _MOST) / _MOST)
    x, y = place * (_BAR + _GAP), _HIGH + 1 - high
    title = f"{m.month}: {m.days_late}"
    return f'<rect x="{x}" y="{y}" width="{_BAR}" height="{high}" fill="#335"><title>{title}</title></rect>'
