"""What happens in the village meanwhile: files, visits, words of officers, a carrier that reports.

Everybody who acts tries again when told to come back, as people do, until it is done or refused. Chance says
who does what when, by the seed alone.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from chalicelib import cases, clock
from chalicelib.cases import executions
from chalicelib.errors import ConflictError, NotFoundError, RefusedError, UnreadableError
from chalicelib.model import (
    BenefitCode,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    Lift,
    Month,
    StateName,
    SuspicionKind,
    Verification,
    VisitOutcome,
)
from chalicelib.storage.clients import is_out_of_reach
from chalicelib.storage.dynamodb import limit_overrides, people, worklists
from chalicelib.storage.s3 import lake
from sandbox.town.carrier_links import message_of
from tests.faults.machine import FaultySandbox
from tests.workflow.crashes import Died
from tests.workflow.test_crash_points import ready_to_suspend
from tests.workflow.village import AUTHORITY, DEPARTMENT, NEW_YEAR, ROSTER, Recipient

HOSPITAL: Final = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
TRAVEL: Final = "身份证号码,姓名,旅行社名称,线路名称,出行日期"
CREMATED: Final = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"
PAID: Final = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
ENDED: Final = date(2024, 11, 30)  # the period of those whom two people have approved to suspend
DIED_ON: Final = NEW_YEAR - timedelta(days=4)
FAULTY_HOURS: Final = 60
DAILY_RUN: Final = datetime.combine(NEW_YEAR, time(6), clock.CHINA)  # the first one while calls fail
TAKES_EFFECT: Final = (60, 330)  # minutes after the start: what was approved, before the daily run
AGAIN: Final = timedelta(minutes=17)  # after which somebody who was told to come back does
NOT_YET: Final = timedelta(hours=3)  # after which somebody looks again for what is not there yet
_ROUNDS: Final = 40  # of the same act; then it is given up, and said so


@dataclass
class Story:
    """One village, what has been done in it, and what was seen from outside."""

    sandbox: FaultySandbox
    chance: random.Random
    suspended: list[Recipient]  # whom two people have approved to suspend
    travelled: Recipient  # one of them, of whom only the lake knows that they were seen
    folk: list[Recipient]  # everybody else
    dead: Recipient
    evidence: dict[str, datetime] = field(
        default_factory=dict
    )  # number → when certifying evidence was dropped
    hospital_rows: list[tuple[str, date]] = field(default_factory=list)
    first_told: dict[str, datetime] = field(default_factory=dict)
    dropped: dict[str, bytes] = field(default_factory=dict)
    accepted: Counter[str] = field(default_factory=Counter)  # message → how often the carrier took it
    refused: Counter[str] = field(default_factory=Counter)
    given_up: list[str] = field(default_factory=list)
    open_acts: int = 0

    @property
    def everybody(self) -> list[Recipient]:
        return [*self.suspended, *self.folk, self.dead]

    def told_of(self, who: Recipient) -> datetime | None:
        return self.first_told.get(who.number)

    # ---- acting ----

    def soon(self, name: str, act: Callable[[], object], at: datetime, rounds: int = _ROUNDS) -> None:
        """Have somebody act at an instant, and again where the platform asks for it."""
        self.open_acts += 1

        def again(why: BaseException) -> None:
            if rounds:
                wait = NOT_YET if isinstance(why, NotFoundError) else AGAIN
                self.soon(name, act, self.sandbox.now() + wait, rounds - 1)
            else:
                self.given_up.append(f"{name}: {why!r}")

        def attempt() -> None:
            self.open_acts -= 1
            try:
                act()
            except (Died, ConflictError, NotFoundError, UnreadableError) as told:
                again(told)
            except RefusedError as told:
                self.refused[f"{name}: {told.en}"] += 1
            except Exception as told:
                if not is_out_of_reach(told):
                    raise
                again(told)

        self.sandbox.at(at, lambda: self.sandbox.strands.begin(attempt, name))

    def some_time(self) -> datetime:
        """An instant while calls fail; now and then the one at which the daily run reads everybody."""
        if self.chance.random() < 0.2:
            run = DAILY_RUN + timedelta(days=self.chance.randrange(2))
            return run + timedelta(seconds=self.chance.randrange(3))
        return self.sandbox.now() + timedelta(minutes=self.chance.randrange(10, FAULTY_HOURS * 60))

    # ---- files ----

    def drop(self, feed: str, lines: list[str], name: str, at: datetime) -> None:
        """A department puts a file into the inbox."""
        key = f"{DEPARTMENT[feed]}/{feed}/{clock.civil_date(at):%Y%m%d}/{name}"
        data = ("\n".join(lines) + "\n").encode()

        def put() -> None:
            bucket = self.sandbox.settings.inbox_bucket
            self.sandbox.client("s3").put_object(Bucket=bucket, Key=key, Body=data)
            self.dropped[key] = data

        self.sandbox.at(at, put)

    def stays(self, who: list[Recipient], number: int, at: datetime | None = None) -> None:
        """A hospital tells of some people, who are certified by that; at any time, unless one is given."""
        at = at or self.some_time()
        rows = []
        for each in who:
            self.first_told[each.number] = min(at, self.first_told.get(each.number, at))
            day = NEW_YEAR - timedelta(days=self.chance.randrange(1, 9))
            rows.append(f"{each.number},甲,乙,{day},入院")
            self.hospital_rows.append((each.number, day))
            self.evidence[each.number] = min(at, self.evidence.get(each.number, at))
        self.drop("hospital_inpatient", [HOSPITAL, *rows], f"h{number}.csv", at)
        if self.chance.random() < 0.4:  # the same file again, or under another name
            later = max(self.some_time(), at)
            self.drop(
                "hospital_inpatient", [HOSPITAL, *rows], f"h{number + self.chance.choice((0, 50))}.csv", later
            )

    def others(self) -> None:
        """Presence that waits in the lake, payments, a roster of the next day, a cremation."""
        who = self.chance.sample(self.folk, 3)
        trips = [f"{each.number},甲,乙,丙,{NEW_YEAR}" for each in who]
        self.drop("travel_agency", [TRAVEL, *trips], "t.csv", self.some_time())
        paid = [f"{each.number},{each.benefit},2024-12,200.00,2024-12-20" for each in self.everybody]
        self.drop("payments", [PAID, *paid], "p.csv", self.some_time())
        lines = [line for each in self.everybody for line in each.lines()]
        new = Recipient(899, phone="13800000899", born="19490307", until=date(2025, 9, 30))
        self.folk.append(new)
        self.drop("roster", [ROSTER, *lines, *new.lines()], "r.csv", self.some_time())
        row = f"{self.dead.number},甲,乙,{DIED_ON},{DIED_ON},火化"
        self.drop("cremations", [CREMATED, row], "c.csv", self.some_time())

    # ---- people ----

    def certifies(self, who: Recipient) -> None:
        """Somebody certifies at a counter."""
        at = self.some_time()
        self.evidence[who.number] = min(at, self.evidence.get(who.number, at))

        def act() -> None:
            key = EvidenceKey(clock.civil_date(at), FeedId("counter"), "certified")
            cases.evidence_arrived(person_of(who), [Evidence(key, FileId("api:test"), 1)], actor="counter")

        self.soon("counter", act, at)

    def takes_effect(self, who: Recipient) -> None:
        """The month comes in which somebody's payment is to stop: their case walks on from there."""
        at = self.sandbox.now() + timedelta(minutes=self.chance.randrange(*TAKES_EFFECT))

        def act() -> None:
            record = people.find(who.number)
            if record.open_case is not None:
                executions.start_certification(record.person.id, record.open_case, StateName.SUSPEND)

        self.soon("month comes", act, at)

    def visits(self, at: datetime) -> None:
        """A grid worker goes to whom somebody is asked to visit, and finds some."""

        def act() -> None:
            for row in list(worklists.visits("")):
                if row.item.not_before > clock.today():
                    continue
                found = random.Random(f"{row.person}{row.item.number}").random() < 0.5
                cases.visit_made(
                    row.person,
                    row.item.number,
                    outcome=VisitOutcome.SEEN if found else VisitOutcome.NOT_FOUND,
                    made=clock.now(),
                    by="worker",
                    notice_left=not found,
                )

        self.soon("visit", act, at)

    def death(self, at: datetime, by: str) -> None:
        """An officer says that a death is so; another approves what ends by it."""

        def act() -> None:
            record = people.find(self.dead.number)
            found = next((s for s in record.suspicions if s.kind is SuspicionKind.DEATH), None)
            if found is None:
                raise NotFoundError("nobody has told of a death yet")
            if found.verified_by in (None, by):  # what one person says twice is one word
                how: dict[str, Any] = {"verification": Verification.DOCUMENT, **AUTHORITY}
                cases.suspicion_verified(
                    record.person.id, found.kind, found.day, confirmed=True, by=by, **how
                )
            else:
                cases.approve_suspicion(record.person.id, found.kind, found.day, by=by, **AUTHORITY)

        self.soon(f"death {by}", act, at)

    def carrier(self) -> None:
        """The carrier takes what waits, and reports of it: most arrived; now and then it says so twice."""
        sqs, names = self.sandbox.client("sqs"), self.sandbox.names
        url = names["GatewayQueue"]
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                told = message_of(message["Body"])["message"]
                self.accepted[told] += 1
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                status = "DELIVRD" if self.chance.random() < 0.8 else "UNDELIV"
                body = json.dumps({"message": told, "status": status})
                for _ in range(2 if self.chance.random() < 0.2 else 1):
                    sqs.send_message(QueueUrl=names["CarrierReportsQueue"], MessageBody=body)


