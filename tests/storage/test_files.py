from dataclasses import replace
from datetime import date, timedelta

import boto3
import pytest

from chalicelib.errors import ConflictError, NotFoundError, UnreadableError
from chalicelib.model import Counts, DroppedFile, FeedId, FileId, FileState, FileStep
from chalicelib.storage.dynamodb import files, tables
from chalicelib.storage.dynamodb.tables import Files
from tests.storage import faults
from tests.storage.builders import AT
from tests.workflow.crashes import each_call

pytestmark = pytest.mark.usefixtures("aws")

BUS = FeedId("bus_rides")


def dropped(name: str = "测试甲.csv", day: str = "2025-07-01", rows: int = 10, **also: object) -> DroppedFile:
    key = f"transport/bus_rides/{day.replace('-', '')}/{name}"
    file = DroppedFile(
        id=files.file_id(key, "d" * 64),
        department="transport",
        feed=BUS,
        day=date.fromisoformat(day),
        key=key,
        digest="d" * 64,
        state=FileState.LOADED,
        received=AT,
        counts=Counts(rows=rows, accepted=rows),
    )
    return replace(file, **also)  # type: ignore[arg-type]


def test_the_same_drop_is_the_same_file() -> None:
    assert files.file_id("a/b", "x") == files.file_id("a/b", "x")
    assert len({files.file_id("a/b", "x"), files.file_id("a/b", "y"), files.file_id("a", "bx")}) == 3
    assert len(files.file_id("a", "b")) == 16


@pytest.mark.parametrize("state", FileState)
def test_a_file_goes_through_its_states(state: FileState) -> None:
    files.put(dropped(state=FileState.RECEIVED))
    now = dropped(state=state, code="why", certified=3)
    files.put(now)
    assert files.find(now.id) == now
    assert files.get(BUS, now.id) == now
    assert files.get(FeedId("roster"), now.id) is None
    assert list(files.everything()) == [now]


def test_two_files_of_one_feed_at_once_are_in_nobody_s_way() -> None:
    """What they share is in no transaction: DynamoDB refuses two that touch one item."""
    inside: list[object] = []

    def meanwhile(_: object) -> None:
        if not inside:
            inside.append(1)
            files.move(None, dropped("2.csv"))

    with (
        faults.at_call("dynamodb", "TransactWriteItems", faults.unreachable) as transactions,
        faults.at_call("dynamodb", "PutItem", meanwhile),
    ):
        files.move(None, dropped("1.csv"))
        files.move(dropped("1.csv"), dropped("1.csv", certified=1))
        files.put(dropped("3.csv"))
    assert not transactions
    assert len(list(files.everything())) == 3


def test_a_file_is_filed_anew_by_one_of_two_deliveries() -> None:
    files.move(None, dropped(state=FileState.RECEIVED))
    with pytest.raises(ConflictError):
        files.move(None, dropped(state=FileState.RECEIVED, certified=1))


def test_an_unknown_file_is_nothing() -> None:
    assert files.get(BUS, FileId("0" * 16)) is None
    with pytest.raises(NotFoundError):
        files.find(FileId("0" * 16))


def test_files_come_newest_first_and_from_every_feed() -> None:
    old, new = dropped("1.csv", "2025-06-30"), dropped("2.csv", "2025-07-02")
    lost = dropped("3.csv", feed=FeedId("no_such_feed"), state=FileState.REFUSED)
    for each in (old, new, lost):
        files.put(each)
    assert list(files.of_feed(BUS)) == [new, old]
    assert list(files.everything()) == [new, old, lost]


def test_the_usual_number_of_rows_is_that_of_loaded_files() -> None:
    assert files.usual_rows(dropped()) is None
    assert files.newest_loaded(BUS) is None
    for day, rows in enumerate((500, 90, 110, 100, 95, 105), start=1):
        files.put(dropped(f"{day}.csv", f"2025-06-{day:02d}", rows))
    files.put(dropped("held.csv", "2025-06-20", 1, state=FileState.HELD))
    files.put(dropped("mended.csv", "2025-06-05", 2, sent_again=True))
    newest = dropped("6.csv", "2025-06-06", 105)
    assert files.newest_loaded(BUS) == newest
    assert files.usual_rows(dropped("7.csv")) == 100, "the middle one of the last five"
    assert files.usual_rows(newest) == 100, "of the others"
    assert files.newest_loaded(BUS, but=newest.id) == dropped("5.csv", "2025-06-05", 95)


def test_a_small_area_is_measured_by_its_own_files() -> None:
    """Until it has sent one that was loaded: then a person has looked at how small it is."""
    for day in range(1, 8):
        files.put(dropped(f"bus_341602_2025060{day}.csv", f"2025-06-{day:02d}", 5_000))
    small = dropped("bus_341622_20250620.csv", "2025-06-20", 40)
    assert files.usual_rows(small) == 5_000, "nothing is known of it yet"
    files.put(small)
    assert files.usual_rows(dropped("bus_341622_20250701.csv")) == 40
    assert files.usual_rows(dropped("bus_341602_20250701.csv")) == 5_000
    assert files.usual_rows(dropped("蒙城县.csv")) == 5_000, "a name of its own each time lets nobody off"


def test_content_is_loaded_once_per_feed() -> None:
    first, second = FileId("1" * 16), FileId("2" * 16)
    assert files.loaded_as(BUS, "d") is None
    assert files.mark_loaded(BUS, "d", first) == first
    assert files.mark_loaded(BUS, "d", first) == first
    assert files.mark_loaded(BUS, "d", second) == first
    assert files.loaded_as(BUS, "d") == first
    assert files.loaded_as(FeedId("roster"), "d") is None, "dropped by mistake elsewhere, it must still load"


