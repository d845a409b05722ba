"""The name of a file tells who sent it, whatever day, month or running number stands in it."""

from __future__ import annotations

import pytest

from chalicelib.sources.feeds.sender_names import sender_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("341602_roster_20250101.csv", "roster-341602-202502.csv.gz"),
        ("341602100_20250101093000.csv", "341602100.csv"),
        ("bus_20250101.csv", "bus_2025-02-01 (2).xlsx"),
        ("蒙城县名册2025年1月.xlsx", "蒙城县名册2025年12月.xlsx"),
        ("20250101.csv", "2.csv"),
    ],
)
def test_files_of_one_sender(one: str, other: str) -> None:
    assert sender_of(one) == sender_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("341602_20250101.csv", "341622_20250101.csv"),
        ("341602.csv", "341602100.csv"),
        ("蒙城县名册20250101.csv", "利辛县名册20250101.csv"),
        ("bus_20250101.csv", "bus_341602_20250101.csv"),
        ("bus_20250101.csv", "202501.csv"),
    ],
)
def test_files_of_two_senders(one: str, other: str) -> None:
    assert sender_of(one) != sender_of(other)
