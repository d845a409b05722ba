"""时长 · Quantities of time as declarations spell them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator


@dataclass(frozen=True, slots=True)
class Quantity:
    """A spelled quantity of time; days and months are different units and nobody guesses.

    >>> Quantity.spelled("12 months")
    Quantity(count=12, unit='months')
    """

    count: int
    unit: Literal["days", "months"]

    @classmethod
    def spelled(cls, text: object) -> Quantity:
        """The quantity that words like "7 days" or "1 month" mean; raises ValueError."""
        parts = re.fullmatch(r"([1-9]\d{0,3}) (day|month)s?", text) if isinstance(text, str) else None
        if parts is None:
            raise ValueError('spell it like "7 days" or "12 months"')
        return cls(int(parts.group(1)), "days" if parts.group(2) == "day" else "months")

    @property
    def longest_days(self) -> int:
        """The most days that it can be: a month counts 31."""
        return self.count * (31 if self.unit == "months" else 1)


Spelled = Annotated[Quantity, BeforeValidator(Quantity.spelled)]
