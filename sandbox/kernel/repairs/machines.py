"""Step Functions: executions as strands, waits in virtual time, tokens answered once, names, clients."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import moto.stepfunctions.parser.asl.component.common.path.result_path as result_path
import moto.stepfunctions.parser.asl.component.common.retry.jitter_strategy_decl as jitter
import moto.stepfunctions.parser.asl.component.common.retry.retrier_decl as retrier
import moto.stepfunctions.parser.asl.component.state.exec.execute_state as execute_state
import moto.stepfunctions.parser.asl.utils.boto_client as boto_client
import moto.stepfunctions.parser.asl.utils.json_path as json_path
import moto.stepfunctions.parser.backend.execution_worker as execution_worker
import moto.stepfunctions.parser.models as parser_models
from moto.stepfunctions.parser.api import ExecutionStatus, TaskTimedOut
from moto.stepfunctions.parser.asl.component.common.catch.catch_outcome import CatchOutcome
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import inline_iteration_component
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackEndpoint, CallbackPoolManager
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from sandbox.kernel.clock import Timer
from sandbox.kernel.execution_threads import Unwound
from sandbox.kernel.repairs.patches import Patches, World

UNSUPPORTED = frozenset(
    {"Parallel", "DISTRIBUTED", "HeartbeatSeconds", "HeartbeatSecondsPath", ".sync", ".sync:2"}
)
"""What a strand cannot do: it is one thread, and it parks at one place."""


class UnsupportedStateError(ValueError):
    """A state machine uses something that the sandbox does not run."""


def check_definition(name: str, definition: str) -> None:
    """Raise UnsupportedStateError if the definition uses what strands cannot run."""
    for state, says in _states_in(json.loads(definition)):
        used = {says["Type"], *says.keys()}
        used |= {f".{part}" for part in str(says.get("Resource", "")).split(".")[1:]}
        used.add(says.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode", ""))
        if bad := used & UNSUPPORTED:
            raise UnsupportedStateError(
                f"{name}, state {state!r}: the sandbox has no {', '.join(sorted(bad))}"
            )


def _states_in(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The states, those inside of a Map included."""
    for name, says in definition["States"].items():
        yield name, says
        if "ItemProcessor" in says:
            yield from _states_in(says["ItemProcessor"])


class _Inline:
    """Stands in for threading.Thread where moto starts a thread only to give up waiting for it.

    The time limit of a task is kept where it waits for its token (CallbackEndpoint.wait); a task that
    does not wait takes no virtual time.
    """

    def __init__(self, target: Callable[[], None], daemon: bool) -> None:
        self._target = target

    def start(self) -> None:
        self._target()


def strands(patches: Patches, world: World) -> None:
    """An execution is a strand of the kernel, and waits in virtual time."""
    _run_as_strands(patches, world)
    _wait_in_virtual_time(patches, world)


def _run_as_strands(patches: Patches, world: World) -> None:
    def environment(self: Any) -> Any:
        return self.env if self.env is not None else make(self)

    def start(self: Any) -> None:
        # An execution that has not begun must already have an environment: whoever answers a token
        # in the meantime asks every running execution for its tokens.
        self.env = environment(self)
        name = self._evaluation_details.execution_details.name
        self.strand = world.strands.begin(self._execution_logic, name)

    def stop(self: Any, stop_date: datetime | None, error: str | None, cause: str | None) -> None:
        if self.strand.thread is None:  # not begun: nobody else will say how it ended
            self._execution_communication.execution.exec_status = ExecutionStatus.ABORTED
        self.env.set_stop(stop_date=stop_date, cause=cause, error=error)
        world.strands.unwind(self.strand)

    def evaluate(self: Any, env: Any) -> None:
        limit = self.timeout_seconds.timeout_seconds if self.timeout_seconds else None
        timer = _limit_execution(world, env, limit) if limit else None
        env.next_state_name = self.start_at.start_at_name
        try:
            EvalComponent.eval(self, env)
        except Unwound:
            if env.is_running():
                raise  # the sandbox is being closed
            self._eval_body(env)  # runs no state any more, only writes how the execution ended
        finally:
            if timer is not None:
                timer.cancelled = True

    make = patches.set(ExecutionWorker, "_get_evaluation_environment", environment)
    patches.set(ExecutionWorker, "start", start)
    patches.set(ExecutionWorker, "stop", stop)
    patches.set(Program, "eval", evaluate)
    patches.set(execute_state, "Thread", _Inline)


