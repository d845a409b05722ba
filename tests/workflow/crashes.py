"""Kill a function at its n-th call to AWS: before the call, or after it took effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from chalicelib.storage import clients

SERVICES = ("dynamodb", "s3", "sqs", "sns", "stepfunctions", "kms", "secretsmanager")


class Died(BaseException):
    """The process is gone; nothing of it runs any more."""


class When(StrEnum):
    BEFORE = "before-send"
    AFTER = "after-call"


@contextmanager
def dying_at(number: int | None, when: When = When.BEFORE) -> Iterator[list[str]]:
    """Die at the n-th call (None: at none); yields the names of the calls that were made."""
    calls: list[str] = []

    def hook(event_name: str, **_: Any) -> None:
        calls.append(event_name)
        if len(calls) == number:
            raise Died

    for service in SERVICES:
        clients.client(service).meta.events.register_first(f"{when}.{service}", hook)
    try:
        yield calls
    finally:
        for service in SERVICES:
            clients.client(service).meta.events.unregister(f"{when}.{service}", hook)


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
