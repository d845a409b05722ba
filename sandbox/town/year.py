"""A year in the town: who acts when. Everything is put on the clock; the clock does the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.jurisdiction import Pack
from chalicelib.model import FeedId
from sandbox.town.acts_upon import acts_upon
from sandbox.town.authorities import PAY_DAY, READING_DAY, Authorities
from sandbox.town.bookkeepers import Bookkeepers
from sandbox.town.cadres import GridWorkers
from sandbox.town.carrier import Carrier, Link
from sandbox.town.clerks import Clerks
from sandbox.town.context import Scene
from sandbox.town.corrections import corrections
from sandbox.town.damages import damages
from sandbox.town.departments import Drop, drops, instant
from sandbox.town.kinds_of_life import PHONE_FAILS
from sandbox.town.mishaps import mishaps
from sandbox.town.objectors import Objectors
from sandbox.town.officers import Officers
from sandbox.town.people import Town
from sandbox.town.recipients import Folk
from sandbox.town.registers import roster_drop

CARRIER_HOURS: Final = ((9, 4), (15, 4), (18, 4))  # minutes after the platform sends
NOTICES_WEEKDAY: Final = 4
SUSPICIONS_WEEKDAY: Final = 1
WEEKEND: Final = (5, 6)
OBJECTIONS_WEEKDAY: Final = 3
RECOVERIES_WEEKDAY: Final = 2
HUNG_OUT_AFTER: Final = (
    1  # day after the suspension list was made: the township hangs it out in the afternoon
)
FILES_DAY: Final = 27  # of the month: when somebody looks at the files that wait

Act = Callable[[], object]


@dataclass
class Year:
    """Everybody who acts, bound to one scene."""

    scene: Scene
    pack: Pack
    carrier: Carrier
    folk: Folk
    workers: GridWorkers
    officers: Officers
    authorities: Authorities
    clerks: Clerks
    objectors: Objectors
    bookkeepers: Bookkeepers

    @classmethod
    def on(cls, scene: Scene, pack: Pack, link: Link) -> Year:
        """Bring all actors onto a scene."""
        folk = Folk(scene)
        dead = frozenset(p.phone for p in scene.town.people if p.kind == PHONE_FAILS and p.phone is not None)
        carrier = Carrier(scene.town.seed, link, folk.received, dead)
        run_by = {code: benefit.run_by.value for code, benefit in pack.rules.benefits.items()}
        payments = pack.feeds[FeedId("payments")]
        authorities = Authorities(scene, payments, run_by, folk.money_missing)
        senders = sorted({feed.department for feed in pack.feeds.values() if feed.takes_files})
        officers = Officers(scene, tuple(sorted(set(run_by.values()))), tuple(senders))
        workers = GridWorkers(scene, folk)
        clerks, objectors = Clerks(scene, pack.feeds), Objectors(scene)
        sets_off = {
            code: each.versions[-1].recovery is not None for code, each in pack.rules.benefits.items()
        }
        keepers = Bookkeepers(scene, officers.authorities, sets_off)
        return cls(scene, pack, carrier, folk, workers, officers, authorities, clerks, objectors, keepers)

    @property
    def town(self) -> Town:
        """The town that acts."""
        return self.scene.town

    def begin(self) -> None:
        """Put the whole span on the clock."""
        feeds = self.pack.feeds
        renumbered = {person.corrected.on for person in self.town.people if person.corrected is not None}
        for day in sorted({person.joins for person in self.town.people} | renumbered):
            self._drop_later(roster_drop(self.town, feeds[FeedId("roster")], day))
            self.scene.at(instant(day, 8, 30), self.scene.learn_ids)
        sent = {drop.key: drop for drop in drops(self.town, feeds)}
        bad = list(mishaps(self.town, feeds, sent))
        corrected = list(corrections(self.town, feeds, sent))
        for drop in corrected:
            sent.pop(drop.key, None)
        sent |= {drop.key: drop for drop in damages(self.town, feeds, sent)}
        for drop in (*sent.values(), *bad, *corrected):
            self._drop_later(drop)
        for when, act in (*self._habits(), *acts_upon(self.scene)):
            self.scene.at(when, act)

    def _drop_later(self, drop: Drop) -> None:
        self.scene.at(drop.at, lambda: self._send(drop))

    def _send(self, drop: Drop) -> None:
        data = self.scene.drop(drop)
        self.clerks.sent(self.scene.diary.files[drop.key], data)

    def _habits(self) -> Iterator[tuple[datetime, Act]]:
        """What people of the town do on days of the week or month."""
        for day in self._days():
            for hour, minute in CARRIER_HOURS:
                yield instant(day, hour, minute), self.carrier.poll
            yield from self._rounds(day)
            yield from self._offices(day)
            yield from self._suspicions(day)
            yield from self._objections(day)
            if day.weekday() == NOTICES_WEEKDAY:
                yield instant(day, 9, 30), self.folk.collect_notices
            if day.day == READING_DAY:
                yield instant(day, 10), self.authorities.read_instructions
            if day.day == PAY_DAY:
                yield instant(day, 17), self.authorities.pay

    def _offices(self, day: date) -> Iterator[tuple[datetime, Act]]:
        """When officers look at their lists: twice after each list day, the county a day later."""
        listed = self.pack.rules.policy.suspension.list_day
        if day.day == FILES_DAY:
            yield instant(day, 15), self.officers.look_at_held_files
        if day.weekday() == RECOVERIES_WEEKDAY:
            for county in self.officers.counties:
                yield instant(day, 15, 30), _bound(self.bookkeepers.go_through, county)
        if day.day in (listed + 1, listed + 3):
            for township in self.officers.townships:
                yield instant(day, 10), _bound(self.officers.confirm_lines, township)
        if day.day in (listed + 2, listed + 4):
            for county in self.officers.counties:
                yield instant(day, 11), _bound(self.officers.approve_lines, county)
            yield instant(day, 16), self.officers.look_at_limits

    def _suspicions(self, day: date) -> Iterator[tuple[datetime, Act]]:
        """When officers look into what is asked: each week; each working day, where it ended in error."""
        for county in self.officers.counties:
            if day.weekday() not in WEEKEND:
                yield instant(day, 16, 30), _bound(self.officers.decide_reversals, county)
            if day.weekday() == SUSPICIONS_WEEKDAY:
                yield instant(day, 10, 30), _bound(self.officers.look_into_suspicions, county)

    def _objections(self, day: date) -> Iterator[tuple[datetime, Act]]:
        """When a list hangs out for everybody to read, and when what they object to is decided."""
        if day.day == self.pack.rules.policy.suspension.list_day + HUNG_OUT_AFTER:
            for township in self.officers.townships:
                yield instant(day, 15), _bound(self.objectors.hear_of_the_list, township)
        if day.weekday() == OBJECTIONS_WEEKDAY:
            for county in self.officers.counties:
                yield instant(day, 14), _bound(self.objectors.decide, county)

    def _rounds(self, day: date) -> Iterator[tuple[datetime, Act]]:
        """Each village has a weekday on which its workers fetch their list."""
        for index, village in enumerate(self.town.villages):
            if index % 5 == day.weekday():
                yield instant(day, 8, index % 50), _bound(self.workers.go_round, village)

    def _days(self) -> Iterator[date]:
        day = self.town.start
        while day <= self.town.end:
            yield day
            day += timedelta(1)


def _bound(act: Callable[[str], None], where: str) -> Act:
    """An act at a place, later."""
    return lambda: act(where)
