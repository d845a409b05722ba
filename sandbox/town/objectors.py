"""Objections: some of those on the suspension list say at the counter that it is wrong; others decide.

Who objects with reason was not found because nobody called when she was in; who refused in writing has no
reason. Officers without a part in the lists decide: the township's first, and once overdue the county's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from sandbox.town.api_client import Badge
from sandbox.town.context import Objected, Scene
from sandbox.town.lives import Manner
from sandbox.town.reversals import decided_by_two
from sandbox.town.seeded_random import happens
from sandbox.town.townsperson import Townsperson

OBJECTS: Final = 0.5  # of those on a list
AT_ONCE: Final = 0.4  # of those who object; the others come when the county has approved the line
PUT_OFF: Final = 0.55  # each week, of what a township has to decide
COUNTY: Final = 2  # the level above the township


@dataclass
class Objectors:
    """Who objects, at which counter, and who decides."""

    scene: Scene

    def hear_of_the_list(self, township: str) -> None:
        """The list hangs out: whoever reads her name on it may object at the counter."""
        counter = Badge("officer", f"counter-{township}", township)
        for line in self.scene.desk.lines(counter, "/v1/suspension-proposals", township):
            person = self.scene.person(str(line["person"]))
            if happens(OBJECTS, self.scene.town.seed, "objects", line["id"]):
                at_once = happens(AT_ONCE, self.scene.town.seed, "at once", line["id"])
                self.scene.soon(0 if at_once else 4, 16, 10, partial(self._object, counter, person))

    def _can(self, person: Townsperson) -> bool:
        today = self.scene.today
        return person.life.lives_on(today) and not person.life.jailed_on(today)

    def _object(self, counter: Badge, person: Townsperson) -> None:
        if not self._can(person):
            return
        body = {"person": self.scene.id(person), "about": "suspension"}
        taken = self.scene.desk.post(counter, "/v1/objections", body)
        if taken is not None:
            told = Objected(person.index, int(str(taken["id"]).rpartition(".")[2]), self.scene.today)
            self.scene.diary.objections.setdefault(str(taken["id"]), told)

    def decide(self, county: str) -> None:
        """Once a week: a township puts some off; what is overdue the county decides."""
        reader = Badge("officer", f"objections-{county}", county)
        for line in list(self.scene.desk.lines(reader, "/v1/objections", county)):
            township = str(line["area"])[:9]
            if line["level"] >= COUNTY:  # raised again, somebody else than the one who answered before
                name = f"objections-{str(line['id']).rpartition('.')[2]}-{county}"
                self._decide(Badge("officer", name, county), line)
            elif not happens(PUT_OFF, self.scene.town.seed, "puts off", line["id"], self.scene.today):
                self._decide(Badge("officer", f"objections-{township}", township), line)

    def _decide(self, officer: Badge, line: dict[str, Any]) -> None:
        person = self.scene.person(str(line["person"]))
        lives = line["about"] == "termination"  # only whoever lives objects
        upheld = lives or person.life.manner is not Manner.REFUSES
        reason = "经核实，走访时本人外出，须重新走访" if upheld else "本人书面拒绝认证，处理无误"
        if lives:
            reason = "经核实，本人健在"
        where = f"/v1/objections/{line['id']}/decision"
        if self.scene.desk.post(officer, where, {"upheld": upheld, "reason": reason}) is not None:
            told = self.scene.diary.objections
            told[line["id"]] = replace(told[line["id"]], decided=self.scene.today, upheld=upheld)
            if lives:
                decided_by_two(self.scene, person)
