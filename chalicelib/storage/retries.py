"""重试 · How often a write is tried in which somebody else was quicker, and the pause before the next try."""

from __future__ import annotations

import secrets
import time
from typing import Final

TRIES: Final = 5


def pause(tries: int) -> None:
    """Wait a little before the next try, longer each time, never in step with another process."""
    time.sleep(secrets.randbelow(min(2**tries, 64)) / 100)
