"""Lives as officers tell them (*.yaml here), lived on the real state machines.

A file holds `about`, the day on which it `starts`, and `lives`; `pack`, where it is not Bozhou's;
`graded_stop`: the benefits of which a month is paid in person before they are suspended. All lives of a
file are lived together in one village, each by its own people: what they do is put in the order of their
days, what is expected is looked at on its day, and each life ends well or with the line at which it did not.
A life that would disturb the others is lived `alone`.

    life      what happened, in a sentence
    rule      the rules that say what is right
    people    who, by a name of this life (`cast.Townsperson`; `{}`: a pensioner certified until 30 June 2025)
    after     the name of one of the file's `beginnings`, whose days come first
    days      what they do (`acts`) and what is then so (`expectations`), by day
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, field_validator

from chalicelib.declarations import Declaration, place_of, read_declaration
from chalicelib.errors import DeclarationError
from tests.lives.acts import Act, Pay
from tests.lives.cast import HOMES, Townsperson
from tests.lives.expectations import LOOKERS, Expect, Outbox, Page, Receipt
from tests.lives.office import VERBS
from tests.lives.scene import RefusedHereError, Scene, a_place
from tests.workflow.village import NEW_YEAR

HERE: Final = Path(__file__).parent
BY_VERB: Final[Mapping[str, type[Act | Expect | Receipt | Outbox | Page]]] = {
    next(name for name in kind.model_fields if name != "refused"): kind for kind in (*VERBS, *LOOKERS)
}


def _verb(doing: Act | Expect | Receipt | Outbox | Page) -> str:
    return next(verb for verb, kind in BY_VERB.items() if isinstance(doing, kind))


def _understood(said: Any) -> Any:
    """The act that is meant: the first key is its verb."""
    verb = next(iter(said), None) if isinstance(said, Mapping) else None
    if verb not in BY_VERB:
        raise ValueError(f"{verb!r} is no verb: {', '.join(BY_VERB)}")
    return BY_VERB[verb].model_validate(said)


Doing: TypeAlias = Annotated[Act | Expect | Receipt | Outbox | Page, BeforeValidator(_understood)]
Days: TypeAlias = Mapping[date, tuple[Doing, ...]]


class Life(Declaration):
    """One life, as an officer tells it."""

    life: str
    rule: int | list[int]
    people: Mapping[str, Townsperson]
    after: str | None = None
    days: Days
    alone: bool = False

    @field_validator("people", mode="before")
    @classmethod
    def _usual(cls, said: Any) -> Any:
        return {name: who or {} for name, who in said.items()} if isinstance(said, Mapping) else said


class Lives(Declaration):
    """One file of lives."""

    about: str
    starts: date = NEW_YEAR
    pack: str = "bozhou"
    graded_stop: list[str] = []
    beginnings: Mapping[str, Days] = {}
    lives: list[Life]


@dataclass(frozen=True)
class Moment:
    """One act of a life: on which day, where it is told, and what of whom."""

    day: date
    place: tuple[int | str, ...]
    life: Life
    doing: Act | Expect | Receipt | Outbox | Page


@cache
def lives_of(path: Path) -> Lives:
    """The lives of a file; DeclarationError with file and line for what is not understood."""
    told = read_declaration(path, Lives)
    titles = [life.life for life in told.lives]
    for number, life in enumerate(told.lives):
        if titles.count(life.life) > 1:
            raise DeclarationError(place_of(path, ("lives", number)), "a life of that name is told twice")
        if life.after is not None and life.after not in told.beginnings:
            raise DeclarationError(place_of(path, ("lives", number, "after")), "there is no such beginning")
    return told


@cache
def lived(path: Path) -> Mapping[str, str]:
    """How each life of a file went: nothing, or where it went otherwise than told."""
    told = lives_of(path)
    together = [life for life in told.lives if not life.alone]
    alone = [[life] for life in told.lives if life.alone]
    return {
        title: ended
        for group in (together, *alone)
        if group
        for title, ended in _live(path, told, group).items()
    }


def _live(path: Path, told: Lives, lives: list[Life]) -> Mapping[str, str]:
    ended = dict.fromkeys((life.life for life in lives), "")
    moments = sorted(
        (moment for life in lives for moment in _moments(told, life)), key=lambda moment: moment.day
    )
    with a_place(told.starts, HOMES[told.pack], told.graded_stop) as place:
        scenes = {life.life: Scene(place, life.people, life.life) for life in lives}
        for scene in scenes.values():
            for name, who in scene.people.items():
                if who.listed:
                    scene.list_on_roster(name)
        place.put_roster()
        paid: set[tuple[date, str, str]] = set()
        for moment in moments:
            title = moment.life.life
            if ended[title]:
                continue
            place.until_evening(moment.day)
            try:
                if isinstance(moment.doing, Pay):
                    _pay(moment, moments, scenes, paid)
                else:
                    _do(moment.doing, scenes[title])
            except Exception as error:  # whatever it is, it is of this life alone
                where = place_of(path, moment.place)
                said = error if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
                ended[title] = f"{where}, {moment.day}: {said}"
        if place.village.sandbox.last_errors:
            raise AssertionError(place.village.sandbox.last_errors[:3])
    return ended


def _moments(told: Lives, life: Life) -> Iterator[Moment]:
    here = ("lives", told.lives.index(life), "days")
    beginning = told.beginnings.get(life.after or "", {})
    for days, place in ((beginning, ("beginnings", life.after or "")), (life.days, here)):
        for day, doings in days.items():
            for number, doing in enumerate(doings):
                yield Moment(day, (*place, day.isoformat(), number, _verb(doing)), life, doing)


def _do(doing: Act | Expect | Receipt | Outbox | Page, scene: Scene) -> None:
    """Act, or look; AssertionError where it is refused, or is not although it should be."""
    if not isinstance(doing, Act):
        doing.look(scene)
        return
    try:
        doing.do(scene)
    except RefusedHereError as no:
        if doing.refused in no.codes:
            return
        raise AssertionError(f"{doing!r} was refused: {no}") from no
    if doing.refused is not None:
        raise AssertionError(f"{doing!r} was not refused")


def _pay(
    moment: Moment, moments: list[Moment], scenes: Mapping[str, Scene], paid: set[tuple[date, str, str]]
) -> None:
    """One pay run is one file, whoever tells of it."""
    mine = moment.doing
    assert isinstance(mine, Pay)
    run = moment.day, mine.pay, mine.file
    if run not in paid:
        paid.add(run)
        rows = [
            row
            for other in moments
            if isinstance(other.doing, Pay) and (other.day, other.doing.pay, other.doing.file) == run
            for row in other.doing.rows(scenes[other.life.life])
        ]
        mine.drop(scenes[moment.life.life], rows)
