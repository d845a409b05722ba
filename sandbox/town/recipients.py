"""The recipients: they get messages and notices, miss their money, and certify in their own ways."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.texts.message_templates import check_code
from chalicelib.model import PersonId, Route
from sandbox.town.api_client import Badge
from sandbox.town.carrier import Handed
from sandbox.town.context import Certified, Scene
from sandbox.town.lives import Manner
from sandbox.town.seeded_random import chance, happens
from sandbox.town.townsperson import Townsperson

SECTION: Final = re.compile(r'<section id="([^"]+)">(.*?)</section>', re.DOTALL)  # a notice of a bundle
NOT_TICKED: Final = 0.1  # notices that are brought, and nobody says so
CODE: Final = re.compile(r"校验码[:：]?(\d{6})")
DAY: Final = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")

# How likely one reminder moves somebody to act, by how they live.
HEEDS: Final = {Manner.SELF: 0.62, Manner.COUNTER: 0.55, Manner.VISIBLE: 0.05}


@dataclass
class Folk:
    """All recipients of the town."""

    scene: Scene
    _coming_back: set[int] = field(default_factory=set)
    _fetched: dict[str, str] = field(default_factory=dict)  # bundle → the version that was fetched
    _brought: set[str] = field(default_factory=set)

    # --- what reaches them -----------------------------------------------------------------------

    def received(self, handed: Handed) -> None:
        """A text message arrived on a phone; a cadre passes it on to the elder whom it is about."""
        at_phone = self.scene.town.by_phone.get(handed.phone, ())
        if CODE.search(handed.text) is None:
            return  # not a reminder: nothing to do
        for person in at_phone:
            if len(at_phone) == 1 or self._is_about(handed.text, person):
                self._reminded(person, handed.message)

    def _is_about(self, text: str, person: Townsperson) -> bool:
        """Whose reminder it is: the hotline tells the cadre by the check code."""
        code, day, known = CODE.search(text), DAY.search(text), self.scene.id(person)
        if code is None or day is None or known is None:
            return False
        due = date(*(int(part) for part in day.groups()))
        near = (due - timedelta(days) for days in range(-40, 1))
        return any(check_code(PersonId(known), d) == code[1] for d in (due, *near))

    def collect_notices(self) -> None:
        """Cadres fetch the bundles of their villages and take the printed notices round."""
        pages = self.scene.s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.scene.outbox, Prefix="villages/"):
            for entry in page.get("Contents", ()):
                if self._fetched.get(entry["Key"]) != entry["ETag"]:
                    self._fetched[entry["Key"]] = entry["ETag"]
                    self._take_round(entry["Key"])

    def _take_round(self, key: str) -> None:
        """Bring what is new in a bundle, and tick most of it off in the app."""
        body = self.scene.s3.get_object(Bucket=self.scene.outbox, Key=key)["Body"].read().decode()
        new = {message: text for message, text in SECTION.findall(body) if message not in self._brought}
        self._brought |= new.keys()
        for message, text in new.items():
            if CODE.search(text) is not None:
                self._reminded(self.scene.person(message.partition(".")[0]), message)
        village, seed = key.split("/")[1], self.scene.town.seed
        cadre = Badge("grid-worker", f"grid-{self.scene.town.villages.index(village)}", village)
        listed = (
            {str(line["id"]) for line in self.scene.desk.lines(cadre, "/v1/notices", village)} if new else ()
        )
        for message in sorted(new.keys() & listed):
            if not happens(NOT_TICKED, seed, "not ticked", message):
                day = self.scene.today.isoformat()
                self.scene.desk.post(cadre, f"/v1/notices/{message}/delivery", {"left_on": day})

    def _reminded(self, person: Townsperson, message: str) -> None:
        manner = person.life.manner
        seed = self.scene.town.seed
        if not happens(HEEDS.get(manner, 0), seed, "heeds", person.index, message):
            return
        rng = chance(seed, "when", person.index, message)
        at_counter = manner is Manner.COUNTER or (person.phone is None or person.shares_phone)
        days, hour = rng.randint(0, 12), rng.randint(8, 17)
        act = self.at_the_counter if at_counter else self.by_phone
        self.scene.soon(days, hour, rng.randrange(60), lambda: act(person))

    def money_missing(self, person: Townsperson) -> None:
        """The pension did not come: sooner or later most ask why, and certify."""
        after = person.life.comes_back_after
        if after is None or person.index in self._coming_back:
            return
        self._coming_back.add(person.index)
        rng = chance(self.scene.town.seed, "comes back", person.index)
        act = self.by_phone if person.phone and rng.random() < 0.25 else self.at_the_counter
        self.scene.soon(after, rng.randint(8, 16), rng.randrange(60), lambda: self._come_back(person, act))

    def _come_back(self, person: Townsperson, act: Callable[[Townsperson], None]) -> None:
        self._coming_back.discard(person.index)
        act(person)

    def called_home(self, person: Townsperson) -> None:
        """A neighbour told somebody who is away that a worker came: most call back by video."""
        rng = chance(self.scene.town.seed, "calls back", person.index, self.scene.today)
        if rng.random() < 0.6:
            self.scene.soon(rng.randint(3, 40), 19, rng.randrange(60), lambda: self.by_phone(person, "video"))

    # --- what they do ----------------------------------------------------------------------------

    def by_phone(self, person: Townsperson, method: str = "face") -> None:
        """Certify in the app: it looks its user up, then says what it saw."""
        if not self._can(person):
            return
        app = Badge("app", "provincial-app", self.scene.town.city)
        found = self.scene.desk.post(
            app, "/v1/persons:lookup", {"number": person.number_on(self.scene.today)}
        )
        if found is not None:
            _certify(self.scene, app, str(found["id"]), person, method)

    def at_the_counter(self, person: Townsperson) -> None:
        """Certify at the township's counter, with the document on the table."""
        if self._can(person):
            at_the_counter(self.scene, person)

    def _can(self, person: Townsperson) -> bool:
        life = person.life
        return life.lives_on(self.scene.today) and not life.jailed_on(self.scene.today)


def at_the_counter(scene: Scene, person: Townsperson) -> None:
    """Somebody stands at the township's counter."""
    known = scene.id(person)
    if known is not None:
        clerk = Badge("officer", f"counter-{person.area[:9]}", person.area[:6])
        _certify(scene, clerk, known, person, "counter")


def _certify(scene: Scene, badge: Badge, identifier: str, person: Townsperson, method: str) -> None:
    reference = f"{method}-{person.index}-{scene.today:%Y%m%d}"
    body = {"person": identifier, "method": method, "reference": reference}
    if method != "counter":
        body |= {"assertion": scene.desk.asserts(identifier, method)}
    if scene.desk.post(badge, "/v1/self-certifications", body) is not None:
        route = Route.COUNTER if method == "counter" else Route.SELF
        scene.diary.answers.append(Certified(person.index, scene.today, route))
