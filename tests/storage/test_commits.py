"""One writer at a time, and a commit that looks refused may have been ours (design, decision 11)."""

import time
from collections.abc import Callable

import pytest
from botocore.exceptions import ConnectTimeoutError
from pynamodb.exceptions import PynamoDBException, TransactWriteError

from chalicelib.errors import ConflictError
from chalicelib.model import Change, PersonId, PersonRecord
from chalicelib.storage import clients, retries
from chalicelib.storage.dynamodb import people, tables
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.dynamodb.tables import Audit, Files, People, Put
from tests.storage import builders, faults
from tests.storage.builders import change, evidence, known, put

pytestmark = pytest.mark.usefixtures("aws")

Decide = Callable[[PersonRecord], Change]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    pauses: list[int] = []
    monkeypatch.setattr(retries, "pause", pauses.append)
    return pauses


def interrupted(person_id: PersonId, times: int, seen: list[int]) -> Decide:
    """A decision during which somebody else changes the same person, the first `times` times."""

    def decide(record: PersonRecord) -> Change:
        seen.append(record.person.sequence)
        if len(seen) <= times:
            put(person_id, visits=(builders.visit(len(seen)),))
        return change(evidence=(evidence(),))

    return decide


@pytest.mark.parametrize("times", [1, 4])
def test_on_a_conflict_the_decision_is_made_again_on_what_is_now_true(times: int) -> None:
    person_id = known()
    seen: list[int] = []
    record = people.change(person_id, interrupted(person_id, times, seen))
    assert seen == list(range(1, times + 2))
    assert len(record.visits) == times
    assert record.evidence == (evidence(),)
    assert people.load(person_id) == record
    assert not findings_about(person_id)


def test_what_was_found_out_by_a_decision_that_came_too_late_is_not_told() -> None:
    person_id = known()
    seen: list[int] = []
    decide = interrupted(person_id, 1, seen)
    record, found = people.change_with_outcome(person_id, lambda r: (decide(r), r.person.sequence))
    assert (found, seen, record.person.sequence) == (2, [1, 2], 3)
    again, found = people.change_with_outcome(person_id, lambda r: (None, r.person.sequence))
    assert (found, again) == (3, record)


def test_after_five_conflicts_it_gives_up_and_leaves_nothing_behind() -> None:
    person_id = known()
    seen: list[int] = []
    with pytest.raises(ConflictError):
        people.change(person_id, interrupted(person_id, 5, seen))
    record = people.load(person_id)
    assert len(seen) == 5
    assert record.evidence == ()
    assert record.person.sequence == 6
    assert not findings_about(person_id)


def test_a_chain_cut_short_does_not_open_the_lock() -> None:
    person_id = known()

    def decide(record: PersonRecord) -> Change:
        if record.person.sequence == 1:
            put(person_id, visits=(builders.visit(),))
            tables.delete(Audit(f"P#{person_id}", "~A#00000002"))
        return change(evidence=(evidence(),))

    people.change(person_id, decide)
    assert people.load(person_id).person.sequence == 3
    assert findings_about(person_id)


@pytest.mark.parametrize("lost", [{1}, {1, 2}], ids=str)
def test_a_lost_acknowledgement_is_a_success(lost: set[int]) -> None:
    person_id = known()
    decided: list[int] = []

    def decide(record: PersonRecord) -> Change:
        decided.append(record.person.sequence)
        return change("once", evidence=(evidence(),))

    with faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls=lost):
        record = people.change(person_id, decide)
    assert decided == [1], "the write was ours: nothing is decided again"
    assert [entry.action for entry in people.audit_trail(person_id)] == ["created", "once"]
    assert people.load(person_id) == record


def test_where_every_acknowledgement_is_lost_nothing_is_taken_for_done_and_nothing_is_done_twice() -> None:
    """The client has three tries: then whoever asked is told, and comes again."""
    person_id = known()

    def decide(record: PersonRecord) -> Change | None:
        return None if record.evidence else change("once", evidence=(evidence(),))

    with (
        faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls={1, 2, 3}),
        pytest.raises(TransactWriteError),
    ):
        people.change(person_id, decide)
    people.change(person_id, decide)
    assert [entry.action for entry in people.audit_trail(person_id)] == ["created", "once"]


def test_a_lost_acknowledgement_is_recognised_even_after_another_writer() -> None:
    person_id = known()
    done: list[bool] = []

    def overtaken(request: object) -> object:
        """The first call is applied without an answer; before its retry somebody else writes."""
        if not done:
            done.append(True)
            return faults.lost_ack(request)
        if len(done) == 1:
            done.append(True)
            put(person_id, visits=(builders.visit(),))
        return None

    with faults.at_call("dynamodb", "TransactWriteItems", overtaken):
        people.change(person_id, lambda _record: change("once", evidence=(evidence(),)))
    actions = [entry.action for entry in people.audit_trail(person_id)]
    assert actions == ["created", "once", "tested"]


