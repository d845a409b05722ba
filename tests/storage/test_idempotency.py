import pytest

from chalicelib.errors import ConflictError, RefusedError
from chalicelib.storage.dynamodb import idempotency, tables
from chalicelib.storage.dynamodb.idempotency import Reply
from tests.conftest import StoppedClock
from tests.storage import faults

pytestmark = pytest.mark.usefixtures("aws")

DONE = Reply(201, '{"visit":"3"}')


def test_the_same_call_gets_the_same_answer() -> None:
    assert idempotency.remember("app:1", "key", "hash") is None
    idempotency.answer("app:1", "key", "hash", DONE)
    assert idempotency.remember("app:1", "key", "hash") == DONE
    assert idempotency.remember("app:2", "key", "hash") is None, "another caller's key is another key"
    assert idempotency.remember("app:1", "other", "hash") is None


def test_another_body_under_the_same_key_is_refused() -> None:
    idempotency.remember("app:1", "key", "hash")
    for _ in range(2):
        with pytest.raises(RefusedError, match="idempotency_key_reused"):
            idempotency.remember("app:1", "key", "other")
        idempotency.answer("app:1", "key", "hash", DONE)


def test_a_call_that_still_runs_is_not_run_twice_and_one_that_died_is_taken_over(clock: StoppedClock) -> None:
    assert idempotency.remember("app:1", "key", "hash") is None
    clock.advance(seconds=59)
    with pytest.raises(ConflictError):
        idempotency.remember("app:1", "key", "hash")
    clock.advance(seconds=1)
    assert idempotency.remember("app:1", "key", "hash") is None
    with pytest.raises(ConflictError):
        idempotency.remember("app:1", "key", "hash")


def test_a_lost_acknowledgement_does_not_lock_the_caller_out() -> None:
    with faults.at_call("dynamodb", "PutItem", faults.lost_ack, calls={1}):
        assert idempotency.remember("app:1", "key", "hash") is None


def test_an_answer_is_forgotten_in_time(clock: StoppedClock) -> None:
    idempotency.remember("app:1", "key", "hash")
    idempotency.answer("app:1", "key", "hash", DONE)
    clock.advance(hours=49)
    assert idempotency.remember("app:1", "key", "other") is None, (
        "expired, whether the table has removed it or not"
    )


def test_what_a_caller_sends_is_no_key_of_ours() -> None:
    idempotency.remember("app:1", "34160219500101001X", "hash")
    (item,) = tables.scan(tables.People, tables.People.pk.startswith("IDEM#"))
    pk = item["pk"]["S"]
    assert "34160219500101001X" not in pk
    assert len(pk) == len("IDEM#") + 64
