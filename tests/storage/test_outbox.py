from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import Message, MessageState, PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import outbox, people, tables
from tests.conftest import StoppedClock
from tests.storage import faults
from tests.storage.builders import PHONE, known, message, put

pytestmark = pytest.mark.usefixtures("aws")

TODAY = date(2025, 7, 1)


@pytest.fixture
def waiting() -> tuple[PersonId, Message]:
    person_id = known()
    pending = message(person_id)
    put(person_id, messages=(pending,))
    return person_id, pending


def state_of(person_id: PersonId, of: Message) -> MessageState:
    return outbox.message_by_id(of.id)[1].state


def test_one_attempt_gets_a_message(waiting: tuple[PersonId, Message]) -> None:
    person_id, pending = waiting
    taken = outbox.claim(person_id, pending)
    assert taken is not None
    claimed = taken.message
    assert claimed.state is MessageState.CLAIMED
    assert claimed.changed == datetime(2025, 7, 1, 2, tzinfo=UTC)
    assert outbox.claim(person_id, pending) is None
    outbox.sent(person_id, claimed)
    assert outbox.message_by_id(pending.id) == (person_id, replace(claimed, state=MessageState.SENT))


def test_a_record_read_before_is_not_trusted(waiting: tuple[PersonId, Message]) -> None:
    person_id, pending = waiting
    before = people.load(person_id)
    taken = outbox.claim(person_id, pending, before)
    assert taken is not None
    assert taken.record == people.load(person_id)
    assert outbox.claim(person_id, pending, before) is None, "somebody has it, whatever was read"
    outbox.reported(pending.id, MessageState.DELIVERED)
    outbox.sent(person_id, taken.message, taken.record)
    assert state_of(person_id, pending) is MessageState.DELIVERED


def test_a_claim_whose_acknowledgement_is_lost_is_ours(waiting: tuple[PersonId, Message]) -> None:
    person_id, pending = waiting
    with faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls={1}):
        assert outbox.claim(person_id, pending) is not None


def test_what_is_not_in_the_record_cannot_be_claimed(waiting: tuple[PersonId, Message]) -> None:
    person_id, _ = waiting
    assert outbox.claim(person_id, message(person_id, n=2)) is None
    with pytest.raises(NotFoundError):
        outbox.message_by_id(f"{person_id}.unknown")
    with pytest.raises(NotFoundError):
        outbox.message_by_id("nobody.unknown")


def test_a_claim_grows_stale_and_is_never_sent_again(
    waiting: tuple[PersonId, Message], clock: StoppedClock
) -> None:
    person_id, pending = waiting
    taken = outbox.claim(person_id, pending)
    assert taken is not None
    claimed = taken.message
    clock.advance(minutes=14)
    assert not outbox.give_up_stale(person_id, claimed)
    clock.advance(minutes=1)
    assert outbox.give_up_stale(person_id, claimed)
    assert state_of(person_id, pending) is MessageState.UNKNOWN
    assert outbox.claim(person_id, pending) is None
    assert not outbox.give_up_stale(person_id, pending), "one that was never claimed"


@pytest.mark.parametrize("final", [MessageState.DELIVERED, MessageState.FAILED])
def test_only_the_carrier_says_what_arrived(waiting: tuple[PersonId, Message], final: MessageState) -> None:
    person_id, pending = waiting
    outbox.reported(pending.id, final)
    assert state_of(person_id, pending) is MessageState.PENDING, "nothing was handed over yet"
    taken = outbox.claim(person_id, pending)
    assert taken is not None
    claimed = taken.message
    outbox.reported(pending.id, final)
    outbox.sent(person_id, claimed)
    assert state_of(person_id, pending) is final, "a report counts even before the sender's own note"


@pytest.mark.parametrize("last", [MessageState.DELIVERED, MessageState.FAILED])
def test_delivered_counts_after_a_failure_and_no_failure_after_delivered(
    waiting: tuple[PersonId, Message], clock: StoppedClock, last: MessageState
) -> None:
    person_id, pending = waiting
    taken = outbox.claim(person_id, pending)
    assert taken is not None
    outbox.sent(person_id, taken.message)
    (first,) = {MessageState.DELIVERED, MessageState.FAILED} - {last}
    outbox.reported(pending.id, first)
    clock.advance(hours=1)
    outbox.reported(pending.id, last)
    outbox.reported(pending.id, MessageState.FAILED)
    found = outbox.message_by_id(pending.id)[1]
    assert found.state is MessageState.DELIVERED
    came = clock.instant if last is MessageState.DELIVERED else clock.instant - timedelta(hours=1)
    assert found.changed == came, "the day on which it came is the one that counts"


