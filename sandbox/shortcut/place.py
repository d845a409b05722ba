"""Where a call goes, and what an action of the short way is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Place(NamedTuple):
    """An account's resources in a region."""

    account: str
    region: str


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
