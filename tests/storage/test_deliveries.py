"""A message is written once; where it stands is an item beside it, which every writer expects as read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.errors import ConflictError
from chalicelib.model import (
    Change,
    Entitlement,
    Message,
    MessageState,
    PersonId,
    PersonRecord,
    Template,
)
from chalicelib.storage import clients, retries
from chalicelib.storage.dynamodb import everybody, outbox, people, tables, worklist_rows
from chalicelib.storage.dynamodb.tables import People, Work
from tests.storage import faults
from tests.storage.builders import AT, PHONE, change, known, message, put

pytestmark = pytest.mark.usefixtures("aws")

S = MessageState


def rows(kind: str) -> list[str]:
    return [row.sk for row in tables.query(Work, kind)]


def standing(person: PersonId, of: Message) -> Message:
    return outbox.message_by_id(of.id)[1]


def test_what_was_decided_stays_as_it_was_written() -> None:
    person = known()
    pending = message(person)
    put(person, messages=(pending,))
    written = tables.get(People, f"P#{person}", f"MSG#{pending.id}")
    sequence = people.load(person).person.sequence
    with faults.at_call("dynamodb", "TransactWriteItems", faults.crash, calls={0}) as together:
        taken = outbox.claim(person, pending, said="说了")
    assert taken is not None
    assert not together, "a claim is one write"
    outbox.sent(person, taken.message)
    outbox.reported(pending.id, S.DELIVERED)
    beside = tables.get(People, f"P#{person}", f"DELIVERY#{pending.id}")
    after = tables.get(People, f"P#{person}", f"MSG#{pending.id}")
    assert written is not None
    assert after is not None
    assert beside is not None
    assert after.body == written.body
    assert beside.state == "delivered"
    assert standing(person, pending).said == "说了"
    assert people.load(person).person.sequence == sequence
    assert rows("OUT#_") == []
    assert [r.messages[0].state for r in people.everyone(Message)] == [S.DELIVERED]
    record = everybody.record_of(person, (Message,))
    assert record is not None
    assert record.messages[0].state is S.DELIVERED
    assert all(not r.messages for r in people.everyone(Entitlement))


OLD: dict[str, tuple[dict[str, Any], Callable[[PersonId, Message], object], MessageState, int]] = {
    "claimed, and taken": ({"state": S.CLAIMED}, outbox.sent, S.SENT, 1),
    "claimed, and not taken": ({"state": S.CLAIMED}, outbox.put_back, S.PENDING, 1),
    "waiting, and overtaken": ({"state": S.PENDING}, outbox.drop, S.DROPPED, 0),
    "sent, and delivered": (
        {"state": S.SENT, "changed": AT},
        lambda _, old: outbox.reported(old.id, S.DELIVERED),
        S.DELIVERED,
        0,
    ),
    "of unknown fate, and delivered": (
        {"state": S.UNKNOWN, "changed": AT},
        lambda _, old: outbox.reported(old.id, S.DELIVERED),
        S.DELIVERED,
        0,
    ),
    "failed, and delivered": (
        {"state": S.FAILED, "changed": AT},
        lambda _, old: outbox.reported(old.id, S.DELIVERED),
        S.DELIVERED,
        0,
    ),
    "delivered, and failed": (
        {"state": S.DELIVERED, "changed": AT},
        lambda _, old: outbox.reported(old.id, S.FAILED),
        S.DELIVERED,
        0,
    ),
}


@pytest.mark.parametrize("told", OLD)
def test_a_message_of_before_bears_its_state_itself_and_goes_on(told: str) -> None:
    about, goes_on, after, left = OLD[told]
    person = known()
    old = replace(message(person, Template.CERTIFIED), attempt="a1", **about)
    put(person, messages=(old,))  # as it was written whole before, whatever its state
    for row in tables.query(Work, "OUT#_"):  # with the message in its row
        tables.put(Work(row.pk, row.sk, body=f'{{"person":"{person}","area":"341602100201","item":"…"}}'))
    assert people.load(person).messages == (old,)
    goes_on(person, old)
    assert standing(person, old).state is after
    assert len(rows("OUT#_")) == left
    assert set(rows("OUT#_")) == {
        sk for pk, sk in worklist_rows.rows_of(people.load(person)) if pk == "OUT#_"
    }


def test_calling_off_what_was_read_before_a_claim_does_not_overwrite_it() -> None:
    person = known()
    pending = message(person)
    put(person, messages=(pending,))
    before, claims = people.load(person), list[outbox.Claimed | None]()

    def called_off(record: PersonRecord) -> Change | None:
        if not claims:
            claims.append(outbox.claim(person, pending))
        waiting = tuple(replace(m, state=S.DROPPED) for m in record.messages if m.state is S.PENDING)
        return change(messages=waiting) if waiting else None

    people.change(person, called_off, before)
    (taken,) = claims
    assert taken is not None
    assert standing(person, pending) == taken.message


@pytest.mark.parametrize("state", [S.CLAIMED, S.DROPPED])
def test_what_has_gone_on_is_not_told_anew(state: MessageState) -> None:
    person = known()
    pending = message(person)
    put(person, messages=(pending,))
    put(person, messages=(replace(pending, state=state),))
    put(person, messages=(pending, message(person, n=2)))
    assert [m.state for m in people.load(person).messages] == [state, S.PENDING]
    put(person, messages=(replace(pending, words={"deadline": "10月1日"}),))
    assert standing(person, pending).words == pending.words, "what a message says does not change"


def test_a_step_of_the_record_meanwhile_is_read_before_a_row_is_written() -> None:
    person = known()
    pending = message(person)
    put(person, messages=(pending,))
    taken = outbox.claim(person, pending)
    assert taken is not None
    with faults.at_call("dynamodb", "TransactWriteItems", lambda _: put(person), calls={1}) as seen:
        outbox.sent(person, taken.message, taken.record)
    assert (len(seen), standing(person, pending).state) == (3, S.SENT)


def test_a_message_that_others_keep_moving_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    person = known()
    pending = message(person)
    put(person, messages=(pending,))
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    others = iter(range(2, 30))

    def meanwhile(_request: object) -> None:
        outbox.postpone(person, pending, date(2025, 7, next(others)))

    with (
        faults.at_call("dynamodb", "PutItem", meanwhile),
        pytest.raises(ConflictError, match="keep moving"),
    ):
        outbox.claim(person, pending)


def units(asked: Mapping[str, Any]) -> int:
    """Write units of an item: one a kilobyte, keys and names of attributes with it."""
    item = asked.get("Item", {})
    return max(
        1, -(-sum(len(f"{name}{next(iter(v.values()))}".encode()) for name, v in item.items()) // 1024)
    )


def test_what_a_message_costs(request: pytest.FixtureRequest) -> None:
    """Decision 0018: each step in write units; it was 4, 4, 8, 10, 8 when each was a step of its record."""
    person = known()
    costs = [0]

    def counted(params: Mapping[str, Any], model: Any, **_: object) -> None:
        for write in params.get("TransactItems", ()):
            costs[-1] += 2 * units(next(iter(write.values())))
        if model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            costs[-1] += units(params)

    events = clients.client("dynamodb").meta.events
    events.register("provide-client-params.dynamodb", counted)
    request.addfinalizer(lambda: events.unregister("provide-client-params.dynamodb", counted))
    put(person)
    (alone,) = costs
    pending = message(person, Template.CERTIFIED)
    costs.append(-alone)
    put(person, messages=(pending,))
    costs.append(0)
    outbox.reserve_day(person, PHONE, date(2025, 7, 1), pending.id, per_person=1, per_phone=2)
    costs.append(0)
    taken = outbox.claim(person, pending, said="您的待遇资格已通过数据比对认证，有效期至2026年9月30日。" * 3)
    assert taken is not None
    costs.append(0)
    outbox.sent(person, taken.message, taken.record)
    costs.append(0)
    outbox.reported(pending.id, S.DELIVERED)
    assert costs[1:] == [4, 2, 1, 4, 4]
