"""调用 · Plays Lambda, SQS and Step Functions: each call of a function is one invocation, timed as there.

The seconds of an invocation are its own CPU (that of AWS in memory taken off), slowed to its function's
memory, and the assumed milliseconds of its calls. The project's watch shows just that, so that slices end
where they would.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from bench.city import memory
from bench.city.assumptions import cpu_factor
from bench.city.aws import Counted
from bench.city.deployment import Deployment, memory_of
from chalicelib import clock, intake, passes
from chalicelib.passes.slices import Function

T = TypeVar("T")

QUEUES: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "inbox": ("intake", intake.file_dropped),
    "chunks": ("intake_range", intake.read_range),
}
"""Which function a queue calls, as app.py declares it."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a function."""

    function: str
    step: str
    seconds: float
    cpu: float  # seconds of it, of this machine
    longest_gap: float  # seconds between two looks at the watch: who is told to stop goes on for so long
    grown_mb: float  # by how much the process has grown at most
    peak_mb: float  # the most that it has taken
    counted: Counted


@dataclass
class Lambda:
    """All functions of a deployment, called one after another."""

    here: Deployment
    done: list[Invocation] = field(default_factory=list)
    at_once: int = 1  # shards at a time, of the pass that was walked last

    def invoke(self, function: str, step: str, act: Callable[[], T]) -> T:
        """Call a function, and note what it took."""
        aws = self.here.aws
        memory.give_back()
        before = memory.now_mb()
        aws.counted = counted = Counted()
        factor, began, theirs = cpu_factor(memory_of(function)), time.process_time(), aws.own_cpu
        looked = longest = 0.0

        def cpu() -> float:
            return time.process_time() - began - (aws.own_cpu - theirs)

        def watch() -> float:
            nonlocal looked, longest
            at = cpu() * factor + counted.seconds
            longest, looked = max(longest, at - looked), at
            return at

        clock.set_watch(watch)
        try:
            return act()
        finally:
            spent, seconds = cpu(), watch()
            clock.set_watch(None)
            aws.counted = Counted()  # what is asked between invocations is nobody's
            peak = memory.peak_mb()
            self.done.append(
                Invocation(function, step, seconds, spent, longest, peak - before, peak, counted)
            )

    def drop(self, key: str, data: bytes) -> None:
        """A department drops a file; everything follows that follows from it."""
        self.here.aws.kept.put_object("inbox", key, data, {})
        told = {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}
        self.here.aws.queued.append(("inbox", json.dumps(told)))
        self.follow()

    def follow(self) -> None:
        """Deliver every message that waits and walk every pass that was started, until all is quiet."""
        aws = self.here.aws
        while aws.queued or aws.started:
            if aws.queued:
                queue, body = aws.queued.popleft()
                if queue in QUEUES:
                    function, take = QUEUES[queue]
                    self.invoke(function, "file", partial(take, body))
                continue
            started = aws.started.popleft()
            if started["stateMachineArn"].endswith(":everybody"):
                self.walk(started["name"], json.loads(started["input"]))
                aws.executions[started["executionArn"]] = "SUCCEEDED"

    def do_pass(self, name: str) -> None:
        """A pass of today, from beginning to end."""
        said = {"pass": name, "day": clock.today().isoformat(), "about": "day"}
        self.walk(f"{name}-{clock.today():%Y%m%d}-day-1", said)
        self.follow()

    def walk(self, execution: str, said: Mapping[str, Any]) -> None:
        """An execution of statemachines/everybody.asl.json."""
        function_of = {each.value: f"pass_{each.value}" for each in Function}
        event = {"execution": execution, "input": said, "functions": function_of}
        plan = self._step("pass_read", "Plan", event)
        self.at_once = plan["at_once"]
        done = []
        for first in plan["shards"]:
            shard = first
            while shard["more"]:
                shard = self._step(shard["function"], "Do", {"shard": shard})
            done.append(shard)
        end = {"execution": execution, "input": {**plan, "done": done}}
        self._step(plan["function"], "Put together", end)

    def _step(self, function: str, state: str, event: Mapping[str, Any]) -> Any:
        told = json.loads(json.dumps({"state": state, **event}))
        return json.loads(json.dumps(self.invoke(function, state, lambda: passes.run_pass(told))))
