"""定时任务 · Scheduled runs: each leaves word when it has reached its end, and the daily run looks who has
not.

CloudWatch looks back seven days at most, so that it cannot miss a run that comes weekly or monthly; and what
was called has not yet done its work. The deployment tells every function the schedules that it has made
(`infra/watching.py`), those that an operator has chosen and those of app.py to come included.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Final, TypeVar

from chalicelib import clock
from chalicelib.cron import last_until
from chalicelib.observability import count, logger
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import run_ends
from chalicelib.storage.dynamodb.run_ends import End

E = TypeVar("E")

LATE: Final = timedelta(hours=2)  # [choice] three tries of a quarter of an hour each, and the pauses between


GOES_ON: Final = "a pass goes on"
"""What a scheduled function answers whose work is done by a pass: that leaves word in the end."""


def scheduled(work: Callable[[E], str | None]) -> Callable[[E], str | None]:
    """A function that a schedule calls, named as there: when it returns, that it has is kept."""

    @wraps(work)
    def run_to_its_end(event: E) -> str | None:
        answer = work(event)
        if answer != GOES_ON:
            reached(work.__name__)
        return answer

    return run_to_its_end


def reached(name: str) -> None:
    """Keep that a scheduled run has reached its end."""
    run_ends.put(name, End(_schedules().get(name, ""), clock.now()))


def missing_runs() -> list[str]:
    """The scheduled runs that have not reached their end since they were last due, by name; told once a day.

    Of a run that is seen for the first time, or by another schedule than before, the next end is waited for.
    """
    known, now = run_ends.everything(), clock.now()
    missing = []
    for name, schedule in sorted(_schedules().items()):
        last = known.get(name)
        if last is None or last.schedule != schedule:
            run_ends.put(name, End(schedule, now))
            continue
        due = last_until(schedule, now - LATE)
        if due is not None and last.reached < due:
            missing.append(name)
            logger.error("a scheduled run has not reached its end", extra={"run": name})
    count(RunsMissing=len(missing))
    return missing


def _schedules() -> dict[str, str]:
    schedules: dict[str, str] = json.loads(settings().schedules)
    return schedules
