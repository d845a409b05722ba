"""Starts the platform from the project's own template, and drives it."""

from __future__ import annotations

import importlib
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Final, Self

import boto3
import botocore.session
from chalice.app import Chalice
from moto import mock_aws
from moto.moto_api._internal import mock_random
from moto.sqs.models import sqs_backends

import chalicelib.clock
from chalicelib.cron import next_after
from chalicelib.settings import Settings, settings
from infra.template import ROOT
from sandbox.kernel import repairs
from sandbox.kernel.clock import Clock, Order, Timer
from sandbox.kernel.events import given_up, scheduled_event
from sandbox.kernel.execution_threads import Strands
from sandbox.kernel.fair_lock import Turns
from sandbox.kernel.functions import Failure, Function, Functions
from sandbox.kernel.pollers import Poller
from sandbox.kernel.resolver import Resolver
from sandbox.kernel.resource_makers import ACCOUNT, PARTITION, REGION, Makers, Mapped, Resources, Scheduled
from sandbox.kernel.snapshots import made_once
from sandbox.kernel.template import deployed_template
from sandbox.rights import Judge, RightsError, rights_of
from sandbox.rights.judge import USED, unjudged
from sandbox.rights.places import places_of, policy_files
from sandbox.rights.remembered import REMEMBERED, judged
from sandbox.tokens import YEAR_LONG

STACK: Final = "wugan"
_MANY: Final = "1000000"
_STEPS: Final = 2_000_000  # at one instant; a year of a town stays far below
_RETRIES: Final = (60, 120)  # seconds after which Lambda calls an asynchronous function again
_PSEUDO: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": PARTITION,
    "AWS::Region": REGION,
    "AWS::StackName": STACK,
    "AWS::StackId": f"arn:{PARTITION}:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/sandbox",
    "AWS::URLSuffix": "amazonaws.com.cn",
}


class RunawayError(RuntimeError):
    """So much happened at one instant that something must be calling itself for ever."""


