"""What became of one input, and of a night's: told without a word of what stood in it."""

from __future__ import annotations

import hashlib
import re
import time
import traceback
from collections.abc import Callable
from pathlib import Path

SLOW = 5  # seconds of a processor for one input


def outcome(judge: Callable[[bytes], str | None], data: bytes, slow: float = SLOW) -> str | None:
    """Why an input was not read as it should be, None if it was: a broken promise, an exception and where it
    was raised (never its words, which may be a cell's), or that it took too long.
    """
    began = time.process_time()
    try:
        why = judge(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # what panics in polars is no Exception
        return f"{type(error).__name__} in {place_of(error)}"
    took = time.process_time() - began
    return why or (f"slow: {took:.0f} s" if took > slow else None)


def place_of(error: BaseException) -> str:
    """The last line of ours that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/chalicelib/" in frame.filename] or frames
    last = ours[-1]
    return f"{Path(last.filename).name}:{last.lineno} {last.name}"


class Finds:
    """The inputs of which something is wrong, one file each; of those that are alike the shortest."""

    def __init__(self, folder: Path, replay: str) -> None:
        """Take the folder, and the command that replays a file of it, but for its path."""
        self._folder = folder
        self._replay = replay
        self._known: dict[str, Path] = {}

    def add(self, data: bytes, why: str) -> Path | None:
        """Write an input down and say how it is replayed; None where a shorter one is like it."""
        alike = re.sub(r"\d+", "#", why)
        before = self._known.get(alike)
        if before is not None and before.stat().st_size <= len(data):
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / hashlib.sha256(data).hexdigest()[:16]
        path.write_bytes(data)
        if before is None:
            print(f"found: {why}\n  {self._replay} {path}", flush=True)
        elif before != path:
            before.unlink()
        self._known[alike] = path
        return path
