"""The way back: who was told dead and lives is seen again, and two who had no part in it decide (rule 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from chalicelib.clock import CHINA
from sandbox.town.api_client import Badge
from sandbox.town.context import Knocked, Objected, Scene
from sandbox.town.departments import instant
from sandbox.town.recipients import at_the_counter
from sandbox.town.townsperson import Townsperson

Act = Callable[[], object]
Way = Callable[[Scene, Townsperson], None]

WEDNESDAY: Final = 2  # when she asks for her money: the day after is a working day, but for holidays
PAID_BY: Final = 12  # of the month
DECIDERS: Final = ("reviser", "second-reviser")


def comes_back(scene: Scene, person: Townsperson, rng: Random) -> Iterator[tuple[datetime, Act]]:
    """Each Wednesday she looks whether the money has come; where not, she asks, in one of three ways."""
    ways = (_at_a_counter, _at_her_door, _by_an_objection)
    way = ways[(scene.town.seed + person.index) % len(ways)]
    day = scene.town.start
    while day <= scene.town.end:
        if day.weekday() == WEDNESDAY:
            yield instant(day, 10, 10), partial(_looks, scene, person, way)
        day += timedelta(1)


def is_found_out(scene: Scene, person: Townsperson, rng: Random) -> Iterator[tuple[datetime, Act]]:
    """The day on which a department knows that it has written down somebody who lives."""
    for happening in person.life.happenings:
        if happening.takes_back and happening.noted is not None:
            yield instant(happening.noted, 9), partial(_found_out, scene, person)


def _found_out(scene: Scene, person: Townsperson) -> None:
    if person.index in scene.diary.told_dead:
        scene.diary.came_back(person.index, scene.today)


def _looks(scene: Scene, person: Townsperson, way: Way) -> None:
    told, month = scene.diary.told_dead.get(person.index), f"{scene.today:%Y-%m}"
    unpaid = any(
        (person.index, claim.benefit, month) not in scene.diary.paid for claim in person.claims if claim.fen
    )
    if told is None or not told.is_believed or scene.today.day < PAID_BY or not unpaid:
        return
    scene.diary.came_back(person.index, scene.today)
    way(scene, person)


def _at_a_counter(scene: Scene, person: Townsperson) -> None:
    at_the_counter(scene, person)
    decided_by_two(scene, person)


def _at_her_door(scene: Scene, person: Townsperson) -> None:
    """Another worker of the grid meets her in the street, who had said nothing of her."""
    worker = Badge("grid-worker", f"round-{person.grid}", person.area)
    made = scene.now()
    met = {"person": scene.id(person), "made_at": made.astimezone(CHINA).isoformat(timespec="seconds")}
    if scene.desk.post(worker, "/v1/visits", met) is not None:
        scene.diary.visits.append(Knocked(person.index, made, "seen", False))
    decided_by_two(scene, person)


def _by_an_objection(scene: Scene, person: Townsperson) -> None:
    counter = Badge("officer", f"counter-{person.area[:9]}", person.area[:9])
    body = {"person": scene.id(person), "about": "termination"}
    taken = scene.desk.post(counter, "/v1/objections", body)
    if taken is not None:
        told = Objected(person.index, int(str(taken["id"]).rpartition(".")[2]), scene.today)
        scene.diary.objections.setdefault(str(taken["id"]), told)


def decided_by_two(scene: Scene, person: Townsperson) -> None:
    """Two of the township look at her documents, one the same day and one the next."""
    for days, (hour, name) in enumerate(zip((14, 9), DECIDERS, strict=True)):
        officer = Badge("officer", f"{name}-{person.area[:9]}", person.area[:9])
        scene.soon(days, hour, 30, partial(_decide, scene, person, officer))


def _decide(scene: Scene, person: Townsperson, officer: Badge) -> None:
    for line in list(scene.desk.lines(officer, "/v1/suspicions", str(officer.area))):
        if line["kind"] == "reversal" and line["person"] == scene.id(person):
            decide_again(scene, officer, str(line["id"]), person)


def decide_again(scene: Scene, officer: Badge, line: str, person: Townsperson) -> None:
    """One of two words about whether an ending was wrong: whoever sees the person, or the register, knows."""
    said = {"confirmed": person.life.lives_on(scene.today), "verification": "visit"}
    scene.desk.post(officer, f"/v1/suspicions/{line}/outcome", said)
