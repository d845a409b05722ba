"""复核取值 · How many certificates are checked again each month, and what is looked at besides."""

from __future__ import annotations

from pydantic import Field

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.quantities import Days, Months, Percent


class Rechecks(Declaration):
    """Random checks of what people and data certified (rule 21, row B11), and signals that ask for a look."""

    worst_percent: float = Field(default=5, gt=0, le=50)  # of wrong ones, that shall not stay unseen …
    confidence_percent: float = Field(default=95, ge=50, lt=100)  # … more often than one time in so many
    most_percent: Percent = 20  # … but never more of a month's: a small village would be visited anew
    silent_worst_percent: float = Field(default=5, gt=0, le=50)  # the same of whom data certify …
    silent_confidence_percent: float = Field(default=95, ge=50, lt=100)
    silent_most_percent: float = Field(default=1, ge=0, le=100)  # … of whom so many are visited at most
    people_per_device: int = Field(default=10, ge=1)  # who certify over one in a month; more are looked at
    months_back: Months = 12  # of a refuted author's certificates, all are listed again
    seconds_apart: int = Field(default=120, ge=1, le=3600)  # two doors of one worker closer than this
    within_days: Days = 20  # by when somebody else goes there
