"""批处理 · Runs over many: what fails of one stops no other, and is not hidden.

    with run("send_messages") as each:
        for person, message in due:
            with each(person=person):
                send(person, message)

Whoever failed is in the log with the traceback and in the metric `LeftOut`; when all others are done the run
fails, so that the function's own alarm tells somebody and the run is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Generic, TypeVar

from chalicelib.errors import UnfinishedError
from chalicelib.observability import count, logger

T = TypeVar("T")

Each = Callable[..., AbstractContextManager[None]]
Stop = Callable[[], bool]
"""Says whether the time for a part of a run is over."""


def never() -> bool:
    """For who has all the time there is."""
    return False


class Walk(Generic[T]):
    """Goes through many, one after the other, until there is no more time; at least to the first of them."""

    def __init__(self, of: Iterable[T], stop: Stop = never) -> None:
        """Take those whom it goes through, in their order."""
        self._of, self._stop = of, stop
        self.last: T | None = None
        """Whom it came to last; where it stopped early, the next one goes on behind."""
        self.count = 0
        self.is_over = False
        """Whether it has come to the end."""

    def __iter__(self) -> Iterator[T]:
        """Each of them; to be gone through once."""
        for one in self._of:
            if self.last is not None and self._stop():
                return
            self.last, self.count = one, self.count + 1
            yield one
        self.is_over = True


class _Run:
    """Guards each part of one run, and counts those that failed."""

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self.errors: Final[list[Exception]] = []

    @contextmanager
    def each(self, **about: str) -> Iterator[None]:
        """Keep what goes wrong with one part to itself; `about` says to the log which one it was."""
        try:
            yield
        except Exception as error:
            self.errors.append(error)
            logger.exception("left out of a run", extra={"run": self.name, **about})

    def end(self) -> None:
        """UnfinishedError if anything was left out; its cause is the first of the reasons."""
        if self.errors:
            count(LeftOut=len(self.errors))
            kinds = ", ".join(sorted({type(error).__name__ for error in self.errors}))
            raise UnfinishedError(
                f"{self.name}: {len(self.errors)} left out ({kinds})", len(self.errors)
            ) from self.errors[0]


@contextmanager
def run(name: str) -> Iterator[Each]:
    """One run: gives the guard to put around each of its parts; UnfinishedError at the end if one failed.

    A run that itself breaks off says what was left out before in the metric alone, and raises its own error.
    """
    this = _Run(name)
    try:
        yield this.each
    except Exception:
        if this.errors:
            count(LeftOut=len(this.errors))
        raise
    this.end()
