"""批处理分段 · A slice: part of a shard, as far as there is time; and all slices together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Any

from chalicelib.errors import UnfinishedError
from chalicelib.runs import Each, Stop, run
from chalicelib.storage.s3 import pass_parts


class Function(StrEnum):
    """Which function does a pass: each has rights, memory and concurrency of its own."""

    READ = "read"
    WRITE = "write"
    SEND = "send"
    ASK = "ask"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Slice:
    """One call: a shard behind a place, and when to stop."""

    execution: str
    about: str
    shard: str
    day: date
    after: str
    stop: Stop
    each: Each

    def keep(self, lines: Iterable[Any]) -> str:
        """Keep what the slice has found until all is put together; under which key."""
        return pass_parts.put(self.execution, self.shard, lines)


@dataclass(frozen=True, slots=True)
class Found:
    """What a slice leaves: behind which place to go on (None: the shard is done), and where its part lies."""

    after: str | None
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard as the state machine carries it from slice to slice, and what it says in the end."""

    execution: str
    pass_name: str
    day: date
    function: str
    shard: str
    about: str = ""
    after: str = ""
    more: bool = True
    slices: int = 0
    left_out: int = 0  # who could not be read, or done
    kept: tuple[str, ...] = ()

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Shard:
        """The shard as it comes from the state machine."""
        known = {name: said[name] for name in cls.__slots__ if name in said}
        return cls(**{**known, "day": date.fromisoformat(said["day"]), "kept": tuple(said["kept"])})

    def to_json(self) -> dict[str, Any]:
        """The shard as it goes to the state machine."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return {**said, "day": self.day.isoformat(), "kept": list(self.kept)}

    def done(self, do: Callable[[Slice], Found], stop: Stop) -> Shard:
        """The shard once one more slice of it is done.

        Who cannot be read is left out and counted. What fails as a whole is raised: the slice is tried again.
        """
        found, left_out = None, 0
        try:
            with run(self.pass_name) as each:
                found = do(Slice(self.execution, self.about, self.shard, self.day, self.after, stop, each))
        except UnfinishedError as unfinished:
            if found is None:
                raise
            left_out = unfinished.left_out
        return replace(
            self,
            after=found.after or "",
            more=found.after is not None,
            slices=self.slices + 1,
            left_out=self.left_out + left_out,
            kept=self.kept if found.kept is None else (*self.kept, found.kept),
        )


@dataclass(frozen=True, slots=True)
class Whole:
    """All shards of a pass, those that failed too."""

    execution: str
    about: str
    day: date
    done: Sequence[Shard]
    failed: Sequence[str]
    each: Each = field(repr=False)

    def parts(self) -> Iterator[Iterator[Any]]:
        """What each part has found, line by line: none is read before it is asked for."""
        return chain.from_iterable(map(self.parts_of, self.done))

    def parts_of(self, shard: Shard) -> Iterator[Iterator[Any]]:
        """What each part of one shard has found."""
        return map(pass_parts.lines_of, shard.kept)
