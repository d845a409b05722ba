"""The sandbox with chance in it: handlers take turns at every call to AWS, and calls fail as they can fail.

Every handler runs in a strand of the sandbox's own (`execution_threads`), one at a time. Before a call it may
give way; chance says who goes on. So one seed gives one run, call by call, whatever the machine is.

A call that is disturbed goes the long way through botocore, so that its retries are the real ones; all
others go the short way.
"""

from __future__ import annotations

import functools
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ConnectTimeoutError

from chalicelib.storage import clients
from sandbox.kernel import Sandbox
from sandbox.kernel.clock import Clock, Timer
from sandbox.kernel.execution_threads import Strands, Unwound
from sandbox.kernel.fair_lock import Turns
from sandbox.kernel.functions import Functions
from sandbox.kernel.pollers import Poller
from sandbox.kernel.resource_makers import ACCOUNT, Mapped, Scheduled
from sandbox.shortcut import short_way
from tests.storage.faults import lost_ack
from tests.workflow.crashes import SERVICES, Died
from tests.workflow.village import HOUSEKEEPING

GIVES_WAY: Final = 0.25  # of the calls before which others may go on
OFTENER: Final = {"sns.Publish": 10}  # one call of a hundred, and the one that nobody can take back
STALE_FOR: Final = timedelta(seconds=2)  # DynamoDB's copies agree within one, as a rule
_WHERE_STALE: Final = 10  # times as often: few reads are at half the price, and fewer come twice in a moment
_READS: Final = ("dynamodb.GetItem", "dynamodb.Query")
_TRIES: Final = (1, 2, 3)  # of one call's tries, how many are disturbed: botocore tries three times
_LONG_WAY: Final = BaseClient._make_api_call
_DIED: Final = json.dumps({"errorType": "Runtime.ExitError", "errorMessage": "the process is gone"})


class Fault(StrEnum):
    """What can become of a call, or of a handler."""

    REQUEST_LOST = "request lost"
    ANSWER_LOST = "acknowledgement lost"  # done, and the caller sees a 500
    THROTTLED = "throttled"
    DIES_BEFORE = "dies before the call"
    DIES_AFTER = "dies after the call"
    IN_PART = "a batch taken in part"
    STALE = "a stale read"
    UNHEARD = "done, and nobody hears"  # of a handler: whoever called it calls again
    TWICE = "delivered twice"


ANY_CALL: Final = (
    Fault.REQUEST_LOST,
    Fault.ANSWER_LOST,
    Fault.THROTTLED,
    Fault.DIES_BEFORE,
    Fault.DIES_AFTER,
)


_GOT_OVER: Final = (Fault.REQUEST_LOST, Fault.ANSWER_LOST)


class Baton(Strands):
    """Strands of which chance says who goes on."""

    def __init__(self, clock: Clock, turns: Turns, chance: random.Random) -> None:
        super().__init__(clock, turns)
        self._chance = chance

    @property
    def ready(self) -> int:
        """How many could go on."""
        return len(self._ready)

    def run_one(self) -> bool:
        """Give the word to any one that is ready."""
        with self._guard:
            if len(self._ready) > 1:
                self._ready.rotate(self._chance.randrange(len(self._ready)))
        return super().run_one()

    def give_way(self) -> None:
        """Let others go on, inside a strand, until chance comes back to it."""
        strand = self._mine()
        with self._guard:
            self._ready.append(strand)
        self._back.release()
        strand.word.acquire()
        if strand.unwinding:
            raise Unwound


@dataclass(frozen=True, slots=True)
class Courier(Poller):
    """Hands a batch over in a strand of its own, now and then twice."""

    machine: FaultySandbox

    def _hand_over(self, messages: list[dict[str, Any]]) -> None:
        for _ in range(2 if self.machine.comes(Fault.TWICE, self.function) else 1):
            self.machine.strands.begin(lambda: Poller._hand_over(self, messages), self.function)


@dataclass
class Faults:
    """What chance does to calls: how often, and what it has done."""

    chance: random.Random
    rate: float = 0.0  # of calls; 0 while nothing fails
    done: Counter[Fault] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)

    def draw(self, kinds: tuple[Fault, ...], times: int = 1) -> Fault | None:
        """What becomes of the next call; None for most. `times`: how much more often it fails than others."""
        if not self.rate or self.chance.random() >= self.rate * times:
            return None
        return self.chance.choice(kinds)

    def note(self, fault: Fault, what: str, when: datetime) -> None:
        """Count a fault, and keep what it did to whom."""
        self.done[fault] += 1
        self.trace.append(f"{when:%m-%d %H:%M:%S} {fault}: {what}")