def test_a_request_that_never_arrives_is_sent_again() -> None:
    person_id = known()
    with faults.at_call("dynamodb", "TransactWriteItems", faults.unreachable, calls={1, 2}):
        put(person_id, evidence=(evidence(),))
    assert people.load(person_id).person.sequence == 2


def test_a_service_that_stays_away_is_an_error_and_changes_nothing() -> None:
    person_id = known()
    with (
        faults.at_call("dynamodb", "TransactWriteItems", faults.unreachable),
        pytest.raises((PynamoDBException, ConnectTimeoutError)),
    ):
        put(person_id, evidence=(evidence(),))
    assert people.load(person_id).person.sequence == 1


@pytest.mark.parametrize("operation", ["Query", "TransactWriteItems"])
def test_a_process_that_dies_leaves_all_or_nothing(operation: str) -> None:
    person_id = known()
    with faults.at_call("dynamodb", operation, faults.crash), pytest.raises(faults.Crash):
        put(person_id, evidence=(evidence(),), visits=(builders.visit(),))
    record = people.load(person_id)
    assert (record.evidence, record.visits, record.person.sequence) == ((), (), 1)
    put(person_id, evidence=(evidence(),), visits=(builders.visit(),))
    assert not findings_about(person_id)


def test_a_process_that_dies_after_its_commit_repeats_nothing() -> None:
    person_id = known()

    def after(request: object) -> object:
        raise faults.Crash

    with (
        faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls={1}),
        faults.at_call("dynamodb", "GetItem", after),
        pytest.raises(faults.Crash),
    ):
        put(person_id, evidence=(evidence(),))
    put(person_id, evidence=(evidence(),))
    assert [entry.action for entry in people.audit_trail(person_id)] == ["created", "tested"]


# --- tables ----------------------------------------------------------------------------------------


def test_a_transaction_beyond_what_the_service_takes_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="101 items"):
        tables.write_together([Put(Files(f"{n}", "x")) for n in range(101)], "token")


def test_an_error_that_is_no_conflict_is_not_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_FILES_TABLE", "gone")
    from chalicelib.settings import settings

    settings.cache_clear()
    with pytest.raises(TransactWriteError):
        tables.write_together([Put(Files("a", "b"))], "token")
    with pytest.raises(PynamoDBException):
        tables.put_if(Files("a", "b"), tables.absent(Files))


def test_a_batch_offers_again_what_the_table_did_not_take(
    monkeypatch: pytest.MonkeyPatch, no_waiting: list[int]
) -> None:
    real = clients.client("dynamodb").batch_write_item

    class Throttled:
        calls = 0

        def batch_write_item(self, RequestItems: dict[str, list[object]]) -> dict[str, object]:  # noqa: N803
            self.calls += 1
            (table, batch), *_ = RequestItems.items()
            if self.calls % 2:
                real(RequestItems={table: batch[:10]})
                return {"UnprocessedItems": {table: batch[10:]}}
            return dict(real(RequestItems=RequestItems))

    throttled = Throttled()
    monkeypatch.setattr(tables, "client", lambda service: throttled)
    items = [People("A", f"{n:03d}", body=str(n)) for n in range(60)]
    assert tables.put_all([*items, People("A", "000", body="last")]) == 60
    monkeypatch.undo()
    stored = list(tables.query(People, "A"))
    assert len(stored) == 60
    assert stored[0].body == "last"
    assert no_waiting == [1, 1]


def test_many_items_are_worded_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody copies what still waits, nor words it before its turn: a payments file has a million lines."""
    worded, ahead = [0], []
    serialize = People.serialize

    def counting(self: People) -> object:
        worded[0] += 1
        return serialize(self)

    class Taking:
        def batch_write_item(self, RequestItems: object) -> dict[str, object]:  # noqa: N803
            ahead.append(worded[0])
            return {}

    monkeypatch.setattr(People, "serialize", counting)
    monkeypatch.setattr(tables, "client", lambda service: Taking())
    assert tables.put_all([People("A", f"{n:03d}") for n in range(100)]) == 100
    assert ahead == [25, 50, 75, 100]


def test_a_batch_that_the_table_keeps_refusing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def batch_write_item(self, RequestItems: object) -> dict[str, object]:  # noqa: N803
            return {"UnprocessedItems": RequestItems}

    monkeypatch.setattr(tables, "client", lambda service: Full())
    with pytest.raises(PynamoDBException, match="1 of 1"):
        tables.put_all([People("A", "x", body="1")])


def test_waiting_grows_and_never_lasts_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    for tries in range(20):
        retries.pause(tries)
    assert max(waited) < 1
