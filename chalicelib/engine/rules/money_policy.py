"""金额取值 · Terms about money: to answer a hearing, of instalments, and what one person's word brings."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.quantities import Days


class MoneyTerms(Declaration):
    """Terms of recoveries and arrears (rules 17 and 18)."""

    hearing_working_days: Days = 10  # to answer, from the day of the letter
    most_instalments: int = Field(default=36, ge=2, le=120)  # monthly parts
    months_on_one_word: int = Field(default=3, ge=0, le=12)  # of arrears; more wait for a second person


AS_BEFORE: Final = MoneyTerms()
"""What bundles mean that were stored before they said it."""