class Sandbox:
    """One running platform; a context manager. Several may follow each other in one process.

    project: the folder with .chalice, infra and app.py. app: the module to run, by name or itself.
    parameters: values of the template's parameters. schedules: when scheduled functions run instead, by
    logical id. seed: decides secrets, jitter and message ids.
    """

    def __init__(
        self,
        project: Path = ROOT,
        app: str | ModuleType = "app",
        *,
        pack: str = "bozhou",
        start: date | datetime = date(2026, 1, 1),
        seed: int = 0,
        parameters: Mapping[str, str] | None = None,
        schedules: Mapping[str, str] | None = None,
        statemachines: Path | None = None,
        without_repairs: Collection[str] = (),
    ) -> None:
        self.project: Final = project
        self.seed: Final = seed
        self.clock: Final = Clock(start)
        self.turns: Final = Turns()
        self.strands: Final = Strands(self.clock, self.turns)
        self._app_name = app
        # A town's lake is one bucket: a city's thousand would be tidied for nothing every night. And whoever
        # holds a token keeps it while the clock jumps over a year, and asks all day in an instant of it.
        self._parameters = {
            "Pack": pack,
            "LakeCharacters": "0",
            "ShardCharacters": "0",
            "AccountsRequired": "false",  # whoever tries it out has a token by one command, and no account
            "TokenLongestSeconds": str(int(YEAR_LONG.total_seconds())),
            "CallerRequestsPerMinute": _MANY,
            "AppRequestsPerMinute": _MANY,
            **(parameters or {}),
        }
        self._schedules = dict(schedules or {})
        self._statemachines = statemachines
        self._without = without_repairs
        self._leave = ExitStack()
        self._acting = False
        self._pollers: list[Poller] = []
        self.client: Callable[[str], Any] = cache(self._own_client)

    # ---- coming up and going down ----

    def __enter__(self) -> Self:
        with self._leave:  # if coming up fails, what is up goes down again
            self._start()
            self._leave = self._leave.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        denied = self.judge.take_denied()
        self._leave.close()
        if denied and error is None:
            raise RightsError("\n".join(denied))

    def _start(self) -> None:
        self._set_environment(
            {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}, ("AWS_ENDPOINT_URL", "AWS_PROFILE")
        )
        mock = mock_aws(config={"stepfunctions": {"execute_state_machine": True}})
        mock.start()
        self._leave.callback(mock.stop)
        mock_random.seed(self.seed)
        core = botocore.session.Session()
        core.register_component("data_loader", _service_models())
        self._session = boto3.Session(botocore_session=core, region_name=REGION)
        self.module: ModuleType = self._import_app()
        self.app: Chalice = self.module.app
        self.functions = Functions(self.module, self.clock)
        jitter = random.Random(f"{self.seed} jitter")
        world = repairs.World(self.clock, self.strands, self.turns, jitter, self.functions.invoke)
        patches = repairs.install(world, self._without)
        self._leave.callback(patches.undo)
        self._leave.callback(self.strands.close)
        made = self._resources()
        self.names: Mapping[str, str] = made.names
        self.machines: Mapping[str, str] = made.machines
        for function in made.functions:
            self.functions.add(function)
        used = USED if self._app_name == "app" else None
        self.judge = Judge(made.rights, made.places, policy_files(self.project), used)
        self.functions.judge = self.judge
        self._leave.enter_context(self.judge.judging())
        for one in REMEMBERED:
            patches.set(one.owner, one.name, judged(one, self.judge))
        scheduled = list(map(self._chosen, made.schedules))
        if unknown := self._schedules.keys() - {self._called(one).logical_id for one in scheduled}:
            raise KeyError(f"no schedule calls {', '.join(sorted(unknown))}")
        told = {self._called(one).handler.removeprefix("app."): one.expression for one in scheduled}
        self.environment: Mapping[str, str] = {**made.environment, "WUGAN_SCHEDULES": json.dumps(told)}
        self._set_environment(self.environment)
        _forget()
        self._leave.callback(_forget)
        chalicelib.clock.set_source(self.clock.now)
        self._leave.callback(chalicelib.clock.set_source, None)
        self._sqs = self._new_client("sqs")  # judged: for Lambda polls as the function that it calls
        self._pollers = list(map(self._poller, made.mappings))
        self._failed = made.failed
        for due in scheduled:
            self._arm(due)

    def _resources(self) -> Resources:
        """The template's resources; those of the project's own template are made once in a process."""
        if self._app_name != "app" or self._statemachines is not None:
            return self._make_resources()
        kind = (self.project, self.seed, self.now(), tuple(sorted(self._parameters.items())))
        return made_once(kind, self._make_resources)

    def _make_resources(self) -> Resources:
        template = deployed_template(self.app, self.project, self._statemachines)
        makers = Makers(self.client, STACK, random.Random(f"{self.seed} secrets"))
        resolver = Resolver(template, makers.by_type(), _PSEUDO, self._parameters)
        made = resolver.make_all()
        return Resources(
            names={name: one.ref for name, one in made.items()},
            machines=makers.machines,
            functions=makers.functions,
            environment=makers.environment,
            mappings=makers.mappings,
            schedules=makers.schedules,
            failed=makers.failed,
            rights=rights_of(template, resolver.resolve, resolver.holds),
            places=places_of(template, resolver.resolve, made, _PSEUDO),
        )

    def _called(self, scheduled: Scheduled) -> Function:
        return self.functions.named(scheduled.function_arn)

    def _chosen(self, scheduled: Scheduled) -> Scheduled:
        chosen = self._schedules.get(self._called(scheduled).logical_id, scheduled.expression)
        return replace(scheduled, expression=chosen)

    def _import_app(self) -> ModuleType:
        if isinstance(self._app_name, ModuleType):
            return self._app_name
        folder = str(self.project)
        if folder not in sys.path:
            sys.path.insert(0, folder)
            self._leave.callback(sys.path.remove, folder)
        return importlib.import_module(self._app_name)

    def _set_environment(self, values: Mapping[str, str], without: Collection[str] = ()) -> None:
        saved = dict(os.environ)

        def restore() -> None:
            os.environ.clear()
            os.environ.update(saved)

        self._leave.callback(restore)
        for name in without:
            os.environ.pop(name, None)
        os.environ.update(values)

    def _new_client(self, service: str) -> Any:
        return self._session.client(service)

    def _own_client(self, service: str) -> Any:
        """A client of the town's and of tests: nobody judges what they ask, whatever runs meanwhile."""
        return unjudged(self._new_client(service))

    def _poller(self, mapped: Mapped) -> Poller:
        queue = sqs_backends[ACCOUNT][REGION].queues[mapped.queue_arn.rsplit(":", 1)[-1]]
        url = self.client("sqs").get_queue_url(QueueName=queue.name)["QueueUrl"]
        function = self.functions.named(mapped.function).logical_id
        acting: Callable[[], AbstractContextManager[None]] = partial(self.judge.acting, function)
        with acting():  # as often as it polls, Lambda asks how many wait
            self.judge.needs("sqs:GetQueueAttributes", mapped.queue_arn)
        return Poller(
            queue,
            url,
            mapped.queue_arn,
            mapped.function,
            mapped.batch,
            mapped.partial,
            self._sqs,
            self.functions.invoke,
            acting,
        )

    # ---- what there is ----

    @property
    def settings(self) -> Settings:
        """The settings that the functions see."""
        return settings()

    @property
    def last_errors(self) -> list[Failure]:
        """What functions raised, in order."""
        return self.functions.failures

    @property
    def invocations(self) -> Counter[str]:
        """How often each function was called, by logical id."""
        return self.functions.invocations

    def now(self) -> datetime:
        """This instant of virtual time, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The civil date in China."""
        return chalicelib.clock.civil_date(self.clock.now())

    def executions(self, machine: str, status: str | None = None) -> list[dict[str, Any]]:
        """The executions of a state machine, by its logical id, oldest first."""
        wanted = {"stateMachineArn": self.machines[machine], **({"statusFilter": status} if status else {})}
        pages = self.client("stepfunctions").get_paginator("list_executions").paginate(**wanted)
        return [one for page in pages for one in page["executions"]][::-1]

    # ---- letting things happen ----

    def run_until_quiet(self) -> None:
        """Let everything happen that can happen at this instant. Raises RunawayError."""
        for _ in range(_STEPS):
            with self.turns.turn():
                if not self._step():
                    return
        raise RunawayError(f"still busy after {_STEPS} steps at {self.now().isoformat()}")

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Let that much virtual time pass, and everything happen that falls into it."""
        self.advance_to(self.now() + timedelta(days=days, hours=hours, seconds=seconds))

    def advance_to(self, instant: datetime) -> None:
        """Let time pass up to and including an instant; quiet when it returns."""
        if self._acting:
            raise RuntimeError("what people do takes no time: let them act again later with at()")
        steps = 0
        while True:
            with self.turns.turn():  # one turn per step: requests are answered in between
                if self._step():
                    steps += 1
                    if steps > _STEPS:
                        raise RunawayError(f"still busy after {_STEPS} steps at {self.now().isoformat()}")
                    continue
                steps = 0
                due = self._next_due()
                if due is None or due > instant:
                    self.clock.move(max(instant, self.now()))
                    return
                self.clock.move(max(due, self.now()))
                timer = self.clock.pop_due()
                if timer is not None:
                    self._do(timer)

    def at(self, instant: datetime, act: Callable[[], object]) -> Timer:
        """Have a townsperson act at an instant of virtual time."""
        return self.clock.at(instant, act)

    def invoke(self, function: str, event: Any = None) -> Any:
        """Call a function now, by its logical id, as an operator would by hand; quiet afterwards.

        Raises what the function raised.
        """
        with self.turns.turn():
            result, raised = self.functions.invoke(function, json.dumps({} if event is None else event))
        if raised:
            raise self.last_errors[-1].error
        self.run_until_quiet()
        return json.loads(result)

    def _step(self) -> bool:
        """Run one execution until it waits, or hand over one batch of messages; False if all is quiet."""
        return self.strands.run_one() or any(poller.poll() for poller in self._pollers)

    def _next_due(self) -> datetime | None:
        candidates = [self.clock.next_due(), *(poller.next_visible() for poller in self._pollers)]
        return min((one for one in candidates if one is not None), default=None)

    def _do(self, timer: Timer) -> None:
        self._acting = True
        try:
            timer.act()
        finally:
            self._acting = False

    def _arm(self, scheduled: Scheduled) -> None:
        due = next_after(scheduled.expression, self.now())

        def fire() -> None:
            self._arm(scheduled)
            self._call(scheduled, scheduled_event(f"{STACK}-{scheduled.rule}", due), _RETRIES)

        self.clock.at(due, fire, Order.SCHEDULE)

    def _call(self, scheduled: Scheduled, event: str, retries: tuple[int, ...]) -> None:
        said, raised = self.functions.invoke(scheduled.function_arn, event)
        if raised and retries:
            again = retries[1:]
            self.clock.after(retries[0], lambda: self._call(scheduled, event, again), Order.SCHEDULE)
        elif raised:
            self._give_up(scheduled, event, said)

    def _give_up(self, scheduled: Scheduled, event: str, said: str) -> None:
        """Lambda sends what has failed for good where the function's configuration says, under its role."""
        function = self._called(scheduled)
        if function.name not in self._failed:
            return
        told = given_up(function, event, said, self.now(), tries=len(_RETRIES) + 1)
        url = self.client("sqs").get_queue_url(QueueName=self._failed[function.name].rsplit(":", 1)[-1])
        with self.judge.acting(function.logical_id):
            self._sqs.send_message(QueueUrl=url["QueueUrl"], MessageBody=told)


@cache
def _service_models() -> Any:
    """Botocore's reader of service models, kept: reading them again takes half of coming up."""
    return botocore.session.Session().get_component("data_loader")


def _forget() -> None:
    """Empty the project's caches: settings, and whatever storage keeps."""
    settings.cache_clear()
    clients = sys.modules.get("chalicelib.storage.clients")
    if clients is not None:
        clients.forget()
