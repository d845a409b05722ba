"""批处理启动 · An execution for a pass, a day and a slot, once: named so that a second call starts nothing.

A name is taken for 90 days. Called again while it runs, or once it is done, nothing happens; where it has
failed, the next attempt is started.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from chalice.app import CloudWatchEvent

from chalicelib import clock
from chalicelib.observability import logger
from chalicelib.passes.table import PASSES
from chalicelib.settings import settings
from chalicelib.storage.clients import client

ATTEMPTS: Final = 9
_FAILED: Final = frozenset({"FAILED", "TIMED_OUT", "ABORTED"})


def start(pass_name: str, slot: str = "day") -> str | None:
    """Start a pass of today; the execution's name, None where it runs, or is done, already.

    `slot`: which of several of a day. KeyError for a pass that nobody has declared.
    """
    if pass_name not in PASSES:
        raise KeyError(pass_name)
    on = clock.today()
    data = json.dumps({"pass": pass_name, "day": on.isoformat(), "about": slot})
    machine, states = settings().everybody_arn, client("stepfunctions")
    for attempt in range(1, ATTEMPTS + 1):
        name = f"{pass_name}-{on:%Y%m%d}-{slot}-{attempt}"
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            status = states.describe_execution(executionArn=arn)["status"]
        except states.exceptions.ExecutionDoesNotExist:
            try:
                states.start_execution(stateMachineArn=machine, name=name, input=data)
            except states.exceptions.ExecutionAlreadyExists:  # somebody else was first
                return None
            return name
        if status not in _FAILED:
            return None
    logger.error("a pass has failed too often today", extra={"run": pass_name})
    return None


def slot_of(event: CloudWatchEvent) -> str:
    """Which of several runs of a day a schedule's event is: its own minute, so that a retry is the same."""
    return f"{datetime.fromisoformat(event.to_dict()['time']):%H%M}"
