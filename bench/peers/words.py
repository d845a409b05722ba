"""What the SQL programs share: the forms of numbers and days that the data hold, as expressions."""

from __future__ import annotations

from typing import Final

from bench.data import WEIGHTS
from bench.job import ON

BORN_TO: Final = ON.year * 10_000 + ON.month * 100 + ON.day
BORN_FROM: Final = BORN_TO - 130 * 10_000  # nobody is older
FULL_WIDTH: Final = {wide: str(digit) for digit, wide in enumerate("０１２３４５６７８９")}
ZERO_WIDTH: Final = "\u200b"
SEPARATORS: Final = {"年": "-", "月": "-", "日": "", "/": "-", ".": "-"}


def weighted(body: str, divide: str) -> str:
    """The sum of the weighted digits of a 17-digit integer; `divide` is the integer division."""
    return " + ".join(
        f"{body} {divide} {10 ** (16 - place)} % 10 * {weight}" for place, weight in enumerate(WEIGHTS)
    )
