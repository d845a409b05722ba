"""数量 · Days, months, hours and shares, as a declaration may say them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

MOST_MONTHS: Final = 12  # [A] strong evidence exempts for at most 12 months
LONGEST_PERIOD: Final = 366  # days of those months

Days = Annotated[int, Field(ge=1, le=400)]
Months = Annotated[int, Field(ge=1, le=MOST_MONTHS)]
DayOfMonth = Annotated[int, Field(ge=1, le=28)]  # every month has it
Hour = Annotated[int, Field(ge=0, le=23)]
Percent = Annotated[int, Field(ge=0, le=100)]
