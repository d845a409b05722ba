"""Grid workers: each week they fetch whom to visit, knock on doors, and report what they found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.clock import CHINA
from sandbox.town.api_client import Badge
from sandbox.town.context import Knocked, Mistapped, Scene
from sandbox.town.kinds_of_life import DEAD_BY_FILE, MISTAPPED, TOLD_DEAD
from sandbox.town.lives import Manner
from sandbox.town.names import name_of
from sandbox.town.recipients import Folk
from sandbox.town.seeded_random import chance, happens
from sandbox.town.townsperson import Townsperson

NO_TIME: Final = 0.06  # a visit that the worker does not get round to this week
OPENS: Final = 0.82  # somebody who is usually at home opens the door
MORNINGS: Final = (8, 11)
AFTERNOONS: Final = (14, 17)
EVENINGS: Final = (18, 20)
DEAD_FOR: Final = 9  # days, as a neighbour has it who takes somebody else for her
BY_AN_OFFICER: Final = 0.5  # of mistaken taps; the others the worker finds herself the same day
TAKEN_FOR_DEAD: Final = (TOLD_DEAD, DEAD_BY_FILE)
KNOWN_TO_SOMEBODY: Final = 0.8  # of whom nobody meets: a relative, a neighbour or the village doctor has

# What a neighbour says of somebody who is not there.
EXPLAINED: Final = {Manner.AWAY: "away", Manner.MOVED: "moved"}


@dataclass
class GridWorkers:
    """The grid workers of every village."""

    scene: Scene
    folk: Folk
    _planned: set[str] = field(default_factory=set)

    def go_round(self, village: str) -> None:
        """Fetch the village's list and plan a visit for everybody who may be visited by now."""
        worker = self._worker(village)
        today = self.scene.today
        for line in self.scene.desk.lines(worker, "/v1/visits", village):
            visit = str(line["id"])
            if visit in self._planned or date.fromisoformat(line["not_before"]) > today:
                continue
            if happens(NO_TIME, self.scene.town.seed, "no time", visit, today):
                continue
            self._planned.add(visit)
            self._plan(self._checker(village) if line["purpose"] == "recheck" else worker, visit, line)

    def _worker(self, village: str) -> Badge:
        return Badge("grid-worker", f"grid-{self.scene.town.villages.index(village)}", village)

    def _checker(self, village: str) -> Badge:
        """Who checks what the village's own worker, or data, certified."""
        return Badge("grid-worker", f"checker-{self.scene.town.villages.index(village)}", village)

    def _plan(self, worker: Badge, visit: str, line: dict[str, Any]) -> None:
        """Some day this week, at the time of day that the list asks for; else in the morning or afternoon."""
        number = int(visit.rpartition(".")[2])
        rng = chance(self.scene.town.seed, "visit", visit)
        hour = rng.randint(*(MORNINGS if number % 2 else AFTERNOONS))
        if line["manner"] == "evening_or_weekend":
            hour = chance(self.scene.town.seed, "evening", visit).randint(*EVENINGS)
        person = self.scene.person(str(line["person"]))
        self.scene.soon(
            rng.randint(0, 3), hour, rng.randrange(60), lambda: self._knock(worker, visit, person, line)
        )

    def _knock(self, worker: Badge, visit: str, person: Townsperson, line: dict[str, Any]) -> None:
        number = int(visit.rpartition(".")[2])
        outcome = self._found(person, number, line["purpose"] == "verify")
        if person.kind == MISTAPPED and outcome == "seen" and person.index not in self.scene.diary.mistapped:
            self._mistap(worker, visit, person)
            return
        notice = outcome not in ("seen", "deceased")
        made = self.scene.now()
        body: dict[str, Any] = {
            "outcome": outcome,
            "made_at": made.astimezone(CHINA).isoformat(timespec="seconds"),
            "notice_left": notice,
        }
        if outcome == "deceased" and person.life.dies_on is not None:
            body["deceased_on"] = person.life.dies_on.isoformat()
        elif outcome == "deceased":
            body["deceased_on"] = (self.scene.today - timedelta(DEAD_FOR)).isoformat()
        met = outcome == "refused" and person.life.manner is Manner.REFUSES
        if met:
            body |= {"refused_in_person": True, "countersigned_by": f"leader-{person.grid}"}
        asked = outcome == "not_found" and line["manner"] == "somebody_close"
        if asked:
            body |= self._asked_around(person)
        vouched = asked and body["word"] == "alive"
        self._planned.discard(visit)
        if self.scene.desk.post(worker, f"/v1/visits/{visit}/outcome", body) is None:
            return
        if outcome == "deceased" and person.life.lives_on(self.scene.today):
            self.scene.diary.say_dead(person.index, self.scene.today, worker.subject)
        knocked = Knocked(person.index, made, outcome, notice, asked, vouched, met)
        self.scene.diary.visits.append(knocked)
        if outcome == "away":
            self.folk.called_home(person)

    def _mistap(self, worker: Badge, visit: str, person: Townsperson) -> None:
        """She was met, and the worker taps the wrong line: put right the same day, or by an officer later."""
        made = self.scene.now()
        said = {"made_at": made.astimezone(CHINA).isoformat(timespec="seconds"), "notice_left": False}
        self._planned.discard(visit)
        where = f"/v1/visits/{visit}/outcome"
        if self.scene.desk.post(worker, where, {**said, "outcome": "not_found"}) is None:
            return
        self.scene.diary.mistapped[person.index] = Mistapped(made, worker.subject)
        officer = Badge("officer", f"grid-leader-{person.area[:9]}", person.area[:9])
        late = chance(self.scene.town.seed, "corrects", person.index).random() < BY_AN_OFFICER
        who, days, hour = (officer, 6, 10) if late else (worker, 0, 20)

        def correct() -> None:
            if self.scene.desk.post(who, where, {**said, "outcome": "seen"}) is not None:
                right = replace(
                    self.scene.diary.mistapped[person.index],
                    corrected_by=who.subject,
                    corrected=self.scene.today,
                )
                self.scene.diary.mistapped[person.index] = right
                self.scene.diary.visits.append(Knocked(person.index, made, "seen", False))

        self.scene.soon(days, hour, 40, correct)

    def _asked_around(self, person: Townsperson) -> dict[str, str]:
        """What somebody close says, where there is anybody: whoever lives is seen by most neighbours."""
        rng = chance(self.scene.town.seed, "somebody close", person.index)
        through = rng.choice(("relative", "neighbour", "helper", "village_doctor"))
        is_near = person.life.lives_on(self.scene.today) and not person.life.jailed_on(self.scene.today)
        knows = is_near and rng.random() < KNOWN_TO_SOMEBODY
        return {
            "through": through,
            "told_by": name_of(True, rng),
            "word": "alive" if knows else "does_not_know",
        }

    def _found(self, person: Townsperson, number: int, verify: bool) -> str:
        """What there is to find at the door, by the truth."""
        today, life, seed = self.scene.today, person.life, self.scene.town.seed
        if not life.lives_on(today):
            # Relatives who go on drawing the pension do not open at first; then the village tells.
            hides = any(not happening.by_herself for happening in life.happenings)
            return "not_found" if hides and number == 1 else "deceased"
        if person.kind in TAKEN_FOR_DEAD and (mistaken := self._mistaken(person, verify)):
            return mistaken
        if life.jailed_on(today):
            return "not_found"
        if life.in_hospital_on(today):
            return "hospitalised"
        if life.manner in EXPLAINED and number < 4:
            return EXPLAINED[life.manner]
        if life.manner is Manner.REFUSES:
            return "refused" if number < 3 or verify else "seen"
        if life.manner is Manner.UNSEEN:
            return "not_found"
        return "seen" if happens(OPENS, seed, "opens", person.index, today) else "not_found"

    def _mistaken(self, person: Townsperson, verify: bool) -> str:
        """What is found of somebody away whom neighbours or a file take for dead; "" otherwise."""
        told = self.scene.diary.told_dead.get(person.index)
        if person.kind == DEAD_BY_FILE:
            return "not_found" if verify and (told is None or told.is_believed) else ""
        if told is None and not verify:
            return "deceased"
        return "not_found" if told is not None and told.is_believed else ""