def test_content_of_a_whole_list_is_loaded_once_per_day() -> None:
    first, second = FileId("1" * 16), FileId("2" * 16)
    january, february = date(2025, 1, 1), date(2025, 2, 1)
    assert files.mark_loaded(BUS, "d", first, january) == first
    assert files.loaded_as(BUS, "d", february) is None
    assert files.mark_loaded(BUS, "d", second, january) == first
    assert files.mark_loaded(BUS, "d", second, february) == second
    files.forget_loaded(BUS, "d", first, january)
    assert (files.loaded_as(BUS, "d", january), files.loaded_as(BUS, "d", february)) == (None, second)


def test_a_lost_acknowledgement_of_the_digest_is_harmless() -> None:
    with faults.at_call("dynamodb", "PutItem", faults.lost_ack, calls={1}):
        assert files.mark_loaded(BUS, "d", FileId("1" * 16)) == "1" * 16


def test_the_name_of_a_file_is_sealed() -> None:
    files.put(dropped())
    stored = str(boto3.client("dynamodb").scan(TableName="files")["Items"])
    assert "测试甲" not in stored
    (item,) = tables.query(Files, f"FEED#{BUS}")
    tables.put(Files(item.pk, "2025-07-01#other", body=item.body, sealed=item.sealed))
    with pytest.raises(UnreadableError):
        list(files.of_feed(BUS))


def test_a_file_moves_on_only_from_where_it_was_read() -> None:
    files.put(dropped(state=FileState.HELD))
    held = files.find(dropped().id)
    files.move(held, replace(held, state=FileState.RELEASED))
    with pytest.raises(ConflictError):
        files.move(held, replace(held, state=FileState.REFUSED))
    assert files.find(held.id).state is FileState.RELEASED


def test_a_lost_acknowledgement_of_a_move_is_a_success() -> None:
    files.put(held := dropped(state=FileState.HELD))
    released = replace(held, state=FileState.RELEASED)
    with faults.at_call("dynamodb", "PutItem", faults.lost_ack, calls={1}):
        files.move(held, released)
    assert files.find(held.id) == released


def test_a_stage_is_noted_once_and_tells_who_released_it() -> None:
    step = FileStep(FileState.RELEASED, AT, "officer", "节假日")
    once = dropped().at_stage(step)
    assert once.at_stage(step) == once
    files.put(once)
    assert files.find(once.id).was_released
    assert not dropped().was_released


def test_the_files_of_one_folder_and_the_newest_ones() -> None:
    first, second, other = dropped("1.csv"), dropped("2.csv"), dropped("3.csv", "2025-07-02")
    for each in (first, second, other):
        files.put(each)
    assert {f.id for f in files.of_feed(BUS, first.day)} == {first.id, second.id}
    assert [(f.id, f.key) for f in files.recent(BUS, 1)] == [(other.id, "")]


def test_no_more_is_read_than_the_newest_folders() -> None:
    """A person's last look reads them: of a feed's files ever, or of sixty, a megabyte makes a difference."""
    for number in range(8):
        files.put(dropped(f"{number}.csv", f"2025-07-0{number + 1}"))
    read: list[int] = []
    with each_call(lambda name, asked: read.append(asked.get("Limit", 0))):
        assert [f.day.day for f in files.recent(BUS, 3)] == [8, 7, 6]
    assert read == [3]


def test_what_is_unread_is_found_by_when_it_became_so() -> None:
    first, later = dropped("1.csv", state=FileState.RECEIVED), dropped("2.csv", state=FileState.HELD)
    files.move(None, first)
    files.put(later)
    released = later.at_stage(FileStep(FileState.RELEASED, AT + timedelta(days=9), "officer", "节假日"))
    files.move(later, released)
    assert [f.id for f in files.unread(AT)] == [first.id, later.id]
    assert [f.id for f in files.unread(AT + timedelta(days=1))] == [later.id]
    files.move(first, replace(first, state=FileState.LOADED))
    files.put(replace(released, state=FileState.REFUSED))  # which says nothing of the row
    assert not list(files.unread(AT))
    rows = [row.sk for row in tables.query(Files, "UNREAD")]
    assert [row.partition("#")[2] for row in rows] == [later.id], "a week, then time-to-live removes it"


def test_a_row_of_a_file_that_was_never_filed_holds_nothing() -> None:
    files.put(dropped("2.csv"))  # so that the feed is known, and what follows is pointer, row, file
    with faults.at_call("dynamodb", "PutItem", faults.crash, calls={3}), pytest.raises(faults.Crash):
        files.move(None, dropped(state=FileState.RECEIVED))
    assert len(list(tables.query(Files, "UNREAD"))) == 1
    assert not list(files.unread(AT))


def test_two_files_of_one_feed_at_once_both_stand() -> None:
    """The second one is filed at each call that files the first."""
    first, done = dropped("0.csv"), []

    def meanwhile(name: str, _: object) -> None:
        if not done or done[-1] is not None:
            number = len(done)
            done.append(None)
            files.move(None, dropped(f"{number + 1}.csv"))
            done[-1] = name

    with each_call(meanwhile):
        files.move(None, first)
    assert len(done) >= 2
    assert len(list(files.everything())) == len(done) + 1


def test_content_that_no_longer_counts_may_be_loaded_again() -> None:
    first, second = FileId("1" * 16), FileId("2" * 16)
    files.mark_loaded(BUS, "d", first)
    files.forget_loaded(BUS, "d", second)
    assert files.loaded_as(BUS, "d") == first
    files.forget_loaded(BUS, "d", first)
    assert files.mark_loaded(BUS, "d", second) == second
