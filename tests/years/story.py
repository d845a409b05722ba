"""What happens in a village over years: rosters, payments, stays in hospital, visits, deaths, an outage.

Chance says who does what when, by the seed and the number of the village alone. Files come late, and some
come wrong first. Two workers who were offline at one door report what contradicts, late, each twice by its
own key. While an outage lasts nobody acts; afterwards an operator says how long it was.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from chalicelib import cases, clock
from chalicelib.engine.suspension.outages import Outage
from chalicelib.errors import RefusedError
from chalicelib.model import (
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    InstructionKind,
    PersonRecord,
    ProposalState,
    SuspicionKind,
    Verification,
    VisitOutcome,
)
from chalicelib.storage.dynamodb import outages, people, worklists
from chalicelib.storage.dynamodb.paid import payments_of
from sandbox.town.carrier_links import message_of
from tests.faults.story import CREMATED, HOSPITAL, PAID
from tests.lives.cast import badge
from tests.lives.scene import KEY, Place
from tests.workflow.village import AUTHORITY, DEPARTMENT, NEW_YEAR, ROSTER, Recipient, every_benefit

FOLK: Final = 8  # recipients of a village
WORKERS: Final = ("worker", "another worker")
CORRECTED_AFTER: Final = 5  # days


@dataclass
class Years:
    """One village, what has been done in it, and what was seen from outside."""

    place: Place
    chance: random.Random
    months: int
    folk: list[Recipient]
    reachable: dict[str, float]  # number → how likely somebody is found at the door
    first_told: dict[str, list[tuple[datetime, date]]] = field(default_factory=dict)
    standing: dict[str, bytes] = field(default_factory=dict)  # inbox key → what was dropped there last
    stays: list[tuple[str, date]] = field(default_factory=list)  # rows that hold, of loaded files
    died: dict[str, date] = field(default_factory=dict)
    confirmed: dict[str, datetime] = field(default_factory=dict)  # number → when two had confirmed a death
    away: list[Outage] = field(default_factory=list)
    accepted: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)  # of reports from offline, by status
    different: list[str] = field(default_factory=list)  # replies to one key that are not the same
    planned: dict[date, list[Callable[[], None]]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def today(self) -> date:
        return self.place.village.sandbox.today()

    def record(self, who: Recipient) -> PersonRecord:
        return people.find(who.number)

    def living(self) -> list[Recipient]:
        return [each for each in self.folk if each.number not in self.died]

    def on(self, day: date, act: Callable[[], None]) -> None:
        """Have something happen in the evening of a day; of a day in an outage: once that is over."""
        self.planned.setdefault(day, []).append(act)

    def live_a_day(self) -> None:
        """Let a day pass; in its evening happens what was planned and what falls due."""
        tomorrow = self.today + timedelta(days=1)
        self.place.village.until(tomorrow)
        self.carrier()
        if any(gone.lost <= tomorrow < gone.back for gone in self.away):
            self.planned.setdefault(tomorrow + timedelta(days=1), []).extend(self.planned.pop(tomorrow, []))
            return
        for act in self.planned.pop(tomorrow, []):
            act()
        self._visits()
        self._officers()
        self.place.village.sandbox.run_until_quiet()
        self.carrier()  # what waits for a day is not sent any more

    # ---- files ----

    def drop(self, feed: str, lines: list[str], of: date, name: str) -> None:
        """A department's file, in the folder of a day that may lie behind."""
        key = f"{DEPARTMENT[feed]}/{feed}/{of:%Y%m%d}/{name}.csv"
        data = ("\n".join(lines) + "\n").encode()
        self.place.village.put(key, data)
        self.standing[key] = data
        self.done[feed] += 1

    def roster(self, of: date) -> None:
        # Authorities list nobody whose payment has ended.
        listed = [each for each in self.folk if not self._has_ended(each)]
        self.drop("roster", [ROSTER, *(line for each in listed for line in each.lines())], of, "r")

    def _has_ended(self, who: Recipient) -> bool:
        if people.person_id_of(who.number) is None:
            return False
        return all(e.status is EntitlementStatus.TERMINATED for e in self.record(who).entitlements)

    def payments(self, of: date) -> None:
        """What an authority that does as it is told has paid in a month, and months in arrears with it."""
        rows = []
        for each in self.folk:
            record = self.record(each)
            for drawn in record.entitlements:
                if drawn.status is not EntitlementStatus.ACTIVE:
                    continue
                back = [i for i in record.instructions if i.kind is InstructionKind.RESUME]
                paid = {str(each.month) for each in payments_of(record.person.id)}
                owed = {str(month) for order in back for month in order.arrears} - paid
                for month in sorted({f"{of:%Y-%m}", *owed}):
                    rows.append(f"{each.number},{each.benefit},{month},{each.yuan},{of}")
        if rows:
            self.drop("payments", [PAID, *rows], of, "p")

    def hospital(self, of: date) -> None:
        """Some were in hospital; the file may come late, or name somebody first who never was there."""
        living = self.living()
        who = [each for each in living if self.chance.random() < 0.06]
        late = self.chance.choice((0, 0, 0, 2, 9, 30))
        wrong = self.chance.choice(living) if living and self.chance.random() < 0.2 else None
        if wrong in who:
            wrong = None
        rows = [(each.number, of - timedelta(days=self.chance.randrange(1, 12))) for each in who]
        never = [(wrong.number, of - timedelta(days=3))] if wrong else []
        if not rows:  # a file without rows waits for a person
            return

        def put(stays: list[tuple[str, date]]) -> None:
            lines = [f"{number},甲,乙,{day},入院" for number, day in stays]
            self.drop("hospital_inpatient", [HOSPITAL, *lines], of, "h")

        def first() -> None:
            self.told(rows)
            put([*rows, *never])
            if not never:
                self.stays += rows

        def right() -> None:
            put(rows)
            self.stays += rows
            self.done["corrected"] += 1

        self.done["late"] += late > 0
        self.on(of + timedelta(days=late), first)
        if never:
            self.on(of + timedelta(days=late + CORRECTED_AFTER), right)

    def told(self, rows: list[tuple[str, date]]) -> None:
        now = self.place.village.sandbox.now()
        for number, day in rows:
            self.first_told.setdefault(number, []).append((now, day))

    # ---- people ----

    def counter(self, who: Recipient) -> None:
        """Somebody certifies at a counter."""
        if who.number in self.died or people.person_id_of(who.number) is None:
            return
        key = EvidenceKey(self.today, FeedId("counter"), "certified")
        person = self.place.village.person(who.number)
        self.told([(who.number, self.today)])
        cases.evidence_arrived(person, [Evidence(key, FileId("api:test"), 1)], actor="counter")
        self.done["counter"] += 1

    def dies(self, who: Recipient) -> None:
        """Somebody dies; civil affairs tells of it, and two people look into it."""
        self.died[who.number] = self.today
        row = f"{who.number},甲,乙,{self.today},{self.today},火化"
        day = self.today + timedelta(days=self.chance.randrange(4, 25))
        self.on(day, lambda: self.drop("cremations", [CREMATED, row], day, f"c{who.sequence}"))
        self.done["deaths"] += 1

    def _visits(self) -> None:
        for row in list(worklists.visits("")):
            if row.item.not_before > self.today or self.chance.random() < 0.5:
                continue
            who = next(each for each in self.folk if self.place.village.person(each.number) == row.person)
            gone = who.number in self.died
            seen = not gone and self.chance.random() < self.reachable[who.number]
            if not gone and self.chance.random() < 0.25:
                self._offline(who, row.item.number, seen=seen)
            else:
                self._reports(WORKERS[0], who, row.item.number, seen=seen, key=None, made=self._hour())
                if seen:
                    self.told([(who.number, self.today)])

    def _hour(self) -> datetime:
        return datetime.combine(self.today, time(18, 30), clock.CHINA)

    def _offline(self, who: Recipient, number: int, *, seen: bool) -> None:
        """Two workers at one door without a network; each phone sends its word late, and once more."""
        made, days = self._hour(), self.chance.randrange(1, 6)
        order = list(WORKERS)
        self.chance.shuffle(order)
        self.done["offline"] += 1
        who_met = self.chance.choice(WORKERS)
        for n, by in enumerate(order):
            found = seen and by == who_met
            key = f"{who.sequence}-{number}-{by.replace(' ', '-')}-{made:%Y%m%d}"
            wait = days + n * self.chance.randrange(3)

            def send(by: str = by, found: bool = found, key: str = key) -> None:
                replies = [self._reports(by, who, number, seen=found, key=key, made=made) for _ in range(2)]
                if replies[0] != replies[1]:
                    self.different.append(f"{key}: {replies}")
                if found and replies[0][0] == 200:
                    self.told([(who.number, made.date())])
                elif found and b"not_by_the_author" not in replies[0][1]:  # a recheck is somebody else's
                    self.different.append(f"{key}: whoever was met is refused, {replies[0]}")

            self.on(self.today + timedelta(days=wait), send)

    def _reports(
        self, by: str, who: Recipient, number: int, *, seen: bool, key: str | None, made: datetime
    ) -> tuple[int, bytes]:
        person = self.place.village.person(who.number)
        mine = badge(by, person, self.place.home)
        token = KEY.issue(mine.role, mine.area, mine.subject, now=self.place.village.sandbox.now())
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        body: dict[str, object] = {
            "outcome": VisitOutcome.SEEN if seen else VisitOutcome.NOT_FOUND,
            "made_at": made.isoformat(),
            "notice_left": not seen,
            "document_seen": True,
        }
        if not seen:
            body |= {"through": "neighbour", "word": "does_not_know", "told_by": "某己"}
        path = f"/v1/visits/{person}.{number}/outcome"
        answer = self.place.gateway.handle("POST", path, headers, json.dumps(body).encode())
        self.answers[answer.status] += 1
        return answer.status, answer.body

    def _officers(self) -> None:
        """Lists are signed and deaths looked into, some days after they came."""
        for who in self.folk:
            if people.person_id_of(who.number) is None or self.chance.random() < 0.6:
                continue
            record = self.record(who)
            self._sign(record)
            self._look_into(who, record)
            for order in record.instructions:
                if order.waits_for_a_second:
                    self._second_arrears(who, order.name)

    def _sign(self, record: PersonRecord) -> None:
        person = record.person.id
        for line in record.proposals:
            try:
                if line.state is ProposalState.PROPOSED:
                    cases.confirm_proposal(person, line.number, by="township officer")
                elif line.state is ProposalState.CONFIRMED:
                    cases.approve_proposal(person, line.number, by="county officer", runs=every_benefit)
            except RefusedError as told:
                self.done[f"refused: {told.en}"] += 1

    def _look_into(self, who: Recipient, record: PersonRecord) -> None:
        person = record.person.id
        for asked in record.open_suspicions:
            so = asked.kind is SuspicionKind.DEATH and who.number in self.died
            if asked.verified_by is None:
                how: dict[str, Any] = {"verification": Verification.DOCUMENT, **AUTHORITY}
                cases.suspicion_verified(
                    person, asked.kind, asked.day, confirmed=so, by="county officer", **how
                )
            elif asked.verified_by != "second officer":
                cases.approve_suspicion(person, asked.kind, asked.day, by="second officer", **AUTHORITY)
                if so:
                    self.confirmed[who.number] = self.place.village.sandbox.now()

    def _second_arrears(self, who: Recipient, name: str) -> None:
        person = self.place.village.person(who.number)
        mine = badge("second county officer", person, self.place.home)
        now = self.place.village.sandbox.now()
        token = KEY.issue(mine.role, mine.area, mine.subject, now=now, authority=mine.authority)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        path = f"/v1/instructions/{person}.{name.replace('#', '.')}/approve"
        self.answers[self.place.gateway.handle("POST", path, headers, b"").status] += 1

    def carrier(self) -> None:
        """The carrier takes what waits; some it tells of twice."""
        sandbox = self.place.village.sandbox
        sqs, names = sandbox.client("sqs"), sandbox.names
        url = names["GatewayQueue"]
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                told = message_of(message["Body"])["message"]
                self.accepted[told] += 1
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                status = "DELIVRD" if self.chance.random() < 0.85 else "UNDELIV"
                body = json.dumps({"message": told, "status": status})
                for _ in range(2 if self.chance.random() < 0.2 else 1):
                    sqs.send_message(QueueUrl=names["CarrierReportsQueue"], MessageBody=body)

    # ---- what the platform was away ----

    def outage(self) -> None:
        """From tomorrow the platform is away for some days; then an operator says so."""
        lost = self.today + timedelta(days=1)
        gone = Outage(lost, lost + timedelta(days=self.chance.randrange(1, 6)))
        self.away.append(gone)
        self.on(gone.back, lambda: outages.say(gone))
        self.done["outages"] += 1


