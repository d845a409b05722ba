"""人群 · So many invented people, and the files that departments would send about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import polars as pl

from bench.data import with_check

ENDS_WITHIN: Final = 270  # days over which everybody's certificates end
COUNTIES: Final = (341602, 341621, 341622, 341623)
_BORN: Final = date(1938, 1, 1)
_BORN_DAYS: Final = 8_000  # through 1959: everybody has the age for a pension
_SECOND_BENEFIT: Final = 5  # one in so many draws another one
_NO_PHONE: Final = 5
_SURNAMES: Final = "孟刘王李"
_GIVEN: Final = "素庆芳梅兰英华"


def numbers(count: int) -> list[str]:
    """So many different identity numbers of the city."""
    bodies = []
    for place in range(count):
        born = _BORN + timedelta(place * 7_919 % _BORN_DAYS)
        county, sequence = COUNTIES[place % len(COUNTIES)], 1 + place // _BORN_DAYS % 900
        bodies.append(county * 10**11 + int(f"{born:%Y%m%d}") * 1000 + sequence)
    return with_check(pl.Series(bodies, dtype=pl.Int64)).to_list()


def roster(of: Sequence[str], first_end: date, *, raised: int = 0) -> bytes:
    """Everybody's line, or lines; certified until days from `first_end` on.

    `raised`: how many of them get another amount than before.
    """
    lines = [
        "身份证号码,姓名,手机号码,区划代码,网格编号,待遇编号,待遇项目,月标准,待遇起始日期,认证有效期至,重点人群"
    ]
    for place, number in enumerate(of):
        name = f"{_SURNAMES[place % 4]}{_GIVEN[place % 7]}{_GIVEN[place // 7 % 7]}"
        phone = "" if place % _NO_PHONE == 0 else f"139{place:08d}"
        area = f"{number[:6]}{1 + place % 19:03d}{1 + place // 19 % 40:03d}"
        until = first_end + timedelta(place * 101 % ENDS_WITHIN)
        who = f"{number},{name},{phone},{area},G{place % 9:03d}"
        amount = "216.50" if place < raised else "215.50"
        lines.append(f"{who},HR-{place},城乡居民基本养老保险,{amount},2010-01-01,{until},")
        if place % _SECOND_BENEFIT == 1:
            lines.append(f"{who},LL-{place},失地农民养老保险,330.00,2012-03-07,{until},")
    return _text(lines)


def payments(of: Sequence[str], month: date) -> bytes:
    """What everybody was paid for a month."""
    paid = month.replace(day=15)
    lines = ["身份证号码,姓名,待遇项目,发放月份,实发金额,发放日期"]
    lines += [f"{number},某,城乡居民基本养老保险,{month:%Y-%m},215.50,{paid}" for number in of]
    return _text(lines)


def checkups(of: Sequence[str], until: date, rows: int) -> bytes:
    """Health checks of these people within the month before a day: rows of which each certifies."""
    lines = ["身份证号,姓名,体检日期,体检机构"]
    for row in range(rows):
        lines.append(f"{of[row % len(of)]},,{until - timedelta(1 + row % 28)},某院")
    return _text(lines)


def _text(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
