"""Seeded bugs as they are declared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bench.changed_copies import Replacement

BUGS: Final = Path(__file__).with_name("bugs.yaml")


@dataclass(frozen=True, slots=True)
class Bug:
    """One mistake that somebody might make, and the nets: the tests that must notice it, and the promises
    that the fault machine must find broken by it."""

    name: str
    harm: str
    promise: str
    net: tuple[str, ...]
    faults: tuple[str, ...]
    changes: tuple[Replacement, ...]


def bugs() -> list[Bug]:
    """Every seeded bug, in the order in which they are declared."""
    declared: list[dict[str, Any]] = yaml.safe_load(BUGS.read_text(encoding="utf-8"))
    return [
        Bug(
            each["bug"],
            each["harm"],
            each["promise"],
            tuple(each.get("net", ())),
            tuple(each.get("faults", ())),
            tuple(Replacement(**change) for change in each["changes"]),
        )
        for each in declared
    ]