class FaultySandbox(Sandbox):
    """A sandbox whose handlers run side by side and whose calls fail; nothing fails until `rate` is set.

    `fatal`: the share of faults that may be a handler's last; all others the client's next try gets over.
    Everything else is for the sandbox below.
    """

    def __init__(self, seed: int, start: datetime, *, fatal: float = 1.0, **below: Any) -> None:
        super().__init__(start=start, **{"seed": 1, "schedules": HOUSEKEEPING, **below})
        self._fatal: Final = fatal
        self.number: Final = seed
        chance = random.Random(f"faults {seed}")
        self.faults: Final = Faults(chance)
        self.calls: Counter[str] = Counter()
        self._seen: dict[str, tuple[datetime, Any]] = {}
        self._baton: Final = Baton(self.clock, self.turns, chance)
        self.strands = self._baton  # type: ignore[misc]  # which the kernel makes for itself

    def _start(self) -> None:
        with ExitStack() as leave:
            leave.enter_context(_chance_alone(self.number))
            leave.enter_context(_locks_of_their_own())
            leave.enter_context(self._outcomes())
            super()._start()
            self._leave.enter_context(short_way(ACCOUNT))
            self._leave.enter_context(self._disturbed())
            self._leave.push(leave.pop_all())

    # ---- whose turn it is ----

    def _poller(self, mapped: Mapped) -> Poller:
        poller = super()._poller(mapped)
        return Courier(*(getattr(poller, name) for name in Poller.__dataclass_fields__), machine=self)

    def _step(self) -> bool:
        """Any execution, handler or queue that can go on."""
        busy = [poller for poller in self._pollers if poller.has_work()]
        chance = self.faults.chance
        if busy and (not self._baton.ready or chance.random() < GIVES_WAY):
            poller = chance.choice(busy)
            if self.faults.rate:
                chance.shuffle(poller.queue._messages)
            poller.poll()
            return True
        return self._baton.run_one()

    def _do(self, timer: Timer) -> None:
        timer.act()  # begins a strand, or wakes one: nothing happens in it at once

    def _call(self, scheduled: Scheduled, event: str, retries: tuple[int, ...]) -> None:
        self._baton.begin(lambda: Sandbox._call(self, scheduled, event, retries), scheduled.rule)

    def give_way(self) -> None:
        """Let others go on; whoever acts next acts in its own name."""
        if self._baton.current() is None:
            return
        acting = self.judge._acting
        mine = acting[:]
        acting.clear()
        try:
            self._baton.give_way()
        finally:
            acting[:] = mine

    # ---- what becomes of it ----

    def comes(self, fault: Fault, whom: str) -> bool:
        """Whether a fault befalls a handler now; noted if it does."""
        if self.faults.draw((fault,)) is None:
            return False
        self.faults.note(fault, whom, self.now())
        return True

    @contextmanager
    def _outcomes(self) -> Iterator[None]:
        """A handler may die; and what it has done may not be heard."""
        invoke = Functions.invoke

        def invoked(functions: Functions, name: str, event: str) -> tuple[str, bool]:
            try:
                said, raised = invoke(functions, name, event)
            except Died:
                return _DIED, True
            if not raised and self._baton.current() is not None and self.comes(Fault.UNHEARD, name):
                return _DIED, True
            return said, raised

        Functions.invoke = invoked  # type: ignore[method-assign]
        try:
            yield
        finally:
            Functions.invoke = invoke  # type: ignore[method-assign]

    @contextmanager
    def _disturbed(self) -> Iterator[None]:
        """Chance at every call that the project's own clients make in a strand."""
        way = BaseClient._make_api_call
        own = {id(clients.client(service)) for service in SERVICES}

        def call(client: Any, operation: str, asked: Mapping[str, Any]) -> Any:
            if id(client) not in own or self._baton.current() is None:
                return way(client, operation, asked)
            if self.faults.chance.random() < GIVES_WAY:
                self.give_way()
            return self._befalls(partial_way(way, client, operation, asked), client, operation, asked)

        BaseClient._make_api_call = call
        try:
            yield
        finally:
            BaseClient._make_api_call = way

    def _befalls(self, way: Callable[[], Any], client: Any, operation: str, asked: Mapping[str, Any]) -> Any:
        name = f"{client.meta.service_model.service_name}.{operation}"
        self.calls[name] += 1
        possible = self._possible(name, asked)
        oftener = _WHERE_STALE if Fault.STALE in possible else OFTENER.get(name, 1)
        fault = self.faults.draw(possible, oftener)
        if fault is None:
            return self._remembered(name, asked, way())
        if self._fatal < 1 and self.faults.chance.random() >= self._fatal:
            fault, tries = self.faults.chance.choice(_GOT_OVER), self.faults.chance.choice(_TRIES[:-1])
        else:
            tries = self.faults.chance.choice(_TRIES)
        self.faults.note(fault, f"{name} x{tries}", self.now())
        match fault:
            case Fault.DIES_BEFORE:
                raise Died
            case Fault.DIES_AFTER:
                way()
                raise Died
            case Fault.THROTTLED:
                raise _throttled(client, operation)
            case Fault.IN_PART:
                if all(_size(some) == 1 for some in asked["RequestItems"].values()):
                    raise _throttled(client, operation)  # none of it taken is an error, says DynamoDB
                return _in_part(way, asked)
            case Fault.STALE:
                return self._seen[_key(name, asked)][1]
            case Fault.REQUEST_LOST:
                return _tried(client, operation, asked, tries, _unreachable)
            case _:
                return _tried(client, operation, asked, tries, lost_ack)

    def _possible(self, name: str, asked: Mapping[str, Any]) -> tuple[Fault, ...]:
        if name in ("dynamodb.BatchWriteItem", "dynamodb.BatchGetItem"):
            return (*ANY_CALL, Fault.IN_PART)
        key = _key(name, asked) if _may_be_stale(name, asked) else ""
        if key and key in self._seen and self.now() - self._seen[key][0] <= STALE_FOR:
            return (Fault.STALE,)
        return ANY_CALL

    def _remembered(self, name: str, asked: Mapping[str, Any], answer: Any) -> Any:
        """The answer, kept as what the same read at half the price may still see within a moment."""
        if self.faults.rate and name in _READS:
            key = _key(name, asked)
            if key not in self._seen or self.now() - self._seen[key][0] > STALE_FOR:
                self._seen[key] = (self.now(), answer)
        return answer


