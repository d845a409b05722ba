"""What is paid to people on no roster is summed by month and benefit: how much, never to whom."""

from __future__ import annotations

import polars as pl

from chalicelib.model import FeedId
from chalicelib.sources.range_results import Part
from chalicelib.sources.strangers import NOTHING_PAID, paid_together
from tests.sources.builders import FEEDS, lines, number, read, row

HEADER = ("身份证号码", "待遇项目", "发放月份", "实发金额", "发放日期")
PENSION, CARE = "城乡居民基本养老保险", "高龄津贴"


def paid(
    sequence: int, benefit: str = PENSION, yuan: str = "200.00", month: str = "2025-05"
) -> tuple[str, ...]:
    return (number(sequence), benefit, month, yuan, f"{month}-10")


def strangers(*rows: tuple[str, ...]) -> list[tuple[object, ...]]:
    reading = read(lines(*rows, header=HEADER), FEEDS[FeedId("payments")])
    assert reading.counts.rows == len(rows)
    assert number(8) not in reading.to_strangers.write_json()
    return reading.to_strangers.rows()


def test_by_month_and_benefit_and_without_whose_they_are() -> None:
    found = strangers(
        paid(1), paid(8), paid(9, yuan="50.00"), paid(8, CARE, "1.00"), paid(8, month="2025-04")
    )
    assert found == [
        ("resident_pension", "2025-04", 1, 20_000),
        ("old_age_allowance", "2025-05", 1, 100),
        ("resident_pension", "2025-05", 2, 25_000),
    ]


def test_what_cannot_be_read_of_a_stranger_is_left_out() -> None:
    assert strangers(paid(1), paid(8, yuan="许多")) == []
    assert strangers(paid(1)) == []


def test_other_feeds_pay_nobody() -> None:
    assert read(lines(row(1), row(8))).to_strangers.is_empty()


def test_parts_are_handed_on_and_added_up() -> None:
    one = pl.DataFrame({"benefit": ["b"], "month": ["2025-05"], "rows": [1], "fen": [5]})
    assert Part.from_bytes(Part(to_strangers=one).to_bytes()).to_strangers.equals(one)
    assert paid_together(pl.concat([one, one])).rows() == [("b", "2025-05", 2, 10)]
    assert paid_together(pl.DataFrame()).equals(NOTHING_PAID)