def _limit_execution(world: World, env: Any, seconds: float) -> Timer:
    strand = world.strands.current()

    def over() -> None:
        env.set_timed_out()
        if strand is not None:
            world.strands.unwind(strand)

    return world.clock.after(seconds, over)


def _wait_in_virtual_time(patches: Patches, world: World) -> None:
    def wait(self: Any, timeout: float | None = None) -> Any:
        world.strands.park(self, timeout, lambda: not self._notify_event.is_set())
        self.spent = True
        return self._outcome

    def notify(self: Any, outcome: Any) -> None:
        tell(self, outcome)
        world.strands.wake(self)

    def wait_interval(self: Any, env: Any, wait_seconds: float) -> None:
        if wait_seconds > 0:
            world.strands.park(object(), wait_seconds)

    def sleep(seconds: float) -> None:
        if seconds > 0:
            world.strands.park(object(), seconds)

    patches.set(CallbackEndpoint, "wait", wait)
    tell = patches.set(CallbackEndpoint, "notify", notify)
    patches.set(WaitFunction, "_wait_interval", wait_interval)
    patches.set(retrier, "time", SimpleNamespace(sleep=sleep))
    patches.set(jitter, "random", world.chance)  # the seed decides the jitter too


def map_in_order(patches: Patches, world: World) -> None:
    """The items of a Map go one after the other, within the execution's own strand."""
    patches.set(inline_iteration_component, "threading", SimpleNamespace(Thread=_Inline))


def tokens_once(patches: Patches, world: World) -> None:
    """The second answer to a token, or one after its time, gets TaskTimedOut, as on AWS."""

    def notify(self: Any, callback_id: str, outcome: Any) -> bool:
        endpoint = self.get(callback_id)
        if endpoint is not None and (getattr(endpoint, "spent", False) or endpoint.get_outcome() is not None):
            raise TaskTimedOut("Task Timed Out: 'Provided task does not exist anymore'", "TaskTimedOut", 400)
        return bool(tell(self, callback_id, outcome))

    tell = patches.set(CallbackPoolManager, "notify", notify)


def caught_back(patches: Patches, world: World) -> None:
    """A Catch whose Next is the state itself goes back to it."""

    def set_next(self: Any, env: Any) -> None:
        caught = bool(env.stack) and isinstance(env.stack[-1], CatchOutcome)
        if not caught or env.next_state_name != self.name:
            go_on(self, env)

    go_on = patches.set(execute_state.ExecutionState, "_set_next", set_next)


def names(patches: Patches, world: World) -> None:
    """An execution without a name gets a number."""
    number = itertools.count(1)

    def start(self: Any, state_machine_arn: str, name: str | None = None, *rest: Any, **more: Any) -> Any:
        return begin(self, state_machine_arn, name or f"unnamed-{next(number)}", *rest, **more)

    begin = patches.set(StepFunctionsParserBackend, "start_execution", start)


_parsed = lru_cache(maxsize=16)(AmazonStateLanguageParser.parse)  # outlives a sandbox: a third of coming up


def kept(patches: Patches, world: World) -> None:
    """One client per service, one parse per definition and per path.

    A parsed program keeps nothing about an execution (retry counts stand in its environment).
    """
    make = boto_client.boto_client_for

    @cache
    def client(region: str, service: str) -> Any:
        return make(region, service)

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        return client(region, service)

    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("moto.stepfunctions") and hasattr(
            module, "boto_client_for"
        ):
            patches.set(module, "boto_client_for", client_for)

    for user in (parser_models, execution_worker):
        patches.set(user, "AmazonStateLanguageParser", SimpleNamespace(parse=_parsed))
    for reader in (json_path, result_path):
        patches.set(reader, "parse", cache(reader.parse))
