"""Whoever moves a message reads first and writes later: in every order of these, nobody is told twice.

All orders of reading and writing are walked, by depth; where two of them have come to the same tables with
the same left to do, what follows is walked once. The tables are dictionaries here that know conditions.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from pynamodb.expressions.condition import Condition

from chalicelib.cases.notices import as_left
from chalicelib.engine.texts.channels import following_channel
from chalicelib.errors import ConflictError
from chalicelib.model import (
    AreaCode,
    Case,
    Change,
    Channel,
    Message,
    MessageState,
    PersonId,
    PersonRecord,
    StateName,
    StepOutcome,
)
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import commits, outbox, people, tables
from chalicelib.storage.dynamodb.tables import Item
from chalicelib.storage.dynamodb.worklist_rows import rows_of_messages
from tests.storage import builders
from tests.storage.builders import change, message, put

DUE = date(2025, 9, 30)
TODAY, TOMORROW = date(2025, 7, 1), date(2025, 7, 2)
S = MessageState
PERSON = PersonId("a" * 26)
PENDING = replace(message(PERSON), about=DUE.isoformat())


@dataclass(frozen=True)
class Writer:
    """One who moves the message: each act reads the record, and then does something with what was read."""

    name: str
    acts: Sequence[Callable[[World], None]]
    waits_for_a_claim: bool = False  # a carrier can only report what it was given


@dataclass
class World:
    """Who the message is for, what was handed over, and who has read what."""

    held: Dictionary
    told: tuple[str, ...] = ()
    claims: Mapping[str, Message] = field(default_factory=dict)
    read: Mapping[str, PersonRecord] = field(default_factory=dict)
    at: Mapping[str, int] = field(default_factory=dict)  # the next half of an act, by writer


# --- what may happen to a message ------------------------------------------------------------------


def sender(
    name: str,
    then: Callable[[PersonId, Message], None],
    *,
    takes: bool = True,
    channel: Channel = Channel.SMS,
) -> Writer:
    """Claims, hands over (`takes`: the carrier may have taken it), and writes what came of it."""

    def claim(world: World) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(outbox.uuid, "uuid4", lambda: uuid.uuid5(uuid.NAMESPACE_OID, name))
            taken = outbox.claim(PERSON, PENDING, channel=channel, said="说了的话")
        if taken is not None:
            world.claims = {**world.claims, name: taken.message}
            world.told += (name,) if takes else ()

    def result(world: World) -> None:
        if name in world.claims:
            then(PERSON, world.claims[name])

    return Writer(name, (claim, result))


def postpone(world: World) -> None:
    outbox.postpone(PERSON, PENDING, TOMORROW)


def drop(world: World) -> None:
    outbox.drop(PERSON, PENDING)


def close(world: World) -> None:
    """The case is over, and what has not gone out is called off in the same transaction."""

    def over(record: PersonRecord) -> Change | None:
        case = record.open_case
        if case is None:
            return None
        waiting = [m for m in record.messages if m.state is S.PENDING]
        dropped = tuple(replace(m, state=S.DROPPED) for m in waiting)
        closed = replace(case, state=StateName.CLOSE_CASE, outcome=StepOutcome.CLOSED, closed=TODAY)
        return change("closed", cases=(closed,), messages=dropped)

    people.change(PERSON, over)


def moves(world: World) -> None:
    """The roster says that the person lives elsewhere."""
    elsewhere = AreaCode("341602100202")
    people.change(PERSON, lambda r: change("roster", person=replace(r.person, area=elsewhere)))


def leave(world: World) -> None:
    """Somebody has brought the printed notice."""

    def left(record: PersonRecord) -> Change | None:
        brought = as_left([m for m in record.messages if m.is_to_be_brought], TODAY, "cadre")
        return change("notice left", messages=brought) if brought else None

    people.change(PERSON, left)


def report(state: MessageState) -> Callable[[World], None]:
    return lambda world: outbox.reported(PENDING.id, state, then=in_its_stead) and None


def follow(world: World) -> None:
    """Nobody has heard what became of it: another message goes in its stead."""
    outbox.followed(PERSON, PENDING.id, in_its_stead)


def in_its_stead(record: PersonRecord, failed: Message) -> Message | None:
    channel = following_channel(record, failed)
    second = replace(message(record.person.id, n=2), about=failed.about, follows=failed.id)
    return None if channel is None else replace(second, channel=channel)


WRITERS: Mapping[str, Writer] = {
    "sent": sender("sent", outbox.sent),
    "sent too": sender("sent too", outbox.sent),
    "not taken": sender("not taken", outbox.put_back, takes=False),
    "unknown": sender("unknown", outbox.give_up),
    "printed": sender("printed", outbox.sent, channel=Channel.NOTICE),
    "left": Writer("left", (leave,), waits_for_a_claim=True),
    "moved": Writer("moved", (moves,)),
    "postponed": Writer("postponed", (postpone,)),
    "dropped": Writer("dropped", (drop,)),
    "case closed": Writer("case closed", (close,)),
    "delivered": Writer("delivered", (report(S.DELIVERED),), waits_for_a_claim=True),
    "failed": Writer("failed", (report(S.FAILED),), waits_for_a_claim=True),
    "followed": Writer("followed", (follow,), waits_for_a_claim=True),
}
TOGETHER = (
    "sent, sent too, dropped",
    "sent, sent too, case closed",
    "sent, postponed, case closed",
    "sent, postponed, dropped",
    "sent, dropped, case closed",
    "sent, delivered, failed",
    "sent, delivered, case closed",
    "sent, failed, case closed",
    "sent, followed, delivered",
    "sent, followed, case closed",
    "not taken, sent, dropped",
    "not taken, postponed, case closed",
    "unknown, followed, delivered",
    "unknown, followed, failed",
    "unknown, sent, case closed",
    "printed, moved, left",
    "printed, moved, case closed",
    "sent, postponed, dropped, delivered",
    "sent, postponed, case closed, failed",
)

# --- tables ----------------------------------------------------------------------------------------

Key = tuple[str, str, str]


class Dictionary:
    """Tables in a dictionary: each write under its condition, several all or none."""

    def __init__(self) -> None:
        self.items: dict[Key, dict[str, Any]] = {}

    def put_if(self, item: Item, condition: Condition) -> None:
        self.together([tables.Put(item, condition)], "")

    def together(self, writes: Sequence[tables.Write], _token: str) -> None:
        places = [self.place(write.item) for write in writes]
        assert len(set(places)) == len(places), "one item twice in a transaction"
        for place, write in zip(places, writes, strict=True):
            condition = getattr(write, "condition", None)
            if condition is not None and not holds(condition, self.items.get(place, {})):
                raise ConflictError("another writer was first")
        for place, write in zip(places, writes, strict=True):
            if isinstance(write, tables.Put):
                self.items[place] = write.item.serialize()
            elif isinstance(write, tables.Delete):
                self.items.pop(place, None)

    def place(self, item: Item) -> Key:
        return type(item).__name__, item.pk, item.sk

    def put(self, item: Item) -> None:
        self.items[self.place(item)] = item.serialize()

    def get(self, model: type[Item], pk: str, sk: str) -> Item | None:
        found = self.items.get((model.__name__, pk, sk))
        return None if found is None else model.from_raw_data(found)

    def below(self, model: type[Item], pk: str, end: str, **_: object) -> list[dict[str, Any]]:
        return [
            self.items[place]
            for place in sorted(self.items)
            if place[:2] == (model.__name__, pk) and place[2] < end
        ]

    def rows(self, *kinds: str) -> set[tuple[str, str]]:
        return {(pk, sk) for _, pk, sk in self.items if pk.startswith(kinds)}


def holds(condition: Any, item: Mapping[str, Any]) -> bool:
    """Whether a condition is true of an item, {} where none is."""
    match condition.operator:
        case "OR":
            return any(holds(each, item) for each in condition.values)
        case "AND":
            return all(holds(each, item) for each in condition.values)
        case "attribute_not_exists":
            return str(condition.values[0]) not in item
        case "=":
            path, value = condition.values
            return bool(item.get(str(path)) == value.value)
    raise ValueError(f"no way to ask {condition.operator}")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Dictionary:
    found = Dictionary()
    for name, instead in {
        "put_if": found.put_if,
        "write_together": found.together,
        "put": found.put,
        "get": found.get,
        "below": found.below,
    }.items():
        monkeypatch.setattr(tables, name, instead)
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    return found


# --- every order -----------------------------------------------------------------------------------


@pytest.mark.parametrize("together", TOGETHER)
def test_whoever_comes_first(together: str, held: Dictionary) -> None:
    record = PersonRecord(builders.person(id=PERSON))
    waiting = Case(DUE, TODAY, 1, StateName.REMIND)
    commits.commit(record, commits.Plan(change("created", cases=(waiting,))), new=True)
    put(PERSON, messages=(PENDING,))
    ends: set[MessageState] = set()
    walk(World(held), [WRITERS[name] for name in together.split(", ")], set(), ends)
    assert ends


def walk(world: World, writers: Sequence[Writer], seen: set[Any], ends: set[MessageState]) -> None:
    """Let each of the writers be the next, again and again, and look at the tables each time."""
    before, kept = checked(world), dict(world.held.items)
    steps = {w: done for w in writers if (done := world.at.get(w.name, 0)) < 2 * len(w.acts)}
    left = [each for each in steps.items() if world.told or not each[0].waits_for_a_claim]
    if not left:
        ends.add(before.state)
        assert before.state is not S.CLAIMED
    for writer, done in left:
        now = replace(world, at={**world.at, writer.name: done + 1})
        act(now, writer, done)
        if (mark := marked(now)) not in seen:
            seen.add(mark)
            after = checked(now)
            walk(now, writers, seen, ends)
            assert after.state is before.state or after.state in before.state.may_become, "it went back"
        world.held.items = dict(kept)


def act(world: World, writer: Writer, done: int) -> None:
    """Read, or do what the writer does with what was read."""
    if done % 2 == 0:
        world.read = {**world.read, writer.name: people.load(PERSON)}
        return
    read = dict(world.read)
    with reading_first(read.pop(writer.name)):
        writer.acts[done // 2](world)
    world.read = read


def checked(world: World) -> Message:
    """The message, and what must be true whoever has done what."""
    record = people.load(PERSON)
    (first,) = (m for m in record.messages if m.follows is None)
    assert len(world.told) <= 1, "told twice"
    assert not (first.state is S.DROPPED and world.told), "what was called off has gone out"
    assert len(record.messages) <= 2, "two in its stead"
    assert world.held.rows("OUT#", "NOTE#") == set(rows_of_messages(record)), "rows of another state"
    return first


@contextmanager
def reading_first(record: PersonRecord) -> Iterator[None]:
    """What is loaded first is what was read before; then, what is true."""
    read, load = iter([record]), people.load
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "load", lambda person: next(read, None) or load(person))
        yield


def marked(world: World) -> object:
    """The tables, what was read of them, and what is left to do."""
    told = frozenset(
        (place, item.get("body", {}).get("S"), item.get("head", {}).get("S"))
        for place, item in world.held.items.items()
    )
    read = tuple(
        (name, record.person.head, *((m.id, m.state, m.day, m.attempt) for m in record.messages))
        for name, record in sorted(world.read.items())
    )
    return told, read, tuple(sorted(world.at.items())), world.told
