"""A tiny stand-in for app.py: the same ways in, nothing behind them.

The kernel's own tests run against it, so that they say something about the kernel alone.
What the functions do is told by `behaviour`; what they were called with is in `calls`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
from chalice import Chalice, Cron

from chalicelib import clock

app = Chalice(app_name="wugan", configure_logs=False)

calls: list[tuple[str, Any]] = []
"""(function, what it was called with), in order."""

behaviour: dict[str, Callable[[Any], Any]] = {}
"""What a function does instead of nothing; cleared by the tests' fixture."""


def _called(name: str, event: Any) -> Any:
    calls.append((name, event))
    return behaviour[name](event) if name in behaviour else None


def token_refused(token: str, output: object = None) -> bool:
    """Answer a task token; True if the state machine no longer wanted it."""
    states = boto3.client("stepfunctions")
    try:
        states.send_task_success(taskToken=token, output=json.dumps(output or {}))
    except (states.exceptions.TaskTimedOut, states.exceptions.InvalidToken):
        return True
    return False


@app.route("/now")
def now() -> dict[str, str]:
    return {"now": clock.now().isoformat()}


@app.route("/things:find", methods=["POST"])
def find() -> dict[str, str]:
    return {"found": "nothing"}


@app.route("/answer/{person}", methods=["POST"])
def answer(person: str) -> dict[str, Any]:
    return {"person": person, "said": _called("answer", app.current_request.json_body)}


@app.on_sqs_message(queue="replaced-in-infra", batch_size=1, maximum_concurrency=5)
def intake(event: Any) -> Any:
    return _called("intake", event.to_dict())


@app.on_sqs_message(queue="replaced-in-infra", batch_size=1)
def intake_range(event: Any) -> Any:
    return _called("intake_range", event.to_dict())


@app.on_sqs_message(queue="replaced-in-infra", batch_size=10)
def intake_dead(event: Any) -> Any:
    return _called("intake_dead", event.to_dict())


@app.on_sqs_message(queue="replaced-in-infra", batch_size=10)
def carrier_report(event: Any) -> Any:
    return _called("carrier_report", event.to_dict())


@app.lambda_function()
def certification_step(event: Any, context: Any) -> Any:
    return _called("certification_step", event)


@app.lambda_function()
def suspicion_step(event: Any, context: Any) -> Any:
    return _called("suspicion_step", event)


@app.lambda_function()
def pass_read(event: Any, context: Any) -> Any:
    return _called("pass_read", event)


@app.lambda_function()
def pass_write(event: Any, context: Any) -> Any:
    return _called("pass_write", event)


@app.lambda_function()
def pass_send(event: Any, context: Any) -> Any:
    return _called("pass_send", event)


@app.lambda_function()
def pass_ask(event: Any, context: Any) -> Any:
    return _called("pass_ask", event)


@app.lambda_function()
def pass_apply(event: Any, context: Any) -> Any:
    return _called("pass_apply", event)


@app.schedule(Cron(0, 22, "*", "*", "?", "*"))
def daily_run(event: Any) -> Any:
    return _called("daily_run", event.to_dict())


@app.schedule(Cron(0, "1,7", "*", "*", "?", "*"))
def send_messages(event: Any) -> Any:
    return _called("send_messages", event.to_dict())


@app.schedule(Cron(0, 18, "L", "*", "?", "*"))
def monthly_results(event: Any) -> Any:
    return _called("monthly_results", event.to_dict())


@app.schedule(Cron(30, 23, "*", "*", "?", "*"))
def watch_feeds(event: Any) -> Any:
    return _called("watch_feeds", event.to_dict())


@app.schedule(Cron(20, "*", "*", "*", "?", "*"))
def push_events(event: Any) -> Any:
    return _called("push_events", event.to_dict())


@app.schedule(Cron(30, 17, "*", "*", "?", "*"))
def nightly_audit_roots(event: Any) -> Any:
    return _called("nightly_audit_roots", event.to_dict())


@app.schedule(Cron(0, 17, "*", "*", "?", "*"))
def nightly_statistics(event: Any) -> Any:
    return _called("nightly_statistics", event.to_dict())
