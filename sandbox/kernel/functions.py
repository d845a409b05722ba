"""The project's own Lambda functions, called in this process with the event that Lambda would send."""

from __future__ import annotations

import json
import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Final

from sandbox.kernel.clock import Clock
from sandbox.rights import Judge


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the template."""

    name: str  # as AWS knows it
    logical_id: str
    handler: str  # "app.take_in": a name in app.py
    timeout: int  # seconds
    memory: int  # MB
    arn: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception that a function let out."""

    function: str
    at: datetime
    error: Exception


class Context:
    """What Lambda tells a function about itself. Virtual time stands still while it runs."""

    def __init__(self, function: Function, request: str) -> None:
        self.function_name: Final = function.name
        self.function_version: Final = "$LATEST"
        self.invoked_function_arn: Final = function.arn
        self.memory_limit_in_mb: Final = function.memory
        self.aws_request_id: Final = request
        self.log_group_name: Final = f"/aws/lambda/{function.name}"
        self.log_stream_name: Final = "sandbox"
        self.identity = None
        self.client_context = None
        self._timeout = function.timeout

    def get_remaining_time_in_millis(self) -> int:
        """All of the function's time, always."""
        return self._timeout * 1000


class Functions:
    """Calls functions, counts the calls, and keeps what they raised."""

    def __init__(self, app: ModuleType, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self.judge: Judge
        """Judges what functions ask; known once the template's resources are made."""
        self._functions: dict[str, Function] = {}
        self.invocations: Counter[str] = Counter()
        """How often each function was called, by its logical id in the template."""
        self.failures: list[Failure] = []
        """What functions raised, in order."""

    def add(self, function: Function) -> None:
        """Make a function of the template callable. Raises AttributeError if app.py lacks its handler."""
        self._handler(function)
        self._functions[function.name] = function

    def named(self, name: str) -> Function:
        """A function by its AWS name, ARN or logical id. Raises KeyError."""
        name = name.rsplit(":", 1)[-1]
        if name in self._functions:
            return self._functions[name]
        return next(one for one in self._functions.values() if one.logical_id == name)

    def invoke(self, name: str, event: str) -> tuple[str, bool]:
        """Call a function with an event in JSON: its result in JSON, and whether it raised.

        An exception becomes what Lambda's runtime makes of it, so that a state machine can catch it by
        the name of its class.
        """
        function = self.named(name)
        with self.running(function) as context:
            try:
                result = self._handler(function)(json.loads(event), context)
                return json.dumps(result), False
            except Exception as error:
                self.failures.append(Failure(function.logical_id, self._clock.now(), error))
                told = {
                    "errorMessage": str(error),
                    "errorType": type(error).__name__,
                    "requestId": context.aws_request_id,
                    "stackTrace": traceback.format_tb(error.__traceback__),
                }
                return json.dumps(told), True

    @contextmanager
    def running(self, function: Function) -> Iterator[Context]:
        """Count one call; until the block ends it is this function that asks AWS, and it writes its log."""
        self.invocations[function.logical_id] += 1
        os.environ.update(_runtime_environment(function))
        context = Context(function, f"sandbox-{self.invocations.total()}")
        with self.judge.acting(function.logical_id):
            stream = f"log-group:{context.log_group_name}:log-stream:{context.log_stream_name}"
            for action in ("CreateLogStream", "PutLogEvents"):
                self.judge.needs(f"logs:{action}", self.judge.places.arn("logs", stream))
            yield context

    def _handler(self, function: Function) -> Callable[[Any, Any], Any]:
        handler: Callable[[Any, Any], Any] = getattr(self._app, function.handler.partition(".")[2])
        return handler


def _runtime_environment(function: Function) -> Mapping[str, str]:
    return {
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "POWERTOOLS_METRICS_DISABLED": "true",  # they are printed for CloudWatch, which is not here
    }
