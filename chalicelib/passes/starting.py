"""批处理启动 · An execution for a pass, a day and a slot, once: named so that a second call starts nothing.

A name is taken for 90 days. Called again while it runs, or once it is done, nothing happens; where it has
failed, the next attempt is started. A pass for which nobody waits has reached its end without one.
"""

from __future__ import annotations

from datetime import datetime

from chalice.app import CloudWatchEvent

from chalicelib import clock, schedules
from chalicelib.cases import executions
from chalicelib.passes.table import PASSES


def start(pass_name: str, slot: str = "day") -> str | None:
    """Start a pass of today; the execution's name, None where it runs, is done, or nobody waits for it.

    `slot`: which of several of a day. KeyError for a pass that nobody has declared.
    """
    this = PASSES[pass_name]
    if not this.is_wanted(clock.today()):
        if this.ends is not None:
            schedules.reached(this.ends)
        return None
    return executions.start_pass(pass_name, clock.today(), slot)


def slot_of(event: CloudWatchEvent) -> str:
    """Which of several runs of a day a schedule's event is: its own minute, so that a retry is the same."""
    return f"{datetime.fromisoformat(event.to_dict()['time']):%H%M}"
