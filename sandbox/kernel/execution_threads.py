"""Execution threads: one thread per execution of a state machine, of which at most one runs at a time.

moto gives every execution threads of its own that run when they like. Here an execution is a strand:
it runs when the driver hands it the word, until it parks (at a task token, a Wait, a Retry) or ends.
Strands get the word in the order in which they became ready, so the same input gives the same year;
and that nothing runs is known without asking anybody.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from sandbox.kernel.clock import Clock, Timer
from sandbox.kernel.fair_lock import Turns


class Unwound(BaseException):
    """Raised where a strand is parked, to end it: its execution was stopped or has timed out.

    Not an Exception: the interpreter's own `except Exception` must not catch it.
    """


class Strand:
    """One execution's thread."""

    def __init__(self, body: Callable[[], None], name: str) -> None:
        self.body: Final = body
        self.name: Final = name
        self.thread: threading.Thread | None = None
        self.word = threading.Lock()  # held except in the moment the driver hands it over
        self.word.acquire()
        self.parked_on: object | None = None
        self.timer: Timer | None = None
        self.timed_out = False
        self.unwinding = False
        self.error: BaseException | None = None


class Strands:
    """All strands, and whose turn is next."""

    def __init__(self, clock: Clock, turns: Turns) -> None:
        self._clock = clock
        self._turns = turns
        self._guard = threading.Lock()  # a client of the servers may wake a strand at any moment
        self._ready: deque[Strand] = deque()
        self._parked: dict[int, Strand] = {}  # id of what it is parked on
        self._alive: set[Strand] = set()
        self._local = threading.local()
        self._back = threading.Lock()
        self._back.acquire()

    @property
    def alive(self) -> int:
        """How many executions have not ended."""
        return len(self._alive)

    @property
    def parked(self) -> int:
        """How many executions wait for a token or for time to pass."""
        return len(self._parked)

    def current(self) -> Strand | None:
        """The strand that the calling thread is, if it is one."""
        return getattr(self._local, "strand", None)

    def begin(self, body: Callable[[], None], name: str) -> Strand:
        """A new strand; it runs when the driver comes to it, not now."""
        strand = Strand(body, name)
        with self._guard:
            self._alive.add(strand)
            self._ready.append(strand)
        return strand

    def run_one(self) -> bool:
        """Give the word to the next ready strand until it parks or ends; False if none is ready.

        Raises what escaped from the strand: a defect of the kernel or of moto, not of a function.
        """
        with self._guard:
            if not self._ready:
                return False
            strand = self._ready.popleft()
        if strand.thread is None:
            strand.thread = threading.Thread(target=self._run, args=(strand,), name=strand.name, daemon=True)
            strand.thread.start()
        else:
            strand.word.release()
        self._back.acquire()
        if strand.error is not None:
            raise strand.error
        return True

    def park(self, on: object, seconds: float | None, still: Callable[[], bool] = lambda: True) -> bool:
        """Wait, inside a strand, to be woken; False if the time ran out first. None: no limit.

        `still`: asked at the last moment whether there is anything to wait for.
        Raises Unwound if the execution ended meanwhile.
        """
        strand = self._mine()
        with self._guard:
            if not still():
                return True
            strand.parked_on, strand.timed_out = on, False
            self._parked[id(on)] = strand
            if seconds is not None:
                strand.timer = self._clock.after(seconds, lambda: self.wake(on, timed_out=True))
        self._back.release()
        strand.word.acquire()
        if strand.unwinding:
            raise Unwound
        return not strand.timed_out

    def wake(self, on: object, *, timed_out: bool = False) -> bool:
        """Make the strand that is parked on this ready; False if none is."""
        with self._guard:
            strand = self._parked.pop(id(on), None)
            if strand is None:
                return False
            strand.parked_on, strand.timed_out = None, timed_out
            if strand.timer is not None:
                strand.timer.cancelled = True
                strand.timer = None
            self._ready.append(strand)
            return True

    def unwind(self, strand: Strand) -> None:
        """End a strand where it is parked; one that has not begun never begins."""
        strand.unwinding = True
        if strand.parked_on is not None:
            self.wake(strand.parked_on)

    def close(self) -> None:
        """End all strands and wait for their threads."""
        for strand in list(self._alive):
            strand.unwinding = True
            if strand.parked_on is not None:
                self.wake(strand.parked_on)
        while self._ready:
            try:
                self.run_one()
            except Exception as error:
                print(f"sandbox: {error!r} while closing")

    def _mine(self) -> Strand:
        strand = self.current()
        if strand is None:
            raise RuntimeError("only a strand can park: run executions through the kernel's driver")
        return strand

    def _run(self, strand: Strand) -> None:
        self._local.strand = strand
        self._turns.belongs_here()
        try:
            if not strand.unwinding:
                strand.body()
        except Unwound:
            pass
        except BaseException as error:
            strand.error = error
        finally:
            with self._guard:
                self._alive.discard(strand)
            self._back.release()
