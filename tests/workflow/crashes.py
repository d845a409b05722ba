"""Kill a function at each of its calls to AWS: before the call, and after it took effect."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any

from botocore.client import BaseClient

from chalicelib.model import PersonRecord
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.workflow import crossed_actions
from tests.workflow.village import Recipient

NIGHT = os.environ.get("SWEEP") == "night"  # every pair, not a sample of them
MOST_POINTS = 20
READING = ("Get", "Query", "BatchGet", "Head", "List", "Scan", "Decrypt", "Describe")

SERVICES = ("dynamodb", "s3", "sqs", "sns", "stepfunctions", "kms", "secretsmanager")


class Died(BaseException):
    """The process is gone; nothing of it runs any more."""


class When(StrEnum):
    BEFORE = "before"
    AFTER = "after"


@contextmanager
def each_call(do: Callable[..., None], when: When = When.BEFORE) -> Iterator[None]:
    """Do something at each call of the project's own clients: `do("dynamodb.PutItem", parameters)`."""
    made, own = BaseClient._make_api_call, {id(clients.client(service)) for service in SERVICES}

    def call(self: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
        name = f"{self.meta.service_model.service_name}.{operation}"
        if when is When.BEFORE and id(self) in own:
            do(name, parameters)
        try:
            return made(self, operation, parameters)
        finally:  # a refusal is an answer, too
            if when is When.AFTER and id(self) in own:
                do(name, parameters)

    BaseClient._make_api_call = call
    try:
        yield
    finally:
        BaseClient._make_api_call = made


@contextmanager
def dying_at(number: int | None, when: When = When.BEFORE, *, writing: bool = False) -> Iterator[list[str]]:
    """Die at the n-th call, or the n-th that writes (None: at none); yields the names of those counted."""
    calls: list[str] = []

    def hook(name: str, asked: Mapping[str, Any]) -> None:
        crossed_actions.note(name, asked)
        if writing and not writes(name):
            return
        calls.append(name)
        if len(calls) == number:
            raise Died

    with each_call(hook, when):
        yield calls


def calls_of(work: Callable[[], object]) -> list[str]:
    """The calls to AWS that some work makes, in order."""
    with dying_at(None) as calls:
        work()
    return calls


def die_once_then_again(work: Callable[[], object], number: int, when: When) -> bool:
    """Die at one call, then do the work again as a redelivery would; whether it died at all."""
    died = False
    with dying_at(number, when):
        try:
            work()
        except Died:
            died = True
    work()
    work()  # a redelivery may come twice
    return died


def townsfolk(most: int = MOST_POINTS) -> list[Recipient]:
    """One person per crash point, one to whom nothing happens, and one before them all."""
    return [  # all below 80, in one tier
        Recipient(100 + n, phone=f"138{n:08d}", born=f"{1946 + n % 9}0307") for n in range(most + 2)
    ]


def writes(call: str) -> bool:
    """Whether a call ("dynamodb.PutItem") may leave something behind."""
    return not call.rsplit(".", 1)[1].startswith(READING)


def points_of(calls: list[str]) -> list[tuple[int, When]]:
    """Where a death leaves something else behind: before each call that writes, and after the last one.

    What was only read is lost with the process; so after one writing call is before the next.
    """
    writing = [n for n, call in enumerate(calls, 1) if writes(call)]
    return [*((number, When.BEFORE) for number in writing), (writing[-1], When.AFTER)]


def sweep(
    work_on: Callable[[Recipient], Callable[[], object]],
    end_of: Callable[[Recipient], Any],
    accepted: Callable[[Any, Any], bool],
    folk: list[Recipient],
) -> int:
    """Die at every point; compare each end with that of the person nobody disturbed."""
    undisturbed, warm, folk = folk[-1], folk[-2], folk[:-2]
    work_on(warm)()  # keys and rosters are cached from here on, as in a process that lives
    calls = calls_of(work_on(undisturbed))
    points = points_of(calls)
    assert len(points) <= len(folk)
    expected = end_of(undisturbed)
    assert accepted(expected, expected)
    for (number, when), recipient in zip(points, folk, strict=False):
        assert die_once_then_again(work_on(recipient), number, when), (number, when)
        end = end_of(recipient)
        assert accepted(end, expected), (
            f"died {when} call {number} ({calls[number - 1]}): {end} != {expected}"
        )
    return len(points)


def outline(record: PersonRecord) -> dict[str, Any]:
    """What must be the same for everybody, whoever they are."""
    return {
        "entitlements": [(e.benefit, e.status, e.valid_until, e.stopped_from) for e in record.entitlements],
        "evidence": [str(e.key) for e in record.evidence],
        "messages": sorted((m.template, m.state) for m in record.messages),  # by id they stand anyhow
        "instructions": [(i.name, i.fen, i.state) for i in record.instructions],
        "cases": [(c.due, c.state, c.generation) for c in record.cases],
        "chain": not findings_about(record.person.id),
    }


def end_of_record(recipient: Recipient) -> dict[str, Any]:
    return outline(people.find(recipient.number))


Work = Callable[[], object]


def in_pairs(
    work_on: Callable[[Recipient], Work],
    accepted: Callable[[dict[str, Any]], bool],
    folk: list[Recipient],
    end_of: Callable[[Recipient], dict[str, Any]] = end_of_record,
    every: int = 1,
) -> int:
    """Die at one writing call, and the one who goes on at every writing call of theirs: how many pairs.

    `every`: of so many pairs one is tried, and all of them in the night (`make sweep`).
    """
    every = 1 if NIGHT else every
    work_on(folk.pop())()
    with dying_at(None) as calls:
        work_on(folk.pop())()
    pairs = 0
    for first, (number, when) in enumerate(points_of(calls)):
        second = 1 + first % every
        while True:
            recipient = folk.pop()
            work = work_on(recipient)
            with dying_at(number, when), suppress(Died):
                work()
            with dying_at(second, writing=True) as seen:
                try:
                    work()
                except Died:
                    died = True
                else:
                    died = False
            work()
            work()
            found = end_of(recipient)
            assert accepted(found), f"died {when} {number}, then at write {second} ({seen[-1:]}): {found}"
            if not died:
                break
            pairs, second = pairs + 1, second + every
    return pairs


def same(end: Any, expected: Any) -> bool:
    return bool(end == expected)
