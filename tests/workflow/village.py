"""A village of a few invented people, and everybody who acts in it, in one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from stdnum.iso7064 import mod_11_2

from chalicelib import cases, clock
from chalicelib.engine.suspension.visits import NEEDED
from chalicelib.engine.suspicion.lifecycle import COUNTY, TOWNSHIP
from chalicelib.model import (
    BenefitCode,
    Close,
    DroppedFile,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    Message,
    PersonId,
    PersonRecord,
    StateName,
    Suspicion,
    SuspicionKind,
    Verification,
    VisitManner,
    VisitOutcome,
    Word,
)
from chalicelib.storage.dynamodb import files, people, worklists
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way

NEW_YEAR = date(2025, 1, 1)
# Nothing of this moves a case, and every night it would cost most of a day: once a year, in December.
HOUSEKEEPING = dict.fromkeys(
    (
        "TidyLake",
        "MonthlyQuality",
        "MonthlyRechecks",
        "NightlyAuditRoots",
        "NightlyStatistics",
        "WatchFeeds",
        "PushEvents",
    ),
    "cron(0 20 20 12 ? *)",
)
SELDOM = {  # what of it has a parameter of the deployment, once a month: for sandboxes started by that
    "StatisticsSchedule": "cron(0 17 1 * ? *)",
    "AuditRootsSchedule": "cron(30 17 1 * ? *)",
    "FeedWatchSchedule": "cron(30 23 1 * ? *)",
    "EventSchedule": "cron(20 1 1 * ? *)",
}
DUE = date(2025, 6, 30)
JULY = date(2025, 7, 28)  # whose period ends then is suspended from August
SPRING = DUE - timedelta(days=48)
"""Before the first reminder to those who are due then: until there most tests have nothing to do."""
DEPARTMENT = {
    "roster": "hrss",
    "payments": "hrss",
    "hospital_inpatient": "medical_insurance",
    "bus_rides": "transport",
    "gas_bills": "housing",
    "pharmacy_purchases": "medical_insurance",
    "cremations": "civil_affairs",
    "care_home": "civil_affairs",
    "custody": "justice",
    "employee_pension": "hrss",
    "travel_agency": "culture_tourism",
}
ROSTER = (
    "身份证号码,姓名,手机号码,区划代码,网格编号,待遇编号,待遇项目,月标准,待遇起始日期,认证有效期至,重点人群"
)


def number_of(sequence: int, born: str = "19500307", area: str = "341602") -> str:
    """An invented identity number: a real area, a reserved sequence, the right check character."""
    body = f"{area}{born}{sequence:03d}"
    return body + mod_11_2.calc_check_digit(body)


@dataclass
class Recipient:
    """One line of the roster, with what a test does not care about filled in."""

    sequence: int = 980
    benefit: str = "城乡居民基本养老保险"
    yuan: str = "200.00"
    phone: str = "13800000001"
    born: str = "19500307"
    until: date = DUE
    groups: str = ""
    area: str = "341602001001"
    also: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        return number_of(self.sequence, self.born)

    def lines(self) -> list[str]:
        benefits = (self.benefit, *self.also)
        return [
            f"{self.number},孟庆{self.sequence % 10},{self.phone},{self.area},G01,P{self.sequence}{i},"
            f"{benefit},{self.yuan if benefit != '门诊慢性病' else ''},2010-01-01,{self.until},{self.groups}"
            for i, benefit in enumerate(benefits)
        ]


@dataclass
class Village:
    """A running sandbox with some recipients on the roster."""

    sandbox: Sandbox
    dropped: list[tuple[str, bytes]] = field(default_factory=list)

    def settle(self, *recipients: Recipient) -> None:
        """Drop the roster and wait until it is taken in."""
        rows = [line for recipient in recipients for line in recipient.lines()]
        self.drop("roster", "\n".join([ROSTER, *rows]) + "\n")

    def drop(self, feed: str, text: str, name: str = "f.csv") -> None:
        """Put a file into the inbox as its department would."""
        key = f"{DEPARTMENT[feed]}/{feed}/{self.sandbox.today():%Y%m%d}/{name}"
        self.put(key, text.encode())

    def put(self, key: str, data: bytes) -> None:
        self.dropped.append((key, data))
        self.sandbox.client("s3").put_object(Bucket=self.sandbox.settings.inbox_bucket, Key=key, Body=data)
        self.sandbox.run_until_quiet()

    def hospital(self, number: str, day: date, what: str = "入院") -> None:
        text = f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{number},甲,乙,{day},{what}\n"
        self.drop("hospital_inpatient", text, f"{day}{what}.csv")

    def files(self) -> list[DroppedFile]:
        return sorted(files.everything(), key=lambda f: (f.feed, f.id))

    # --- people --------------------------------------------------------------------------------

    def person(self, number: str) -> PersonId:
        found = people.person_id_of(number)
        assert found is not None
        return found

    def record(self, number: str) -> PersonRecord:
        return people.find(number)

    def state(self, number: str) -> StateName | None:
        case = self.record(number).open_case
        return case.state if case else None

    # --- time ----------------------------------------------------------------------------------

    def days(self, number: int) -> None:
        """Let nothing but days pass."""
        with short_way(ACCOUNT):
            self.sandbox.advance(days=max(0, number))

    def until(self, day: date) -> None:
        """Let time pass until the evening of a day."""
        with short_way(ACCOUNT):
            self.sandbox.advance_to(datetime.combine(day, time(19), clock.CHINA))

    def until_state(self, number: str, state: StateName, most_days: int = 400) -> None:
        """Let days pass until a person's case stands in a state."""
        with short_way(ACCOUNT):
            for _ in range(most_days):
                if self.state(number) is state:
                    return
                self.sandbox.advance(days=1)
        raise AssertionError(f"never came to {state}; stands in {self.state(number)}")

    # --- who acts ------------------------------------------------------------------------------

    def knock(self, number: str, outcome: VisitOutcome = VisitOutcome.NOT_FOUND, **more: Any) -> None:
        """The grid worker goes as soon as the pending visit may be made, when and how it asks."""
        row = next(row for row in worklists.visits("") if row.person == self.person(number))
        self.days((row.item.not_before - self.sandbox.today()).days)
        in_the_evening = row.item.manner is VisitManner.EVENING_OR_WEEKEND
        at = datetime.combine(self.sandbox.today(), time(20 if in_the_evening else 17), clock.CHINA)
        self.sandbox.advance_to(max(at, self.sandbox.now() + timedelta(minutes=1)))
        if row.item.manner is VisitManner.SOMEBODY_CLOSE and outcome is VisitOutcome.NOT_FOUND:
            more.setdefault("asked", cases.Asked(Close.NEIGHBOUR, "邻居", Word.DOES_NOT_KNOW))
        cases.visit_made(
            row.person,
            row.item.number,
            outcome=outcome,
            made=clock.now(),
            by="worker",
            notice_left=more.pop("notice_left", outcome is VisitOutcome.NOT_FOUND),
            **more,
        )
        self.sandbox.run_until_quiet()

    def failed_visits(self, number: str) -> None:
        """As many as rule 10 asks for, each in its way."""
        for _ in range(NEEDED):
            self.until_state(number, StateName.DISPATCH_HOME_VISIT)
            self.knock(number)

    def confirm(self, number: str, by: str = "township officer") -> None:
        proposal = self.record(number).proposals[-1]
        cases.confirm_proposal(self.person(number), proposal.number, by=by)
        self.sandbox.run_until_quiet()

    def approve(self, number: str, by: str = "county officer") -> None:
        proposal = self.record(number).proposals[-1]
        cases.approve_proposal(self.person(number), proposal.number, by=by, runs=every_benefit)
        self.sandbox.run_until_quiet()

    def second_word(self, number: str, by: str = "second officer") -> None:
        """An officer of the only authority says the same of all that one has confirmed and that needs two."""
        for suspicion in self.record(number).open_suspicions:
            if suspicion.verified_by is not None:
                cases.approve_suspicion(
                    self.person(number),
                    suspicion.kind,
                    suspicion.day,
                    by=by,
                    **AUTHORITY,
                )
        self.sandbox.run_until_quiet()

    def found_so(self, number: str, *officers: str) -> None:
        """Officers, one after another, say that what is asked about somebody is so; they have a document."""
        (asked,) = self.record(number).open_suspicions
        for by in officers:
            cases.suspicion_verified(
                self.person(number),
                asked.kind,
                asked.day,
                confirmed=True,
                by=by,
                verification=Verification.DOCUMENT,
                **AUTHORITY,
            )
        self.sandbox.run_until_quiet()

    def suspend(self, number: str) -> None:
        """The whole way to a suspension."""
        self.failed_visits(number)
        self.until_state(number, StateName.PROPOSE_SUSPENSION)
        self.confirm(number)
        self.approve(number)
        self.until_state(number, StateName.AWAIT_RESUMPTION)

    def certifies(self, number: str, day: date | None = None) -> None:
        """The person certifies at a counter."""
        key = EvidenceKey(day or self.sandbox.today(), FeedId("counter"), "certified")
        cases.evidence_arrived(self.person(number), [Evidence(key, FileId("api:test"), 1)], actor="counter")
        self.sandbox.run_until_quiet()

    # --- what to compare ---------------------------------------------------------------------

    def end_state(self) -> Mapping[str, Any]:
        """Everything that must not depend on order or repetition of files."""
        records = sorted(people.everyone(), key=lambda r: r.person.id)
        return {
            record.person.id: {
                "certificates": {e.benefit: (e.valid_until, e.route, e.status) for e in record.entitlements},
                "evidence": sorted(str(e.key) for e in record.evidence),
                "cases": [(c.due, c.state, c.outcome) for c in record.cases],
                "suspicions": [(s.name, s.state) for s in record.suspicions],
                "messages": sorted(_message(m) for m in record.messages),
            }
            for record in records
        }


def every_benefit(benefit: BenefitCode) -> bool:
    """What an officer decides for where all benefits are run by one authority."""
    return True


def besides_dates(suspicions: tuple[Suspicion, ...]) -> tuple[Suspicion, ...]:
    """Without what is asked because a date will come."""
    return tuple(s for s in suspicions if s.kind is not SuspicionKind.UPCOMING)


def no_benefit(benefit: BenefitCode) -> bool:
    """What an officer of a village, a township or of no authority decides for."""
    return False


AUTHORITY: Mapping[str, Any] = {"level": COUNTY, "runs": every_benefit}  # an officer who decides for all
TOWNSHIP_OFFICE: Mapping[str, Any] = {"level": TOWNSHIP, "runs": no_benefit}


def _message(message: Message) -> tuple[str, str, str]:
    return message.template, message.about, message.state


def days_before(days: int, due: date = DUE) -> date:
    return due - timedelta(days=days)
