"""What all actors share: the town, the clock, the desk, the inbox, and a diary of what they did.

The diary is the town's own account (who was seen when, who certified when, which file said what);
promises are checked against it, never against what the platform says of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.clock import civil_date
from chalicelib.model import FeedId, FileState, Route
from sandbox.town.api_client import Desk
from sandbox.town.departments import Drop, Written, instant
from sandbox.town.people import Town
from sandbox.town.townsperson import Townsperson


@dataclass(frozen=True, slots=True)
class Knocked:
    """A visit that somebody of the town really made."""

    person: int
    at: datetime
    outcome: str
    notice_left: bool
    asked: bool = False  # somebody close
    vouched: bool = False  # who said that she lives
    met: bool = False  # refused, by the person herself


@dataclass(frozen=True, slots=True)
class Certified:
    """Somebody certified in person, by phone or at a counter, and the platform said yes."""

    person: int
    day: date
    route: Route = Route.SELF


@dataclass(frozen=True, slots=True)
class Told:
    """A department's interface told the platform on a day what had happened to somebody."""

    person: int
    feed: FeedId
    event: str
    day: date
    on: date


@dataclass(frozen=True, slots=True)
class Objected:
    """Somebody objected to being suspended, and what she was answered."""

    person: int
    number: int
    raised: date
    decided: date | None = None
    upheld: bool = False


@dataclass(frozen=True, slots=True)
class ToldDead:
    """Somebody lives, and people have said that she is dead: since when, who, and when it was found out."""

    on: date
    by: frozenset[str]  # subjects
    back: date | None = None  # came in person, or was taken back

    @property
    def is_believed(self) -> bool:
        """Whether nobody has found out."""
        return self.back is None


@dataclass(frozen=True, slots=True)
class Mistapped:
    """A worker met somebody and said the opposite by mistake; who put it right, and when."""

    made: datetime
    by: str
    corrected_by: str = ""
    corrected: date | None = None


@dataclass
class Diary:
    """What really happened between the town and the platform."""

    files: dict[str, Written] = field(default_factory=dict)  # by key: the newest under each
    replaced: dict[str, Written] = field(
        default_factory=dict
    )  # by key: what stood there before it was corrected
    visits: list[Knocked] = field(default_factory=list)
    answers: list[Certified] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    paid: dict[tuple[int, str, str], int] = field(default_factory=dict)  # person, benefit, month -> fen
    sent_again: dict[str, str] = field(
        default_factory=dict
    )  # key of mended rows -> of the file they came back from
    misstated: list[tuple[int, str, str]] = field(
        default_factory=list
    )  # of what a list of payments said too much
    first_paid: dict[tuple[int, str], date] = field(default_factory=dict)  # person, benefit -> day
    objections: dict[str, Objected] = field(default_factory=dict)  # by the platform's id
    told_dead: dict[int, ToldDead] = field(default_factory=dict)  # people who live
    mistapped: dict[int, Mistapped] = field(default_factory=dict)
    repaid: dict[str, int] = field(default_factory=dict)  # recovery -> fen that the household has paid

    def say_dead(self, person: int, on: date, by: str) -> None:
        """One more says of somebody who lives that she is dead."""
        told = self.told_dead.get(person, ToldDead(on, frozenset()))
        self.told_dead[person] = replace(told, by=told.by | {by})

    def came_back(self, person: int, on: date) -> None:
        """Somebody told dead has been seen, or the record was taken back."""
        self.told_dead[person] = replace(self.told_dead[person], back=on)

    def told_of(self, person: int, benefit: str, month: str) -> bool:
        """Whether the platform could read of this payment: a ruined row goes back."""
        return not any((person, benefit, month) in written.unreadable for written in self.files.values())

    def released(self, feed: str) -> None:
        """An officer has let the held files of a feed pass."""
        for key, written in self.files.items():
            if written.feed == feed and written.state is FileState.HELD:
                self.files[key] = replace(written, state=FileState.LOADED)


@dataclass
class Scene:
    """The stage on which the town acts."""

    town: Town
    now: Callable[[], datetime]
    at: Callable[[datetime, Callable[[], object]], object]
    desk: Desk
    s3: Any
    inbox: str
    outbox: str
    rejects: str
    id_of: Callable[[str], str | None]  # number -> the platform's id, as the lookup gives it
    diary: Diary = field(default_factory=Diary)
    _ids: dict[int, str] = field(default_factory=dict)
    _people: dict[str, Townsperson] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The civil date in the town."""
        return civil_date(self.now())

    def learn_ids(self) -> int:
        """Look up under which id the platform knows each person; returns how many it knows.

        Of somebody whose number was corrected the later id counts, and both are hers.
        """
        for person in self.town.people:
            for number in person.numbers:
                found = self.id_of(number)
                if found is not None:
                    self._ids[person.index] = found
                    self._people[found] = person
        return len(self._ids)

    def id(self, person: Townsperson) -> str | None:
        """The platform's id of a person; None if it has never heard of them."""
        return self._ids.get(person.index)

    def knows(self, identifier: str) -> bool:
        """Whether an id is somebody's here."""
        return identifier in self._people

    def person(self, identifier: str) -> Townsperson:
        """Who an id is, though their roster was taken in later than it was sent; KeyError: nobody here."""
        if identifier not in self._people:
            self.learn_ids()
        return self._people[identifier]

    def drop(self, drop: Drop) -> bytes:
        """Put a file into the inbox, and note what must become of it; returns what was sent."""
        data, written = drop.make()
        if drop.key in self.diary.files:
            self.diary.replaced[drop.key] = self.diary.files[drop.key]
        self.diary.files[drop.key] = written
        self.s3.put_object(Bucket=self.inbox, Key=drop.key, Body=data)
        return data

    def soon(self, days: int, hour: int, minute: int, act: Callable[[], object]) -> None:
        """Have something done in some days at an hour; within the hour if that has passed today."""
        then = instant(self.today + timedelta(days), hour, minute)
        self.at(max(then, self.now() + timedelta(minutes=20)), act)
