"""Officers: townships confirm suspension lines, counties approve them, and both verify suspicions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.model import SuspicionKind
from sandbox.town.api_client import Badge
from sandbox.town.context import Scene
from sandbox.town.kinds_of_life import CARD_RENEWED, CARDS_IN_FORCE, DEAD_BY_FILE
from sandbox.town.reversals import decide_again
from sandbox.town.seeded_random import chance
from sandbox.town.townsperson import Townsperson

STRIKES: Final = 0.04  # lines that a township strikes because somebody knows better
DOUBTS: Final = 0.02  # lines that a county strikes
FORGETS: Final = 0.03  # lines that stay lying for another round
BY_VISIT: Final = ("death", "contradiction")  # the others are settled by papers: nobody need knock
PAPERS_AFTER: Final = timedelta(days=3)  # to get a document about custody or another pension
HELD_FOR_LOST: Final = 0.5  # of cards that ran out and are being renewed
CERTIFICATE_AFTER: Final = timedelta(days=24)  # a death that no visit settled is looked up in the register


@dataclass
class Officers:
    """Every office of the town: townships by nine digits, counties by six."""

    scene: Scene
    authorities: tuple[str, ...]  # that run the benefits drawn here
    departments: tuple[str, ...]  # that send files

    @property
    def townships(self) -> tuple[str, ...]:
        """The codes of all townships."""
        return tuple(sorted({village[:9] for village in self.scene.town.villages}))

    @property
    def counties(self) -> tuple[str, ...]:
        """The codes of all counties."""
        return tuple(sorted({village[:6] for village in self.scene.town.villages}))

    def confirm_lines(self, township: str) -> None:
        """A township goes through its list, line by line."""
        self._decide(
            Badge("officer", f"township-{township}", township), township, "proposed", "confirm", STRIKES
        )

    def approve_lines(self, county: str) -> None:
        """Each authority's office of the county approves its benefits of what townships have confirmed."""
        for authority in self.authorities:
            badge = Badge("officer", f"{authority}-{county}", county, authority=authority)
            self._decide(badge, county, "confirmed", "approve", DOUBTS)

    def _decide(self, officer: Badge, area: str, state: str, action: str, strikes: float) -> None:
        for line in self.scene.desk.lines(officer, "/v1/suspension-proposals", area):
            if line["state"] != state:
                continue
            draw = chance(self.scene.town.seed, action, line["id"], self.scene.today).random()
            where = f"/v1/suspension-proposals/{line['id']}"
            if draw < strikes:
                self.scene.desk.post(officer, f"{where}/refuse", {"reason": "村里反映本人健在，再核实"})
            elif draw > FORGETS + strikes:
                self.scene.desk.post(officer, f"{where}/{action}", {})

    def look_at_limits(self) -> None:
        """Where far more are to be suspended than usual, somebody of the city looks at the lines first."""
        reason = {"reason": "已与县区逐行核对，均属应当暂停"}
        for authority in self.authorities:
            officer = Badge("officer", f"limits-{authority}", self.scene.town.city, authority=authority)
            for limit in self.scene.desk.lines(officer, "/v1/suspension-limits", self.scene.town.city):
                if limit["state"] == "exceeded":
                    self.scene.desk.post(officer, f"/v1/suspension-limits/{limit['id']}/lift", reason)

    def look_into_suspicions(self, county: str) -> None:
        """What no visit settles is settled by papers: custody, another pension, a condition, a death.

        Each authority looks into what concerns it, but no line twice on a day, and ends its own benefits for
        what is confirmed.
        """
        looked_into: set[str] = set()
        for authority in self.authorities:
            officer = Badge("officer", f"{authority}-verifier-{county}", county, authority=authority)
            second = Badge("officer", f"{authority}-approver-{county}", county, authority=authority)
            for line in self.scene.desk.lines(officer, "/v1/suspicions", county):
                if line["id"] not in looked_into:
                    looked_into.add(line["id"])
                    self._look_into(officer, second, line)
            for line in self.scene.desk.lines(second, "/v1/endings", county):
                if self._is_true(line):
                    self.scene.desk.post(second, f"/v1/endings/{line['id']}/approve", {})
                    self._note(second, line)

    def decide_reversals(self, county: str) -> None:
        """What may have been ended in error is decided within a working day, by two of the county.

        Where somebody of the township has begun, they go on.
        """
        for authority in self.authorities:
            officer = Badge("officer", f"{authority}-verifier-{county}", county, authority=authority)
            for line in self.scene.desk.lines(officer, "/v1/suspicions", county):
                if line["kind"] == "reversal" and line["confirmed_by"] is None:
                    self._decide_again(line, officer)

    def _look_into(self, officer: Badge, second: Badge, line: dict[str, Any]) -> None:
        if line["confirmed_by"] is not None:
            self._say_the_same(second, line)
            return
        if line["kind"] == "reversal":
            self._decide_again(line, officer)
            return
        waited = self.scene.today - date.fromisoformat(line["opened"])
        by_papers = line["kind"] not in BY_VISIT
        if waited >= (PAPERS_AFTER if by_papers else CERTIFICATE_AFTER):
            is_true = self._is_true(line)
            said = {"confirmed": is_true, "verification": "document"}
            if self.scene.desk.post(officer, f"/v1/suspicions/{line['id']}/outcome", said) and is_true:
                self._note(officer, line)

    def _say_the_same(self, second: Badge, line: dict[str, Any]) -> None:
        """A second person looks at what a first one has confirmed, and approves it or knows better."""
        where = f"/v1/suspicions/{line['id']}"
        if self._is_true(line):
            if self.scene.desk.post(second, f"{where}/approve", {}) is not None:
                self._note(second, line)
        else:
            self.scene.desk.post(
                second, f"{where}/outcome", {"confirmed": False, "verification": "statement"}
            )

    def _decide_again(self, line: dict[str, Any], first: Badge) -> None:
        """Two who had no part in it decide whether an ending was wrong."""
        person = self.scene.person(str(line["person"]))
        for name in ("reviser", "second-reviser"):
            reviser = replace(first, subject=f"{first.authority}-{name}-{first.area}")
            decide_again(self.scene, reviser, str(line["id"]), person)

    def _note(self, officer: Badge, line: dict[str, Any]) -> None:
        """Note who has said of somebody who lives that she is dead."""
        person = self.scene.person(str(line["person"]))
        if line["kind"] == "death" and person.life.lives_on(self.scene.today):
            self.scene.diary.say_dead(person.index, self.scene.today, officer.subject)

    def look_at_held_files(self) -> None:
        """A file that waits for a person is let pass: its department has looked, and it is right as it is."""
        for department in self.departments:
            officer = Badge("officer", f"files-{department}", self.scene.town.city, authority=department)
            for file in self.scene.desk.get(officer, "/v1/files", state="held").get("items", ()):
                reason = {"reason": "已逐项核对，数据无误"}
                if self.scene.desk.post(officer, f"/v1/files/{file['id']}/release", reason) is not None:
                    self.scene.diary.released(str(file["feed"]))

    def _is_true(self, line: dict[str, Any]) -> bool:
        person = self.scene.person(str(line["person"]))
        day = date.fromisoformat(line["day"])
        match line["kind"]:
            case "custody":
                return person.life.really(SuspicionKind.CUSTODY, day)
            case "restart":
                return not person.life.jailed_on(self.scene.today) and not _has_no_card(
                    person, self.scene.today
                )
            case "double_receipt":
                return person.life.really(SuspicionKind.DOUBLE_RECEIPT, day)
            case "condition":
                return person.lost_on(self.scene.today) or self._has_lost_it(person)
            case "wrong_amount":
                return False  # whoever draws here is paid what is due
            case "two_numbers":
                return person.corrected is not None
            case "death" if person.life.lives_on(self.scene.today):
                return self._is_believed(person, day)
        return not person.life.lives_on(self.scene.today)

    def _has_lost_it(self, person: Townsperson) -> bool:
        """Whether an officer holds a card that is being renewed for lost: one in two does."""
        strict = chance(self.scene.town.seed, "holds for lost", person.index).random() < HELD_FOR_LOST
        return strict and _has_no_card(person, self.scene.today)

    def _is_believed(self, person: Townsperson, day: date) -> bool:
        """Whether everybody takes for dead somebody who lives: told at the door, or written in a file."""
        told = self.scene.diary.told_dead.get(person.index)
        if told is not None:
            return told.is_believed
        return person.kind == DEAD_BY_FILE and any(h.accuses and h.day == day for h in person.life.happenings)


def _has_no_card(person: Townsperson, day: date) -> bool:
    """Whether her card has run out by a day, and the next one has not been issued."""
    cards = [listed for listed in person.life.listed if listed.feed == CARDS_IN_FORCE]
    return person.kind == CARD_RENEWED and not any(card.on(day) for card in cards)
