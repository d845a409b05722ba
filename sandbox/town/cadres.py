"""Grid workers: each week they fetch whom to visit, knock on doors, and report what they found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from chalicelib.clock import CHINA
from sandbox.town.api_client import Badge
from sandbox.town.context import Knocked, Scene
from sandbox.town.lives import Manner
from sandbox.town.recipients import Folk
from sandbox.town.seeded_random import chance, happens
from sandbox.town.townsperson import Townsperson

NO_TIME: Final = 0.06  # a visit that the worker does not get round to this week
OPENS: Final = 0.82  # somebody who is usually at home opens the door
MORNINGS: Final = (8, 11)
AFTERNOONS: Final = (14, 18)

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
            self._plan(worker, visit, line)

    def _worker(self, village: str) -> Badge:
        return Badge("grid-worker", f"grid-{self.scene.town.villages.index(village)}", village)

    def _plan(self, worker: Badge, visit: str, line: dict[str, Any]) -> None:
        """Some day this week: mornings the first time, afternoons the second, and so on."""
        number = int(visit.rpartition(".")[2])
        rng = chance(self.scene.town.seed, "visit", visit)
        hour = rng.randint(*(MORNINGS if number % 2 else AFTERNOONS))
        person = self.scene.person(str(line["person"]))
        verify = line["purpose"] == "verify"
        self.scene.soon(
            rng.randint(0, 3), hour, rng.randrange(60), lambda: self._knock(worker, visit, person, verify)
        )

    def _knock(self, worker: Badge, visit: str, person: Townsperson, verify: bool) -> None:
        number = int(visit.rpartition(".")[2])
        outcome = self._found(person, number, verify)
        notice = outcome not in ("seen", "deceased")
        made = self.scene.now()
        body: dict[str, object] = {
            "outcome": outcome,
            "made_at": made.astimezone(CHINA).isoformat(timespec="seconds"),
            "notice_left": notice,
        }
        if outcome == "deceased" and person.life.dies_on is not None:
            body["deceased_on"] = person.life.dies_on.isoformat()
        self._planned.discard(visit)
        if self.scene.desk.post(worker, f"/v1/visits/{visit}/outcome", body) is None:
            return
        self.scene.diary.visits.append(Knocked(person.index, made, outcome, notice))
        if outcome == "away":
            self.folk.called_home(person)

    def _found(self, person: Townsperson, number: int, verify: bool) -> str:
        """What there is to find at the door, by the truth."""
        today, life, seed = self.scene.today, person.life, self.scene.town.seed
        if not life.lives_on(today):
            # Relatives who go on drawing the pension do not open at first; then the village tells.
            hides = any(not happening.by_herself for happening in life.happenings)
            return "not_found" if hides and number == 1 else "deceased"
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
