"""计数 · Calls to AWS, capacity units and bytes, counted from outside, whoever answers."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient

from bench.city.capacity import Units, units_of


@dataclass
class Tally:
    """What was asked of AWS."""

    calls: Counter[str] = field(default_factory=Counter)  # "dynamodb.Query" → how often
    units: Units = Units()
    of_people: float = 0.0  # read units of people and audit table: what follows from somebody, not from a run
    written: Counter[str] = field(default_factory=Counter)  # write units by kind of item: "people MSG"
    stored: int = 0  # bytes put into buckets

    def add(
        self, service: str, operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any] | None
    ) -> None:
        """One call, and what was answered; None: it was refused."""
        self.calls[f"{service}.{operation}"] += 1
        if answer is None:
            return
        if service == "dynamodb":
            units = units_of(operation, asked, answer)
            self.units += units
            if units.read and _is_of_people(asked):
                self.of_people += units.read
            if units.write:
                self._by_kind(operation, asked)
        elif operation == "PutObject":
            self.stored += len(asked["Body"]) if isinstance(asked.get("Body"), bytes) else 0

    def _by_kind(self, operation: str, asked: Mapping[str, Any]) -> None:
        if operation == "TransactWriteItems":
            for write in asked["TransactItems"]:
                ((kind, about),) = write.items()
                self._one({"Put": "PutItem"}.get(kind, "DeleteItem"), about, 2)
        elif operation == "BatchWriteItem":
            for table, requests in asked["RequestItems"].items():
                for request in requests:
                    ((kind, about),) = request.items()
                    name = "PutItem" if kind == "PutRequest" else "DeleteItem"
                    self._one(name, {"TableName": table, **about}, 1)
        else:
            self._one(operation, asked, 1)

    def _one(self, operation: str, asked: Mapping[str, Any], times: int) -> None:
        key = asked.get("Key") or asked["Item"]
        self.written[kind_of(asked["TableName"], key)] += round(units_of(operation, asked, {}).write * times)


def _is_of_people(asked: Mapping[str, Any]) -> bool:
    names = asked.get("RequestItems") or (asked["TableName"],)
    return all("people" in name.lower() or "audit" in name.lower() for name in names)


def kind_of(table: str, key: Mapping[str, Mapping[str, str]]) -> str:
    """What an item is, by table and the first words of its key: "people MSG", "work DUE"."""
    pk, sk = (key[name]["S"].partition("#")[0] for name in ("pk", "sk"))
    name = next((known for known in ("people", "work", "files", "audit") if known in table.lower()), table)
    return f"{name} {sk if pk == 'P' else pk}"


@contextmanager
def counted(tally: Callable[[], Tally | None]) -> Iterator[None]:
    """Count every call of this process into the tally that is named when it is made; None: nobody's."""
    below = BaseClient._make_api_call
    lock = threading.Lock()

    def call(self: Any, operation: str, asked: Mapping[str, Any]) -> Any:
        service, mine, answer = self.meta.service_model.service_name, tally(), None
        try:
            answer = below(self, operation, asked)
            return answer
        finally:
            if mine is not None:
                with lock:
                    mine.add(service, operation, asked, answer)

    BaseClient._make_api_call = call
    try:
        yield
    finally:
        BaseClient._make_api_call = below


@dataclass
class ByFunction:
    """A tally for each function of the deployment; what nobody runs for is nobody's."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    _running: threading.local = field(default_factory=threading.local)

    def current(self) -> Tally | None:
        """The tally of the function that runs in this thread."""
        stack = getattr(self._running, "stack", ())
        return self.tallies[stack[-1]] if stack else None

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Until the block ends it is this function that asks."""
        stack = self._running.__dict__.setdefault("stack", [])
        stack.append(name)
        try:
            yield
        finally:
            stack.pop()
