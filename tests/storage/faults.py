"""Faults at the one place where every AWS client is made: botocore's hook before a request is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError

from chalicelib.storage import clients


class Crash(BaseException):
    """The process dies at this call."""


class _Answer:
    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def lost_ack(request: Any) -> AWSResponse:
    """The service does what it is asked (botocore goes on to moto), but the caller sees a 500."""
    return AWSResponse(request.url, 500, {}, _Answer())


def unreachable(request: Any) -> None:
    raise ConnectTimeoutError(endpoint_url=request.url)


def crash(request: Any) -> None:
    raise Crash


@contextmanager
def at_call(
    service: str, operation: str, fault: Callable[[Any], Any], *, calls: set[int] | None = None
) -> Iterator[list[int]]:
    """Apply a fault to some calls of an operation (1, 2, …; all without `calls`); yields those seen."""
    seen: list[int] = []

    def hook(request: Any, **_: Any) -> Any:
        seen.append(len(seen) + 1)
        return fault(request) if calls is None or seen[-1] in calls else None

    events = clients.client(service).meta.events
    name = f"before-send.{service}.{operation}"
    events.register_first(name, hook)
    try:
        yield seen
    finally:
        events.unregister(name, hook)
