"""What moto holds when everything has been made, remembered: what comes up next begins as a copy of it.

Making some hundred resources with AWS's own calls takes a second, and a test run brings up hundreds of
platforms that differ in nothing. What moto holds is copied whole (`copy.deepcopy`), once when it has been
made and once for each platform that begins from it, so that none sees what another has done.
"""

from __future__ import annotations

import copy
import copyreg
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from moto.core.base_backend import BackendDict
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

T = TypeVar("T")
Held = list[tuple[BackendDict[Any], str, str, Any]]
"""Service, account, region or partition, and what moto holds there."""

_MOST: Final = 4  # kinds of platform that are remembered; each takes about a megabyte

# A queue of moto's wakes whoever waits for it. Nobody does while nothing runs: a copy has one of its own.
copyreg.pickle(threading.Condition, lambda _: (threading.Condition, ()))


@dataclass(frozen=True, slots=True)
class _Snapshot:
    held: Held
    buckets: dict[str, Any]  # S3 knows beside that whose each bucket is
    chance: tuple[Any, ...]
    made: Any


_SNAPSHOTS: Final[OrderedDict[Hashable, _Snapshot]] = OrderedDict()


def made_once(kind: Hashable, make: Callable[[], T]) -> T:
    """What `make` makes in moto, where nothing is yet: made for the first of a kind, copied for the others.

    What it returns is the same for all of a kind, and must be read alone.
    """
    if kind in _SNAPSHOTS:
        _SNAPSHOTS.move_to_end(kind)
        return cast(T, _restore(_SNAPSHOTS[kind]))
    made = make()
    _SNAPSHOTS[kind] = _Snapshot(
        _copy_of(_everything()), dict(s3_backends.bucket_accounts), mock_random.getstate(), made
    )
    if len(_SNAPSHOTS) > _MOST:
        _SNAPSHOTS.popitem(last=False)
    return made


def _everything() -> Held:
    services: list[BackendDict[Any]] = BackendDict._instances  # type: ignore[misc]
    return [(service, *one) for service in services for one in service.iter_backends()]


def _restore(snapshot: _Snapshot) -> Any:
    for service, account, region, backend in _copy_of(snapshot.held):
        dict.__setitem__(service[account], region, backend)
    s3_backends.bucket_accounts.update(snapshot.buckets)
    mock_random.setstate(snapshot.chance)
    return snapshot.made


def _copy_of(held: Held) -> Held:
    """All of it in one piece, so that what services share stays shared; the services are always the same."""
    return copy.deepcopy(held, {id(service): service for service, *_ in held})
