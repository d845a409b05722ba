"""Interfaces are asked about those who come due, in batches, and about nobody else."""

from __future__ import annotations

import json
import shutil
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib import clock
from chalicelib.errors import UnreadableError
from chalicelib.intake import interface_queries, newly_known
from chalicelib.intake.interface_queries import Asked, HttpInterface
from chalicelib.jurisdiction import PACKS, loader
from chalicelib.model import Case, Change, Counts, FeedId, FileState, PersonId, Route, StateName
from chalicelib.runs import run
from chalicelib.settings import settings
from chalicelib.storage.clients import client
from chalicelib.storage.dynamodb import files, people, worklist_rows
from sandbox.town.interfaces import Happened, Interfaces
from tests import in_one_go
from tests.conftest import StoppedClock
from tests.judged import judging
from tests.sources.builders import number
from tests.storage.builders import entitlement, known

FEED = FeedId("nucleic_acid_tests")
AT = datetime(2025, 7, 1, 2, tzinfo=UTC)
SOON, LATER = date(2025, 9, 15), date(2026, 3, 31)
TESTED = date(2025, 6, 20)

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack of Bozhou with one of Jining's two interfaces, asked about three people at a time."""
    shutil.copytree(PACKS / "bozhou", tmp_path / "asking")
    text = (PACKS / f"jining/feeds/{FEED}.yaml").read_text(encoding="utf-8")
    assert "asks_per_call: 50" in text
    text = text.replace("asks_per_call: 50", "asks_per_call: 3")
    (tmp_path / f"asking/feeds/{FEED}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(loader, "PACKS", tmp_path)
    monkeypatch.setenv("WUGAN_PACK", "asking")
    loader.load.cache_clear()


@pytest.fixture(autouse=True)
def judged(aws: None, pack: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The function asks by its own rights."""
    ask = in_one_go.ask_interfaces
    with judging() as judge:
        monkeypatch.setattr(in_one_go, "ask_interfaces", judge.acting("PassAsk")(ask))
        yield


@pytest.fixture
def interfaces() -> Iterator[Interfaces]:
    """An interface that knows nothing yet, entered where an operator enters it."""
    town = Interfaces({})
    with town.served() as url:
        enter({FEED: {"url": url, "token": town.token}})
        yield town


def enter(places: dict[FeedId, dict[str, str]]) -> None:
    client("secretsmanager").create_secret(Name="interfaces", SecretString=json.dumps(places))


def recipient(sequence: int, until: date = SOON) -> PersonId:
    return known(entitlement(certified_until=until, valid_until=until), number=number(sequence))


def swabbed(*sequences: int, event: str = "sampled") -> dict[tuple[str, str], Happened]:
    return {(FEED, number(sequence)): [(TESTED, event)] for sequence in sequences}


def valid_until(person: PersonId) -> date:
    [drawn] = people.load(person).entitlements
    return drawn.valid_until


def test_an_answer_certifies_from_the_day_it_speaks_of(interfaces: Interfaces) -> None:
    person, other = recipient(1), recipient(2)
    interfaces.known = swabbed(1)
    [asked] = in_one_go.ask_interfaces()
    assert (asked.feed, asked.people, asked.certified, asked.unheard) == (FEED, 2, 1, 0)
    assert valid_until(person) == date(2026, 6, 19)
    assert people.load(person).entitlements[0].route is Route.SILENT
    assert valid_until(other) == SOON  # no answer proves nothing


def test_only_those_who_come_due_are_asked_about(interfaces: Interfaces) -> None:
    recipient(1)
    recipient(2, until=LATER)
    dead = recipient(3)
    people.change(
        dead, lambda record: Change("died", "test", AT, person=replace(record.person, deceased_on=TESTED))
    )
    assert in_one_go.ask_interfaces()[0].people == 1
    assert interfaces.asked == [(FEED, 1)]


def test_whoever_has_an_open_case_is_asked_about_though_no_longer_filed_as_due(
    interfaces: Interfaces,
) -> None:
    person = recipient(1)
    case = Case(SOON, date(2025, 6, 20), 1, StateName.REMIND)
    people.change(person, lambda _: Change("case opened", "test", AT, cases=(case,)))
    worklist_rows.refile(person, SOON, None)
    assert in_one_go.ask_interfaces()[0].people == 1


def test_many_are_asked_about_in_batches_and_each_finds_it_in_the_audit_chain(
    interfaces: Interfaces,
) -> None:
    everybody = [recipient(sequence) for sequence in range(1, 8)]
    assert in_one_go.ask_interfaces()[0].people == 7
    assert interfaces.asked == [(FEED, 3), (FEED, 3), (FEED, 1)]
    for person in everybody:
        [entry] = [e for e in people.audit_trail(person) if e.action == "asked"]
        assert entry.details == {"feed": FEED}


def test_the_same_answer_again_changes_nothing(interfaces: Interfaces, clock: StoppedClock) -> None:
    person = recipient(1, until=date(2025, 7, 20))
    interfaces.known = {(FEED, number(1)): [(date(2024, 8, 1), "sampled")]}
    in_one_go.ask_interfaces()
    first = people.load(person)
    clock.advance(days=7)
    assert in_one_go.ask_interfaces()[0].certified == 0
    assert people.load(person).evidence == first.evidence


def slices(again_after: int | None = None) -> list[Asked]:
    """The pass, a question a slice; of this one the answer is lost, and it is done again."""
    found, after, number = list[Asked](), "", 0
    with run("ask") as each:
        while True:
            for _ in range(1 + (again_after == number)):
                some, behind = interface_queries.ask_some("_", clock.today(), each, after, lambda: True)
            found += [Asked.of(json.loads(json.dumps(asked.to_json()))) for asked in some]
            if behind is None:
                return interface_queries.list_runs(found, clock.today())
            after, number = behind, number + 1


def test_a_question_a_slice_asks_and_counts_as_all_in_one_go(interfaces: Interfaces) -> None:
    everybody = [recipient(sequence) for sequence in range(1, 8)]
    interfaces.known = swabbed(1, 2, 3, 7)
    [asked] = slices()
    assert (asked.people, asked.certified, asked.unheard, asked.counts.rows) == (7, 4, 0, 4)
    assert interfaces.asked == [(FEED, 3), (FEED, 3), (FEED, 1)]
    assert sum(valid_until(person) > SOON for person in everybody) == 4
    (listed,) = files.of_feed(FEED)
    assert (listed.counts.rows, listed.certified, listed.state) == (4, 4, FileState.LOADED)


@pytest.mark.parametrize("lost", range(3))
def test_a_slice_whose_answer_is_lost_certifies_the_same_and_asks_about_nobody_certified(
    interfaces: Interfaces, lost: int
) -> None:
    everybody = [recipient(sequence) for sequence in range(1, 8)]
    interfaces.known = swabbed(1, 2, 3, 7)
    [asked] = slices(again_after=lost)
    assert asked.unheard == 0
    assert asked.counts.rows <= 4, "what the first try has certified is not counted twice"
    assert sum(valid_until(person) > SOON for person in everybody) == 4
    certified = [person for person in everybody if valid_until(person) > SOON]
    told = [e.action for person in certified for e in people.audit_trail(person)].count("asked")
    assert told == 4, "once about each whom the first answer has certified"


def test_an_interface_that_fails_is_left_after_three_calls(interfaces: Interfaces) -> None:
    interfaces.failing = True
    people_due = [recipient(sequence) for sequence in range(1, 13)]
    asked = in_one_go.ask_interfaces()[0]
    assert (asked.people, asked.unheard, asked.certified) == (12, 12, 0)
    assert {valid_until(person) for person in people_due} == {SOON}
    told = [e for p in people_due for e in people.audit_trail(p) if e.action == "asked"]
    assert len(told) == 9  # three calls of three: the last three people were never named


def test_answers_that_cannot_be_used_are_counted_and_the_others_count(interfaces: Interfaces) -> None:
    person = recipient(1)
    recipient(2)
    interfaces.known = swabbed(1) | swabbed(2, event="positive")
    asked = in_one_go.ask_interfaces()[0]
    assert (asked.certified, asked.rejected) == (1, 1)
    assert valid_until(person) > SOON


@pytest.mark.parametrize("said", [[], {"answers": {}}, {"answers": ["sampled"]}, "sampled", None])
def test_an_interface_that_answers_nonsense_has_not_answered(
    interfaces: Interfaces, monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    recipient(1)
    monkeypatch.setattr(interfaces, "answer", lambda question: said)
    assert in_one_go.ask_interfaces()[0].unheard == 1


BROKEN = [
    b"",
    b"SSH-2.0-OpenSSH_9.6\r\n",  # another service listens there
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n{}",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 200_000,
    b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe",
    b'HTTP/1.1 200 OK\r\n\r\n{"answers": [{"number": 1' + b"0" * 5_000 + b"}]}",
]
OTHER = FeedId("another_interface")


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """A socket that says these bytes to everybody, whatever they ask."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):  # who has heard enough hangs up
                self.request.recv(100_000)
                self.wfile.write(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def second_interface(pack: None, tmp_path: Path) -> None:
    """Another feed of the same kind, asked after the first: by id."""
    text = (tmp_path / f"asking/feeds/{FEED}.yaml").read_text(encoding="utf-8")
    path = tmp_path / f"asking/feeds/{OTHER}.yaml"
    path.write_text(text.replace(f"id: {FEED}", f"id: {OTHER}"), encoding="utf-8")
    loader.load.cache_clear()


@pytest.mark.usefixtures("second_interface")
@pytest.mark.parametrize("answer", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_interface_has_not_answered_and_the_next_one_is_asked(answer: bytes) -> None:
    recipient(1)
    town = Interfaces({})
    with saying(answer) as broken, town.served() as url:
        enter({OTHER: {"url": broken, "token": "t"}, FEED: {"url": url, "token": town.token}})
        asked = {each.feed: each.unheard for each in in_one_go.ask_interfaces()}
    assert asked == {OTHER: 1, FEED: 0}
    assert town.asked == [(FEED, 1)]


@pytest.mark.usefixtures("second_interface")
@pytest.mark.parametrize(
    "entry", [{"url": "http://interface.example/", "token": "t"}, {"url": "https://[1"}, {"url": 7}, "x"]
)
def test_an_address_entered_wrongly_stops_no_other_interface(entry: object) -> None:
    recipient(1)
    town = Interfaces({})
    with town.served() as url:
        enter({OTHER: entry, FEED: {"url": url, "token": town.token}})  # type: ignore[dict-item]
        assert [each.feed for each in in_one_go.ask_interfaces()] == [FEED]


def test_a_token_that_cannot_be_sent_is_a_failure_of_that_interface_alone(interfaces: Interfaces) -> None:
    with pytest.raises(UnreadableError):
        HttpInterface(FEED, "http://127.0.0.1:9/", "令牌").ask([number(1)], TESTED)


def test_an_interface_without_an_address_is_not_asked() -> None:
    enter({})
    recipient(1)
    assert in_one_go.ask_interfaces() == []


def test_a_pack_without_interfaces_needs_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_PACK", "bozhou")
    settings.cache_clear()
    monkeypatch.setattr(loader, "PACKS", PACKS)
    assert in_one_go.ask_interfaces() == []


@pytest.mark.parametrize(
    "url", ["http://interface.example/", "ftp://127.0.0.1/", "file:///etc/hosts", "https://[1", ""]
)
def test_a_question_leaves_the_machine_by_https_alone(url: str) -> None:
    with pytest.raises(UnreadableError, match="must begin with https"):
        HttpInterface(FEED, url, "t")


def test_an_error_never_repeats_whom_it_was_about() -> None:
    interface = HttpInterface(FEED, "http://127.0.0.1:9/", "t")  # nobody listens there
    with pytest.raises(UnreadableError) as raised:
        interface.ask([number(1)], TESTED - timedelta(days=1))
    assert number(1) not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_run_is_listed_among_the_files_with_its_counts(interfaces: Interfaces) -> None:
    one, two = recipient(1), recipient(2)
    interfaces.known = swabbed(1)
    in_one_go.ask_interfaces()
    (run,) = files.of_feed(FEED)
    assert (run.state, run.counts, run.certified) == (FileState.LOADED, Counts(rows=1, accepted=1), 1)
    (item,) = people.load(one).evidence
    assert item.file == run.id
    assert not people.load(two).evidence
    assert newly_known.ask_for_files() == 0, "there is no file to be read again"


def test_a_run_in_which_nothing_was_heard_is_refused_and_says_so() -> None:
    recipient(1)
    enter({FEED: {"url": "http://127.0.0.1:9", "token": "t"}})
    in_one_go.ask_interfaces()
    (run,) = files.of_feed(FEED)
    assert (run.state, run.code, run.counts) == (FileState.REFUSED, "interface_not_heard", Counts())
    assert "1 of 1" in run.en
