"""复核取值 · How many certificates by hand are checked again each month, and what is looked at besides."""

from __future__ import annotations

from pydantic import Field

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.quantities import Days, Months


class Rechecks(Declaration):
    """Random checks of what people certified by hand (rule 21, row B11), and signals that ask for a look."""

    worst_percent: float = Field(default=5, gt=0, le=50)  # of wrong ones, that shall not stay unseen …
    confidence_percent: float = Field(default=95, ge=50, lt=100)  # … more often than one time in so many
    months_back: Months = 12  # of a refuted author's certificates, all are listed again
    seconds_apart: int = Field(default=120, ge=1, le=3600)  # two doors of one worker closer than this
    within_days: Days = 20  # by when somebody else goes there
