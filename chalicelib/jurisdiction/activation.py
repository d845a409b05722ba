"""规则启用 · Which rule book is in force: the latest word whose day has come, else the pack as shipped.

Each bundle was rehearsed against the one activated before it and says everything that it says: so
whoever activates another for an earlier day puts both changes in force from then, and loses neither.

A function asks S3 every few minutes of its own stopwatch, so a new bundle is in force everywhere
without a deployment. Within a process the answer changes between two calls, never within one decision:
whoever decides takes `current()` once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib import clock
from chalicelib.jurisdiction import bundles
from chalicelib.jurisdiction.loader import PACKS, Pack, load
from chalicelib.settings import settings
from chalicelib.storage.clients import on_forget
from chalicelib.storage.s3 import rulebooks


@dataclass(frozen=True, slots=True)
class _Known:
    """What S3 said last, and when."""

    asked: float  # seconds of this process's stopwatch
    activations: tuple[rulebooks.Activation, ...]


_known: Final[list[_Known]] = []  # at most one
on_forget(_known.clear)


def current() -> Pack:
    """The pack that decides today."""
    name = active_on(_activations(), clock.today())
    return load(settings().pack) if name is None else bundles.fetch(name)


def data_on(day: date) -> bytes:
    """The bundle of the pack that decides on a day, by what has been activated up to now."""
    name = active_on(rulebooks.activations(), day)
    return bundles.read(name) if name is not None else bundles.pack_up(PACKS / settings().pack)


def active_on(activations: tuple[rulebooks.Activation, ...], day: date) -> str | None:
    """The bundle in force on a day: of those whose day has come, the last word; None: the shipped."""
    come = [activation.bundle for activation in activations if activation.from_ <= day]
    return come[-1] if come else None


def _activations() -> tuple[rulebooks.Activation, ...]:
    now = time.monotonic()
    if not _known or now - _known[0].asked >= int(settings().rules_checked_seconds):
        _known[:] = [_Known(now, rulebooks.activations())]
    return _known[0].activations
