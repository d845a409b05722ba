"""内存云 · AWS behind botocore, in memory: it answers, and counts calls, units and bytes, its own CPU apart.

botocore writes, signs and parses as ever; what would go out (`before-send`) is answered here. Tables keep
and condition as DynamoDB does, pages end at 1 MB; buckets keep, list and condition; keys, secrets, topics,
queues and state machines say what they usually say, and queues and executions are remembered for whoever
plays Lambda (`invoking`).
"""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse

from bench.city import buckets, tables
from bench.city.assumptions import seconds_of
from bench.city.capacity import Units
from bench.city.kept import Kept
from bench.city.refused import RefusedError
from chalicelib.storage import clients

_SECRET: Final = "invented for the bench"  # noqa: S105 - opens nothing
_KEY: Final = base64.b64encode(b"k" * 32).decode()
_WRAPPED: Final = base64.b64encode(b"w" * 80).decode()
_SERVICES: Final = ("dynamodb", "states", "sns", "sqs", "kms", "secretsmanager", "s3")
_NAMES: Final = {"states": "stepfunctions"}
_TOLD: Final = (
    b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    b"<MessageId>1</MessageId></PublishResult></PublishResponse>"
)


@dataclass
class Counted:
    """What has been asked since it was last emptied."""

    calls: Counter[str] = field(default_factory=Counter)  # "dynamodb.Query" → how often
    units: Units = Units()
    partitions: Counter[str] = field(default_factory=Counter)  # write units by partition key
    written: Counter[str] = field(default_factory=Counter)  # the same by kind of item
    stored: int = 0  # bytes put into buckets
    fetched: int = 0  # bytes read out of them

    @property
    def seconds(self) -> float:
        """How long the calls would have taken."""
        return seconds_of(self.calls)


class MemoryAws:
    """All of AWS that the project asks."""

    def __init__(self, kept: Kept) -> None:
        """Answer with what is kept."""
        self.kept: Final = kept
        self.counted = Counted()
        self.own_cpu = 0.0  # seconds that answering has taken
        self.queued: Final[deque[tuple[str, str]]] = deque()  # (queue, message)
        self.started: Final[deque[dict[str, Any]]] = deque()  # executions, as they were asked for
        self.executions: Final[dict[str, str]] = {}  # ARN → status
        self._lock = threading.Lock()

    def answer(self, request: Any, **_: object) -> AWSResponse:
        """What AWS says to a request; botocore's `before-send`."""
        began = time.thread_time()
        with self._lock:
            try:
                status, headers, body = self._said(request)
            except RefusedError as no:
                status, headers, body = no.status, {}, no.body
            self.own_cpu += time.thread_time() - began
        headers.setdefault("Content-Length", str(len(body)))
        return AWSResponse(request.url, status, headers, _Raw(body))

    def _said(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        host = urlsplit(request.url).netloc
        service = next(each for each in _SERVICES if each in host.split("."))
        if service == "s3":
            return buckets.said(request, self.kept, self.counted)
        if service == "sns":
            self._count("sns.Publish")
            return 200, {}, _TOLD
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        self._count(f"{_NAMES.get(service, service)}.{operation}")
        asked = json.loads(request.body)
        if service == "dynamodb":
            return 200, {}, tables.said(operation, asked, self.kept, self.counted)
        return 200, {}, json.dumps(_SAYS[service](self, operation, asked)).encode()

    def _count(self, call: str) -> None:
        self.counted.calls[call] += 1

    def _keys(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "Sign":
            return {"KeyId": asked["KeyId"], "Signature": _WRAPPED, "SigningAlgorithm": "ECDSA_SHA_256"}
        return {"Plaintext": _KEY, "CiphertextBlob": _WRAPPED, "KeyId": asked.get("KeyId", "key")}

    def _secret(self, _operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"Name": asked["SecretId"], "SecretString": _SECRET}

    def _queue(self, _operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.queued.append((asked["QueueUrl"].rpartition("/")[2], asked["MessageBody"]))
        return {"MessageId": "1"}

    def _machine(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "ListExecutions":
            return {"executions": []}
        if operation == "DescribeExecution":
            arn = asked["executionArn"]
            if arn not in self.executions:
                raise RefusedError.of("ExecutionDoesNotExist")
            return {"executionArn": arn, "status": self.executions[arn], "startDate": 1}
        if operation == "StartExecution":
            arn = f"{asked['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{asked['name']}"
            if arn in self.executions:
                raise RefusedError.of("ExecutionAlreadyExists")
            self.executions[arn] = "RUNNING"
            self.started.append({**asked, "executionArn": arn})
            return {"executionArn": arn, "startDate": 1}
        return {}


_SAYS: Final[Mapping[str, Callable[[MemoryAws, str, Mapping[str, Any]], dict[str, Any]]]] = {
    "kms": MemoryAws._keys,
    "secretsmanager": MemoryAws._secret,
    "sqs": MemoryAws._queue,
    "states": MemoryAws._machine,
}


class _Raw(io.BytesIO):
    """A body as botocore's HTTP library hands it out."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.getvalue()

    def release_conn(self) -> None:
        """There is no connection."""


@contextmanager
def answering(aws: MemoryAws) -> Iterator[None]:
    """Have every client that storage makes ask this AWS."""
    events = clients._session()._session.get_component("event_emitter")
    events.register_first("before-send", aws.answer)
    clients.forget()
    try:
        yield
    finally:
        events.unregister("before-send", aws.answer)
        clients.forget()
