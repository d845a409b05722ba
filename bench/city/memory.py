"""内存 · How much memory this process takes, as Linux counts it."""

from __future__ import annotations

import ctypes
import gc
import re
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_FORGET: Final = Path("/proc/self/clear_refs")


def give_back() -> None:
    """Give back what is free, and let the peak count from here."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    _FORGET.write_text("5", encoding="utf-8")


def now_mb() -> float:
    """What it takes now."""
    return _told("VmRSS")


def peak_mb() -> float:
    """The most that it has taken at once."""
    return _told("VmHWM")


def _told(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", _STATUS.read_text(encoding="utf-8"))
    return int(found[1]) / 1000 if found else 0.0
