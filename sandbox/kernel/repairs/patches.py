"""Replacing attributes of other people's code for a while, and what the replacements need to know."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sandbox.kernel.clock import Clock
from sandbox.kernel.execution_threads import Strands
from sandbox.kernel.fair_lock import Turns

_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class World:
    """What repairs need of the sandbox that is running."""

    clock: Clock
    strands: Strands
    turns: Turns
    chance: random.Random
    invoke: Callable[[str, str], tuple[str, bool]]
    """(function name, event as JSON) -> (result as JSON, whether the function raised)."""


class Patches:
    """Attributes that were replaced; `undo` puts the old ones back, last first."""

    def __init__(self) -> None:
        self._saved: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> Any:
        """Replace an attribute of a class or a module; returns the old one, for wrapping.

        Raises AttributeError if there is none: then this is not the moto that was repaired.
        """
        old = getattr(owner, name)
        self._saved.append((owner, name, vars(owner).get(name, _MISSING)))
        setattr(owner, name, value)
        return old

    def add(self, owner: Any, name: str, value: Any) -> None:
        """Give a class an attribute that it does not define itself."""
        self._saved.append((owner, name, vars(owner).get(name, _MISSING)))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put everything back."""
        while self._saved:
            owner, name, old = self._saved.pop()
            if old is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, old)
