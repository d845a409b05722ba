"""The authorities that pay: they read their instructions, acknowledge them, and send what they paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from chalicelib.model import BenefitCode, Month
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.api_client import Badge
from sandbox.town.claims import Claim
from sandbox.town.context import Scene
from sandbox.town.kinds_of_life import BANK_PAYS_ON
from sandbox.town.registers import Paid, payments_drop
from sandbox.town.townsperson import Townsperson

READING_DAY: Final = 8  # of the month: after the results, before the money leaves
PAY_DAY: Final = 10
STOPS: Final = ("suspend", "pause", "terminate")
MISTAKEN: Final = "06"  # the month of which the list is wrong at first
CORRECTED_AFTER: Final = 5  # days
TOO_MUCH: Final = 5_000  # fen
LATE: Final = "09"  # the month of which the list comes after two later ones
LATE_BY: Final = 75  # days
PAYS_ON: Final = 3  # months for which a bank misses a stop
OVERSTATED: Final = 6  # people of a wrong list, or one more: fewer than make a whole list doubtful


@dataclass
class _Account:
    """How an authority stands to one claim."""

    stopped_from: str | None = None
    suspended: bool = False
    paid_until: str = ""  # the last month paid
    owed: dict[str, int] = field(default_factory=dict)  # month -> arrears to pay with it
    paid_on: int = 0  # months since the stop


@dataclass
class Authorities:
    """Every authority, its accounts, and its pay runs."""

    scene: Scene
    payments: Feed
    run_by: Mapping[BenefitCode, str]
    missing: Callable[[Townsperson], None]  # somebody notices that money did not come
    _accounts: dict[tuple[int, str], _Account] = field(default_factory=lambda: defaultdict(_Account))
    _obeyed: set[str] = field(default_factory=set)

    def read_instructions(self) -> None:
        """Acknowledge what has been issued, and do it from now on."""
        city = self.scene.town.city
        for authority in sorted(set(self.run_by.values())):
            badge = Badge("officer", f"payer-{authority}", city, authority=authority)
            self._approve_arrears(authority)
            lines = list(self.scene.desk.lines(badge, "/v1/instructions", city))
            for line in sorted(lines, key=lambda told: (told["issued"], told["kind"] == "resume")):
                if line["state"] == "issued":
                    self.scene.desk.post(badge, f"/v1/instructions/{line['id']}/acknowledge", {})
                if line["id"] not in self._obeyed:
                    self._obeyed.add(str(line["id"]))
                    self._obey(line)

    def _approve_arrears(self, authority: str) -> None:
        """A second person looks at the arrears that one person's word does not bring."""
        city = self.scene.town.city
        second = Badge("officer", f"second-{authority}", city, authority=authority)
        for line in list(self.scene.desk.lines(second, "/v1/instructions", city)):
            if line.get("held_months"):
                self.scene.desk.post(second, f"/v1/instructions/{line['id']}/approve", {})

    def _obey(self, line: dict[str, Any]) -> None:
        person = self.scene.person(str(line["person"]))
        account = self._accounts[person.index, str(line["benefit"]["benefit"])]
        kind, month = str(line["kind"]), str(line["month"])
        if kind in STOPS:
            account.stopped_from, account.suspended = month, kind == "suspend"
        elif kind == "resume":
            account.stopped_from, account.suspended = None, False
            account.paid_until = max(account.paid_until, before(month))
            account.owed[month] = account.owed.get(month, 0) + int(line["fen"])
        elif kind == "adjust" and int(line["fen"]) > 0:  # what is too much is asked back, and not taken away
            account.owed[month] = account.owed.get(month, 0) + int(line["fen"])

    def pay(self) -> None:
        """The month's pay run: everybody who is owed something is paid, and the list is sent."""
        month = f"{self.scene.today:%Y-%m}"
        paid: list[Paid] = []
        for person in self.scene.town.people:
            for claim in person.claims:
                if claim.fen and person.joins <= self.scene.today:
                    paid += self._pay(person, claim, month)
        if paid:
            self._send(self.scene.today, paid)

    def _pay(self, person: Townsperson, claim: Claim, month: str) -> list[Paid]:
        account = self._accounts[person.index, claim.benefit]
        if account.stopped_from is not None and month >= account.stopped_from:
            if person.kind == BANK_PAYS_ON and account.paid_on < PAYS_ON:
                account.paid_on += 1
                account.paid_until = month
                return [Paid(person.index, claim.benefit, Month(month), claim.fen)]
            if account.suspended and person.life.lives_on(self.scene.today):
                self.missing(person)
            return []
        first = after(account.paid_until) if account.paid_until else month
        paid = []
        for due in months_up_to(first, month):
            fen = claim.fen + account.owed.pop(due, 0)
            paid.append(Paid(person.index, claim.benefit, Month(due), fen))
        account.paid_until = month
        return paid

    def _send(self, day: date, paid: list[Paid]) -> None:
        """Send the list; one a year is wrong at first, and corrected, and one comes late."""
        drop = payments_drop(self.scene.town, self.payments, day, paid)
        for row in paid:
            key = (row.person, row.benefit, row.month)
            self.scene.diary.paid[key] = self.scene.diary.paid.get(key, 0) + row.fen
            self.scene.diary.first_paid.setdefault((row.person, row.benefit), day)
        if f"{day:%m}" == LATE:
            self.scene.soon(LATE_BY, 10, 0, lambda: self.scene.drop(drop))
            return
        if f"{day:%m}" != MISTAKEN:
            self.scene.drop(drop)
            return
        wrong = _mistaken(paid)
        said = [row for row, really in zip(wrong, paid, strict=True) if row != really]
        self.scene.diary.misstated += [(row.person, row.benefit, row.month) for row in said]
        self.scene.drop(payments_drop(self.scene.town, self.payments, day, wrong))
        self.scene.soon(CORRECTED_AFTER, 10, 0, lambda: self.scene.drop(drop))


def _mistaken(paid: list[Paid]) -> list[Paid]:
    """The list as if a few people had been paid too much."""
    wrong = range(0, len(paid), max(1, len(paid) // OVERSTATED))
    return [replace(row, fen=row.fen + TOO_MUCH) if n in wrong else row for n, row in enumerate(paid)]


def after(month: str) -> str:
    """The month after a month.

    >>> after("2025-12")
    '2026-01'
    """
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def before(month: str) -> str:
    """The month before a month.

    >>> before("2026-01")
    '2025-12'
    """
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"


def months_up_to(first: str, last: str) -> list[str]:
    """Every month from one to another, both inclusive.

    >>> months_up_to("2025-11", "2026-01")
    ['2025-11', '2025-12', '2026-01']
    """
    months = []
    while first <= last:
        months.append(first)
        first = after(first)
    return months
