"""云服务客户端 · Every AWS client of the process, made in one place: its patience, its tries, and what its
failures mean.

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
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    MetadataRetrievalError,
)
from botocore.exceptions import ConnectionError as BotocoreConnectionError

T = TypeVar("T", bound=Callable[..., Any])

# A call gives up before the function that makes it does: `longest_call` is below the 29 s of the API.
CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=6
)
# PynamoDB builds its parameters from typed models: checking them again would only cost time.
_UNCHECKED: Final = CONFIG.merge(Config(parameter_validation=False))
# SNS has no token by which it would know a message again: what is tried twice is told twice.
_ONCE: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=2, read_timeout=20
)
_CONFIGS: Final = {"dynamodb": _UNCHECKED, "sns": _ONCE}
_LONGEST_PAUSES: Final = (1, 2, 4)  # seconds before each further try, in the standard mode of retries

# What S3 answers where nothing stands under a key, or something else than was expected.
GONE: Final = frozenset({"NoSuchKey", "404", "NotFound"})
UNCHANGED: Final = frozenset({"304", "NotModified"})
CHANGED: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_THROTTLED: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "ExecutionLimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_FAILURES_OF_AWS: Final = 500  # and every status above
_ON_THE_WAY: Final = (
    HTTPClientError,
    IncompleteReadError,
)  # the request may have arrived, or half the answer
_NO_WAY_THERE: Final = (BotocoreConnectionError, CredentialRetrievalError, MetadataRetrievalError)

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
    return _session().client(service, config=config_of(service))


def config_of(service: str) -> Config:
    """How long calls of a service wait for it, and how often they try."""
    return _CONFIGS.get(service, CONFIG)


def longest_call(service: str) -> float:
    """After how many seconds a call has failed at the latest if the service says nothing at all."""
    config: Any = config_of(service)
    tries = config.retries["total_max_attempts"]
    return float(tries * (config.connect_timeout + config.read_timeout) + sum(_LONGEST_PAUSES[: tries - 1]))


def client(service: str) -> Any:
    """The process's client of one AWS service; safe to share between threads."""
    with _lock:  # making a client is not thread-safe, using one is
        return _made(service)


# --- what failures mean --------------------------------------------------------------------------


def is_out_of_reach(error: BaseException) -> bool:
    """Whether AWS could not be asked now, or had too much to do: the same call may succeed later.

    Also where PynamoDB or we have wrapped what botocore said.
    """
    said = _as_botocore_said(error)
    if isinstance(said, ClientError):
        return bool(_codes(said) & _THROTTLED) or _status(said) >= _FAILURES_OF_AWS
    return isinstance(said, (*_ON_THE_WAY, *_NO_WAY_THERE))


def never_arrived(error: BaseException) -> bool:
    """Whether a call that was tried once has certainly changed nothing: refused, or never sent."""
    said = _as_botocore_said(error)
    if isinstance(said, ClientError):
        return 400 <= _status(said) < _FAILURES_OF_AWS
    return said is not None and not isinstance(said, _ON_THE_WAY)


def code_of(error: BaseException) -> str | None:
    """AWS's own word for a refusal, also where PynamoDB has wrapped it; None where AWS said nothing.

    PynamoDB's `cause_response_code` raises AttributeError for a timeout, whose `response` is None.
    """
    said = _as_botocore_said(error)
    return _code(said) if isinstance(said, ClientError) else None


def _as_botocore_said(error: BaseException | None) -> BaseException | None:
    """The botocore error that this one is or was made of; None if there is none.

    The innermost: PynamoDB makes a ClientError of its own that has lost the status.
    """
    found = None
    while error is not None:
        if isinstance(error, (BotoCoreError, ClientError)):
            found = error
        error = getattr(error, "cause", None) or error.__cause__
    return found


def _codes(error: ClientError) -> set[str]:
    """Why a call was refused; of a transaction also why each of its items was."""
    reasons: Any = error.response.get("CancellationReasons", ())
    return {_code(error), *(str(reason.get("Code", "")) for reason in reasons)}


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
