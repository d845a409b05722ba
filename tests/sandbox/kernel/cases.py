"""Executions of the stand-in's state machines."""

from __future__ import annotations

import json
from typing import Any

from sandbox.kernel import Sandbox

DAY = 86400


def start(
    sandbox: Sandbox, person: str, wait: float = 30 * DAY, machine: str = "CertificationMachine"
) -> str:
    """Start a case named after the person; it runs when the sandbox does."""
    started = sandbox.client("stepfunctions").start_execution(
        stateMachineArn=sandbox.machines[machine],
        name=person,
        input=json.dumps({"person": person, "wait": wait}),
    )
    arn: str = started["executionArn"]
    return arn


def status(sandbox: Sandbox, arn: str) -> str:
    found: str = sandbox.client("stepfunctions").describe_execution(executionArn=arn)["status"]
    return found


def last_event(sandbox: Sandbox, arn: str) -> str:
    """How the execution's history ends."""
    history = sandbox.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    found: str = history[-1]["type"]
    return found


def tokens(calls: list[tuple[str, Any]]) -> dict[tuple[str, str], str]:
    """The task tokens that steps were given, by (person, state)."""
    return {
        (event["person"], event["state"]): event["token"] for _, event in calls if "token" in (event or {})
    }


def states(calls: list[tuple[str, Any]], person: str) -> list[str]:
    """The states that a person's case went through."""
    return [event["state"] for _, event in calls if isinstance(event, dict) and event.get("person") == person]
