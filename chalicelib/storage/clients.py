"""Every AWS client of the process, made in one place: one retry policy, one place to inject faults.

Region, credentials and endpoint come from the environment (`AWS_ENDPOINT_URL` in the sandbox).
Whatever storage remembers within a process is `kept`, so that `forget` empties it all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

import boto3
from botocore.config import Config

T = TypeVar("T", bound=Callable[..., Any])

CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=3, read_timeout=20
)
# PynamoDB builds its parameters from typed models: checking them again would only cost time.
_UNCHECKED: Final = CONFIG.merge(Config(parameter_validation=False))

_lock: Final = threading.RLock()
_caches: Final[list[Callable[[], None]]] = []


def kept(function: T) -> T:
    """Keep the function's results for the life of the process, or until `forget`."""
    cached = cache(function)
    _caches.append(cached.cache_clear)
    return cached  # type: ignore[return-value]


def on_forget(clear: Callable[[], None]) -> None:
    """Have `forget` empty one more cache."""
    _caches.append(clear)


def forget() -> None:
    """Empty every cache of storage: clients, keys, roster, lake. For the sandbox and tests."""
    for clear in _caches:
        clear()


@cache  # not forgotten: it holds the parsed descriptions of the services, nothing of one deployment
def _session() -> boto3.session.Session:
    return boto3.session.Session()


@kept
def _made(service: str) -> Any:
    return _session().client(service, config=_UNCHECKED if service == "dynamodb" else CONFIG)


def client(service: str) -> Any:
    """The process's client of one AWS service; safe to share between threads."""
    with _lock:  # making a client is not thread-safe, using one is
        return _made(service)
