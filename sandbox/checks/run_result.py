"""What a run leaves behind: the year as the town knows it and as the platform keeps it, for the promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.checks.privacy_scan import Leak
from sandbox.checks.truth import Truth


@dataclass(frozen=True)
class Run:
    """Everything that a promise may look at."""

    truth: Truth
    on: date  # the last day of the run
    walking: frozenset[str]  # names of executions that have not ended
    errors: Sequence[str]  # what functions raised
    leaks: Sequence[Leak]
    chain_holds: Callable[[str], bool]
    receipt: Callable[[str, str], bytes | None]  # department, file id
    rejected: Callable[[str, str], bytes | None]
    denied: Sequence[str]  # what functions did that their policies do not allow
    refuted: Sequence[str]  # rights that were used, although their policies' reasons say that they never are
    paid: Callable[[str], Mapping[tuple[str, str], int]]  # person's id -> benefit and month -> fen on record
    reconciled: Sequence[Mapping[str, Any]] = ()  # the sheets of every authority and month, as documents
