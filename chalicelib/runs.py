"""批处理 · Runs over many: what fails of one stops no other, and is not hidden.

    with run("send_messages") as each:
        for person, message in due:
            with each(person=person):
                send(person, message)

Whoever failed is in the log with the traceback and in the metric `LeftOut`; when all others are done the run
fails, so that the function's own alarm tells somebody and the run is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from chalicelib.errors import UnfinishedError
from chalicelib.observability import count, logger

Each = Callable[..., AbstractContextManager[None]]


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
            raise UnfinishedError(f"{self.name}: {len(self.errors)} left out ({kinds})") from self.errors[0]


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
