"""Where a call goes, and what an action of the short way is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple


class Place(NamedTuple):
    """An account's resources in a region."""

    account: str
    region: str


class Refused(Exception):  # noqa: N818 - botocore's own errors are made of it
    """What AWS says no with, as botocore's error has it; an action may raise it if it changed nothing."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(code)
        self.code: Final = code
        self.response: Final = {
            "Error": {"Code": code, "Message": message, **more},
            "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0},
        }


Action = Callable[[Place, Mapping[str, Any]], dict[str, Any] | None]
"""Answers a call with what botocore would make of moto's answer; None: this one goes the long way.

An action that says None, or raises what moto raises to refuse, has changed nothing.
"""


def copied(value: Any) -> Any:
    """The value without anything in common with moto's own state, and without what is not there."""
    if isinstance(value, dict):
        return {name: copied(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [copied(inner) for inner in value]
    return value
