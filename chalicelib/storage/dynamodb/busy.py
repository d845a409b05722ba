"""并发占用 · Records that others keep changing: left alone, and come back to when everybody else is done.

One person's record must not keep a whole file from everybody else. `one_by_one` goes through people and
comes back to whom it had to leave; who is busy all the same is named in a BusyError, raised last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final, TypeVar, cast

from chalicelib.errors import BusyError, ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries

T = TypeVar("T")
R = TypeVar("R")

ROUNDS: Final = 4
_LONG: Final = 6  # as `retries.pause` counts: up to two thirds of a second between two rounds


def one_by_one(
    of: Iterable[T], do: Callable[[T], R], who: Callable[[T], PersonId] = lambda each: cast(PersonId, each)
) -> list[R]:
    """Do something about each; the results, in the order of `of`.

    `who`: the person whom one of them is about. BusyError when all others are done and somebody's record has
    been busy each time.
    """
    results: dict[int, R] = {}
    waiting = list(enumerate(of))
    for number in range(ROUNDS):
        if number:
            retries.pause(_LONG)
        left = []
        for place, each in waiting:
            try:
                results[place] = do(each)
            except ConflictError:
                left.append((place, each))
        waiting = left
        if not waiting:
            return [results[place] for place in sorted(results)]
    raise BusyError(frozenset(who(each) for _, each in waiting))


class Left:
    """Whom the parts of a piece of work had to leave: `with left:` lets the next part begin all the same."""

    def __init__(self) -> None:
        self.people: frozenset[PersonId] = frozenset()

    def __enter__(self) -> None:
        """Begin a part."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> bool:
        """Keep in mind whom it had to leave; every other error goes its way."""
        if not isinstance(error, BusyError):
            return False
        self.people |= frozenset(map(PersonId, error.people))
        return True

    def nobody(self) -> None:
        """BusyError if anybody had to be left: the work is to be done once more."""
        if self.people:
            raise BusyError(self.people)