def begun(place: Place, village: int, months: int, seed: int) -> Years:
    """A village of recipients whose certificates end one after another, and what is planned in its years."""
    chance = random.Random(f"years {seed} {village}")
    folk = [
        Recipient(
            900 + n,
            phone=f"1380000{n:04d}",
            born=f"{1944 + n}0307",
            until=NEW_YEAR + timedelta(days=chance.randrange(20, 330)),
        )
        for n in range(FOLK)
    ]
    # Most are found; one or two are away for long, and come back when they please.
    reachable = {each.number: chance.choice((0.9, 0.7, 0.5, 0.0)) for each in folk}
    years = Years(place, chance, months, folk, reachable)
    years.roster(NEW_YEAR)
    place.village.until(NEW_YEAR)
    years.carrier()
    _plan(years)
    return years


def days_of(months: int) -> Iterator[date]:
    """The first day of each month."""
    for n in range(months):
        yield date(NEW_YEAR.year + n // 12, n % 12 + 1, 1)


def _plan(years: Years) -> None:
    chance = years.chance
    for first in days_of(years.months):
        late = chance.choice((0, 0, 0, 3, 11))
        if first > NEW_YEAR:
            day = first + timedelta(days=1)
            years.on(day + timedelta(days=late), lambda of=day: years.roster(of))  # type: ignore[misc]
        paid = first + timedelta(days=19)
        years.on(paid, lambda of=paid: years.payments(of))  # type: ignore[misc]
        of = first + timedelta(days=chance.randrange(12, 18))
        years.on(first + timedelta(days=3), lambda of=of: years.hospital(of))  # type: ignore[misc]
        for who in years.folk:
            if chance.random() < 0.04:
                day = first + timedelta(days=chance.randrange(2, 27))
                years.on(day, lambda who=who: years.counter(who))  # type: ignore[misc]
        if chance.random() < 0.15:
            years.on(first + timedelta(days=chance.randrange(2, 20)), years.outage)
        if chance.random() < 0.05:
            who = chance.choice(years.folk)
            if who.number not in years.died:
                years.on(first + timedelta(days=5), lambda who=who: _may_die(years, who))  # type: ignore[misc]


def _may_die(years: Years, who: Recipient) -> None:
    if who.number not in years.died and len(years.died) < FOLK // 3:
        years.dies(who)
