"""疑点期限 · The policy's section on suspicions: terms, how long an answer holds, what is held meanwhile.

A value that later programs declare has a default under which stored rule books say what they said.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.quantities import Days


class Suspicions(Declaration):
    """Verification (rule 13): working days by level 0 village, 1 township, 2 county; or by kind."""

    working_days: tuple[Days, Days, Days]
    two_numbers: Days = 20  # whether two numbers under one payee are one person (rule 19), of each level
    unlisted: Days = 10  # the authority is asked about whom no roster lists any more (rule 20), of each level
    reversal: Days = 1  # whether what ended a payment was wrong (rule 14), of each level
    renewal_days: Days = 90  # for how long a condition stays cleared whose card is being renewed
    oldest_years: int = Field(ge=120, le=150)  # a record beyond it goes back when it is read
    restart: Days = 5  # whether what rightly ended a payment is over (rule 15), of each level
    upcoming: Days = 20  # what a date will change (rule 15), of each level
    dates_ahead: Days = 60  # so many days before it is asked
    paid_after_release: Literal["month_of", "month_after"] = "month_after"  # from which month on
    death_holds: bool = False  # while a death is verified, not even data of before it extend a certificate
