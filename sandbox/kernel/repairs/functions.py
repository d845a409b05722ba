"""Lambda: handlers are called in this process."""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.models import LambdaFunction

from sandbox.kernel.repairs.patches import Patches, World


def in_process(patches: Patches, world: World) -> None:
    """Every way to a function in moto goes through one method; it calls ours."""

    def run(self: Any, event: Any = None) -> tuple[str, bool, str]:
        with world.turns.turn():
            result, raised = world.invoke(self.function_name, json.dumps({} if event is None else event))
        return result, raised, ""

    def invoke(self: Any, body: str, request_headers: Any, response_headers: Any) -> str | bytes:
        result: str | bytes = handled(self, body, request_headers, response_headers)
        if "x-amz-function-error" in response_headers:
            response_headers["x-amz-function-error"] = "Unhandled"  # moto says "Handled"
        return result

    patches.set(LambdaFunction, "_invoke_lambda", run)
    handled = patches.set(LambdaFunction, "invoke", invoke)