def person_of(who: Recipient) -> Any:
    """A recipient's id. Raises NotFoundError while no roster has been taken in."""
    found = people.person_id_of(who.number)
    if found is None:
        raise NotFoundError("no roster names them yet")
    return found


def begun(sandbox: FaultySandbox, seed: int) -> Story:
    """A village on New Year's Day, quiet so far, and everything that is going to happen in it."""
    chance = random.Random(f"story {seed}")

    def recipient(n: int, until: date, **more: Any) -> Recipient:
        return Recipient(900 + n, phone=f"1380000{n:04d}", born=f"{1946 + n % 9}0307", until=until, **more)

    suspended = [recipient(n, ENDED) for n in range(4)]
    ends = [44, 45, 46, 47, 47, 24, 25, 170]  # most come due in these days, and are told so
    folk = [recipient(10 + n, NEW_YEAR + timedelta(days=days)) for n, days in enumerate(ends)]
    folk.append(recipient(20, NEW_YEAR + timedelta(days=40), groups="失能"))
    dead = recipient(30, NEW_YEAR + timedelta(days=200))
    story = Story(sandbox, chance, suspended, suspended[-1], folk, dead)
    rows = [ROSTER, *(line for each in story.everybody for line in each.lines())]
    bucket = sandbox.settings.inbox_bucket
    key = f"hrss/roster/{NEW_YEAR - timedelta(days=1):%Y%m%d}/f.csv"
    sandbox.client("s3").put_object(Bucket=bucket, Key=key, Body=("\n".join(rows) + "\n").encode())
    sandbox.run_until_quiet()
    month, pension = Month("2025-01"), BenefitCode("resident_pension")
    limit_overrides.put(Lift("341602", month, pension, 1_000, "city officer", "逐行核对无误", clock.now()))
    for each in suspended:
        people.change(person_of(each), lambda record: ready_to_suspend(record, ENDED))
    seen = Evidence(EvidenceKey(DIED_ON, FeedId("travel_agency"), "travelled"), FileId("before"), 2)
    lake.put_evidence(seen.key.feed, seen.file, {person_of(story.travelled): [seen]})
    story.evidence[story.travelled.number] = sandbox.now()
    _plan(story)
    return story


def _plan(story: Story) -> None:
    """Who does what when."""
    chance = story.chance
    for each in story.suspended:
        story.takes_effect(each)
    in_time = story.sandbox.now() + timedelta(minutes=chance.randrange(10, TAKES_EFFECT[1]))
    story.stays(chance.sample(story.suspended[:-1], 1), 9, in_time)
    for number in range(3):
        who = chance.sample([*story.suspended, *story.folk], chance.randrange(1, 4))
        story.stays(who, number)
    story.others()
    for each in chance.sample([*story.suspended, *story.folk[:-1]], 2):
        story.certifies(each)
    start = story.sandbox.now()
    for hour in range(5, FAULTY_HOURS + 60, 6):
        at = start + timedelta(hours=hour, minutes=chance.randrange(60))
        story.sandbox.at(at, story.carrier)
        story.visits(at + timedelta(minutes=chance.randrange(200)))
    for by in ("county officer", "second officer"):
        for _ in range(2):
            story.death(story.some_time(), by)
        story.death(start + timedelta(hours=FAULTY_HOURS + (10 if by.startswith("second") else 2)), by)