def test_whoever_opts_out_is_remembered(waiting: tuple[PersonId, Message]) -> None:
    person_id, pending = waiting
    outbox.claim(person_id, pending)
    outbox.reported(pending.id, MessageState.FAILED, opted_out=True)
    sequence = people.load(person_id).person.sequence
    outbox.reported(pending.id, MessageState.FAILED, opted_out=True)
    record = people.load(person_id)
    assert record.person.opted_out
    assert record.person.sequence == sequence
    with pytest.raises(NotFoundError):
        outbox.reported(f"{person_id}.unknown", MessageState.FAILED)
    assert people.load(person_id) == record


def test_a_message_that_waits_moves_to_its_new_day(waiting: tuple[PersonId, Message]) -> None:
    person_id, pending = waiting
    for _ in range(2):
        outbox.postpone(person_id, pending, date(2025, 7, 2))
    outbox.postpone(person_id, message(person_id, n=9), date(2025, 7, 2))
    record = people.load(person_id)
    assert record.messages[0].day == date(2025, 7, 2)
    assert record.person.sequence == 2, "what was decided does not change"
    outbox.claim(person_id, pending)
    outbox.postpone(person_id, pending, date(2025, 7, 3))
    assert people.load(person_id).messages[0].day == date(2025, 7, 2)


# --- limits --------------------------------------------------------------------------------------


def reserve(
    person_id: PersonId, name: str, *, day: date = TODAY, per_person: int = 1, per_phone: int = 2
) -> bool:
    return outbox.reserve_day(
        person_id, PHONE, day, f"{person_id}.{name}", per_person=per_person, per_phone=per_phone
    )


def test_one_message_per_person_and_day() -> None:
    person_id = known()
    assert reserve(person_id, "a")
    assert reserve(person_id, "a"), "asked again for the same message"
    assert not reserve(person_id, "b")
    failed = {f"{person_id}.a"}
    assert outbox.reserve_day(
        person_id, PHONE, TODAY, f"{person_id}.c", per_person=1, per_phone=2, failed=failed
    ), "what reached nobody takes nobody's day"
    assert reserve(person_id, "b", day=date(2025, 7, 2))


def test_as_many_messages_per_person_and_day_as_the_policy_says() -> None:
    person_id = known()
    assert reserve(person_id, "a", per_person=2, per_phone=9)
    assert reserve(person_id, "b", per_person=2, per_phone=9)
    assert not reserve(person_id, "c", per_person=2, per_phone=9)
    assert reserve(person_id, "b", per_person=2, per_phone=2), "asked again, counted once"
    other = known(number="34160219500101002X")
    assert not reserve(other, "a", per_person=2), "the phone has had two"


def test_one_limit_per_phone_whoever_it_serves() -> None:
    elders = [known(number=f"3416021950010100{n}X") for n in range(3)]
    assert [reserve(elder, "a") for elder in elders] == [True, True, False]
    assert reserve(elders[2], "a", day=date(2025, 7, 2))


@pytest.mark.parametrize("call", ["PutItem", "UpdateItem"])
def test_a_lost_acknowledgement_counts_once(call: str) -> None:
    elders = [known(number=f"3416021950010100{n}X") for n in range(2)]
    with faults.at_call("dynamodb", call, faults.lost_ack, calls={1}):
        assert reserve(elders[0], "a")
    assert reserve(elders[1], "a")


def test_two_that_reserve_the_last_message_of_a_phone_at_once_do_not_both_get_it() -> None:
    elders = [known(number=f"3416021950010100{n}X") for n in range(2)]
    overtaken: list[bool] = []

    def meanwhile(_request: object) -> None:
        if not overtaken:
            overtaken.append(True)
            assert reserve(elders[1], "a", per_phone=1)

    with faults.at_call("dynamodb", "UpdateItem", meanwhile):
        assert not reserve(elders[0], "a", per_phone=1)
    assert reserve(elders[0], "b", per_phone=2), "the day of whoever got none is free"


def test_dying_between_the_two_limits_reserves_for_the_same_message() -> None:
    elders = [known(number=f"3416021950010100{n}X") for n in range(2)]
    with faults.at_call("dynamodb", "UpdateItem", faults.crash), pytest.raises(faults.Crash):
        reserve(elders[0], "a", per_phone=1)
    assert not reserve(elders[0], "b", per_phone=1)
    assert reserve(elders[0], "a", per_phone=1)
    assert not reserve(elders[1], "a", per_phone=1)


def test_reservations_that_keep_colliding_end_in_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    person_id = known()

    def always(*_: object) -> None:
        raise ConflictError("busy")

    monkeypatch.setattr(tables, "put_if", always)
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    with pytest.raises(ConflictError, match="too many"):
        reserve(person_id, "a")


def test_reservations_and_records_do_not_mix() -> None:
    person_id = known()
    before = people.load(person_id)
    reserve(person_id, "a")
    assert people.load(person_id) == before
