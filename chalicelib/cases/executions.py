"""流程实例 · Step Functions, as far as a case needs it: start a walk, wake one that waits, ask which still
run.

None of these calls decides anything. Each may be repeated or lost: an execution's name is made of
person, due day and generation, a refused token only means that the next step looks for itself, and
the daily run starts again whatever should run and does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from chalicelib.model import Case, PersonId, StateName, Suspicion, Waiting
from chalicelib.observability import logger
from chalicelib.settings import settings
from chalicelib.storage.clients import client

CONTRACT = 1
ATTEMPTS: Final = 9
_FAILED: Final = frozenset({"FAILED", "TIMED_OUT", "ABORTED"})


def case_execution(person: PersonId, case: Case) -> str:
    """The name under which a case walks in its present generation."""
    return f"{person}-{case.due:%Y%m%d}-{case.generation}"


def suspicion_execution(person: PersonId, suspicion: Suspicion) -> str:
    """The name under which a suspicion is being verified."""
    return f"{person}-{suspicion.kind}-{suspicion.day:%Y%m%d}-{suspicion.generation}"


def start_certification(person: PersonId, case: Case, enter_at: StateName = StateName.MATCH_DATA) -> None:
    """Let the case walk; a second start of the same generation changes nothing."""
    _start(
        settings().certification_arn,
        case_execution(person, case),
        {"due": case.due.isoformat(), "generation": case.generation, "enter_at": enter_at, "person": person},
    )


def start_suspicion(person: PersonId, suspicion: Suspicion) -> None:
    """Let the suspicion walk; a second start of the same generation changes nothing."""
    _start(
        settings().suspicion_arn,
        suspicion_execution(person, suspicion),
        {"suspicion": suspicion.name, "generation": suspicion.generation, "person": person},
    )


def _start(machine: str, name: str, data: Mapping[str, Any]) -> None:
    states = client("stepfunctions")
    try:
        states.start_execution(
            stateMachineArn=machine, name=name, input=json.dumps({"contract": CONTRACT, **data})
        )
    except states.exceptions.ExecutionAlreadyExists:
        return


def start_pass(pass_name: str, day: date, about: str) -> str | None:
    """Start a pass over everybody once for a day and what it is about, or its next attempt where that failed.

    The execution's name; None where it runs, or is done, already. A name is taken for 90 days.
    """
    data = json.dumps({"pass": pass_name, "day": day.isoformat(), "about": about})
    machine, states = settings().everybody_arn, client("stepfunctions")
    for attempt in range(1, ATTEMPTS + 1):
        name = f"{pass_name}-{day:%Y%m%d}-{about}-{attempt}"
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
    logger.error("a pass has failed too often", extra={"run": pass_name})
    return None


def wake(waiting: Waiting, answer: Mapping[str, Any]) -> bool:
    """End a wait with an answer; False if nobody waits under that token any more."""
    states = client("stepfunctions")
    try:
        states.send_task_success(taskToken=waiting.token, output=json.dumps({"wait": 1, **answer}))
    except (
        states.exceptions.InvalidToken,
        states.exceptions.TaskDoesNotExist,
        states.exceptions.TaskTimedOut,
    ):
        return False
    return True


def running(machine: str) -> frozenset[str]:
    """The names of all executions of a state machine that have not ended."""
    pages = client("stepfunctions").get_paginator("list_executions")
    return frozenset(
        execution["name"]
        for page in pages.paginate(stateMachineArn=machine, statusFilter="RUNNING", maxResults=1000)
        for execution in page["executions"]
    )