def partial_way(
    way: Callable[..., Any], client: Any, operation: str, asked: Mapping[str, Any]
) -> Callable[[], Any]:
    """The call as it would have been made."""
    return lambda: way(client, operation, asked)


def _in_part(way: Callable[[], Any], asked: Mapping[str, Any]) -> Any:
    """The first write, or key, of each table is not taken; the caller is told so."""
    items, whole = asked["RequestItems"], dict(asked["RequestItems"])
    rest = {table: _cut(some, slice(1, None)) for table, some in whole.items() if _size(some) > 1}
    told = "UnprocessedKeys" if any("Keys" in some for some in whole.values()) else "UnprocessedItems"
    left = {table: _cut(some, slice(1)) for table, some in whole.items()}
    items.clear()
    items.update(rest)
    try:
        return {**way(), told: left}
    finally:
        items.clear()
        items.update(whole)


def _cut(some: Any, part: slice) -> Any:
    """Part of what is asked of one table: of the keys to read, or of the writes."""
    return {**some, "Keys": some["Keys"][part]} if isinstance(some, dict) else some[part]


def _size(some: Any) -> int:
    return len(some["Keys"] if isinstance(some, dict) else some)


def _key(name: str, asked: Mapping[str, Any]) -> str:
    same = {word: said for word, said in asked.items() if word != "ConsistentRead"}
    return f"{name} {json.dumps(same, sort_keys=True, default=str)}"


def _may_be_stale(name: str, asked: Mapping[str, Any]) -> bool:
    return name in _READS and not asked.get("ConsistentRead")


def _throttled(client: Any, operation: str) -> Exception:
    code = "SlowDown" if client.meta.service_model.service_name == "s3" else "ThrottlingException"
    response = {
        "Error": {"Code": code, "Message": "too much at once"},
        "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 2},
    }
    error: Exception = client.exceptions.from_code(code)(response, operation)
    return error


def _unreachable(request: Any) -> None:
    raise ConnectTimeoutError(endpoint_url=request.url)


def _tried(
    client: Any,
    operation: str,
    asked: Mapping[str, Any],
    tries: int,
    fault: Callable[[Any], AWSResponse | None],
) -> Any:
    """The call, the long way, with a fault at its first tries."""
    left = [tries]

    def hook(request: Any, **_: Any) -> AWSResponse | None:
        left[0] -= 1
        return fault(request) if left[0] >= 0 else None

    events, name = client.meta.events, f"before-send.{client.meta.service_model.service_name}.{operation}"
    events.register_first(name, hook)
    try:
        return _LONG_WAY(client, operation, asked)
    finally:
        events.unregister(name, hook)


@contextmanager
def _chance_alone(seed: int) -> Iterator[None]:
    """Nothing in a run is as the machine has it: no sleep, and every token is drawn by the seed."""
    sleep, token, chance = time.sleep, uuid.uuid4, random.Random(f"tokens {seed}")
    time.sleep = lambda _: None
    uuid.uuid4 = lambda: uuid.UUID(int=chance.getrandbits(128), version=4)
    try:
        yield
    finally:
        time.sleep, uuid.uuid4 = sleep, token


@contextmanager
def _locks_of_their_own() -> Iterator[None]:
    """Handlers are processes: none waits for a property that another one is reading.

    Python 3.11 holds one lock for all instances while it reads (`functools.cached_property`); 3.12 has none.
    """
    read = functools.cached_property.__get__

    def get(self: Any, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        kept = instance.__dict__
        if self.attrname not in kept:
            kept[self.attrname] = self.func(instance)
        return kept[self.attrname]

    functools.cached_property.__get__ = get  # type: ignore[method-assign]
    try:
        yield
    finally:
        functools.cached_property.__get__ = read  # type: ignore[method-assign]
