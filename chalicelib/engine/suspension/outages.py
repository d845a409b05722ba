"""停摆顺延 · Days on which the platform was away shorten nobody's notice: they are given back, and then the
whole notice runs anew.

Whoever had a notice at the door could not certify over the platform while it was away. So nobody is put on a
list, paid in person or suspended before as many days have passed again since it is back, and the days between
a notice and the next visit after these.

>>> Outage(date(2025, 6, 20), date(2025, 6, 28)).days
8
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.suspension.readiness import Readiness
from chalicelib.model import Reason, StepOutcome

STOPS: Final = (StepOutcome.PROPOSE, StepOutcome.PAY_IN_PERSON, StepOutcome.SUSPEND)


@dataclass(frozen=True, slots=True)
class Outage:
    """From the day on which the platform was lost to the day from which it serves again."""

    lost: date
    back: date

    @property
    def days(self) -> int:
        """On how many days people could do nothing about their case; begun ones count."""
        return max((self.back - self.lost).days, 1)


def given_back_on(outage: Outage, policy: Policy) -> date:
    """The first day on which an outage may no longer have shortened anybody's notice."""
    return outage.back + timedelta(days=outage.days + policy.visits.second_after_notice_days)


def after_outages(ready: Readiness, outages: Iterable[Outage], policy: Policy, on: date) -> Readiness:
    """What a case is ready for, once what outages took from its notice is given back: until then it waits."""
    until = max((given_back_on(outage, policy) for outage in outages), default=on)
    if ready.step not in STOPS or until <= on:
        return ready
    why = Reason(
        "days_given_back",
        f"系统曾中断服务，中断的天数予以补足，{zh_day(until)}前不列入名单、不暂停待遇。",
        f"The platform was away: those days are given back, and nothing is stopped before {until}.",
    )
    return replace(ready, step=StepOutcome.HELD, reasons=(why,), wait_until=until)
