"""Taking turns: everything that touches the platform's state happens one thing at a time.

The kernel's driver, the HTTP servers' threads and a test's main thread each take a turn. Turns are
fair (who asks first is served first), so that a request is answered while a year is running. The
threads of executions (`execution_threads`) run inside the driver's turn and take none of their own.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A fair lock that a thread which already has its turn may take again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._taken = False
        self._local = threading.local()

    def belongs_here(self) -> None:
        """Say that the calling thread only ever runs inside somebody else's turn."""
        self._local.depth = 1

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for our turn, and keep it for the block."""
        depth = getattr(self._local, "depth", 0)
        if depth == 0:
            self._acquire()
        self._local.depth = depth + 1
        try:
            yield
        finally:
            self._local.depth = depth
            if depth == 0:
                self._release()

    def step_aside(self, seconds: float) -> None:
        """Give up our turn for a while of real time, then take it again."""
        depth = self._local.depth
        self._release()
        time.sleep(seconds)
        self._acquire()
        self._local.depth = depth

    def _acquire(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._queue.append(mine)
        mine.wait()  # whoever releases hands the turn over: it stays taken

    def _release(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._taken = False
