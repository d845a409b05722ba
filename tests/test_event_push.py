"""Events reach subscribed apps: signed, thin, at least once, and nobody who is not meant (row A5)."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chalicelib import event_push, event_receivers
from chalicelib.cases import subscriptions as cases
from chalicelib.clock import now
from chalicelib.errors import RefusedError, UnfinishedError
from chalicelib.event_receivers import DELIVERED, Receiver, is_public, push
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Case,
    Change,
    Entitlement,
    EntitlementStatus,
    Event,
    EventKind,
    PersonId,
    StateName,
)
from chalicelib.runs import run
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import event_rows, people, subscriptions
from tests.conftest import StoppedClock
from tests.judged import judging
from tests.receivers import EXAMPLE, listening
from tests.storage.builders import known
from tests.workflow.village import number_of

CITY = AreaCode("3416")


@dataclass
class App:
    """A receiver on this machine that answers as it is told, and what has reached it."""

    address: str = ""
    answer: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


def listed(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    monkeypatch.setenv("WUGAN_EVENT_HOSTS", hosts)
    settings.cache_clear()


@pytest.fixture
def app(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    this = App()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            this.heard.append((dict(self.headers.items()), body))
            self.send_response(this.answer)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        listed(monkeypatch, address)
        this.address = f"{address}/wugan"
        yield this


@pytest.fixture
def person(app: App) -> PersonId:
    return known(number=number_of(980))


def pushed() -> None:
    """One run over all shards, by the rights of its function."""
    with judging() as judge, judge.acting("PassSend"), run("push") as each:
        assert event_push.push_some("_", each) is None


def subscribed(app: App, area: str = CITY, kinds: tuple[EventKind, ...] = ()) -> cases.Made:
    with judging() as judge, judge.acting("APIHandler"):
        return cases.subscribe("province-app", app.address, AreaCode(area), kinds, "officer-1")


def certified(person: PersonId, until: date) -> int:
    """Certify somebody until a day; the sequence of that step."""
    (stands,) = people.load(person).entitlements
    step = Change("certified", "platform", now(), entitlements=(replace(stands, valid_until=until),))
    people.change(person, lambda _: step)
    return people.load(person).person.sequence


# --- what is told --------------------------------------------------------------------------------


def test_an_app_is_told_who_what_and_after_which_step_and_nothing_else(app: App, person: PersonId) -> None:
    made, key = subscribed(app)
    keys = {made.id: key}
    sequence = certified(person, date(2026, 8, 1))
    pushed()
    ((headers, body),) = app.heard
    assert json.loads(body) == {
        "person": person,
        "kind": "certified",
        "sequence": sequence,
        "at": now().isoformat(),
    }
    assert number_of(980) not in str(headers) + body.decode()
    event = EXAMPLE["event_of"](body, headers, keys, now().timestamp())
    assert event == json.loads(body)
    assert EXAMPLE["event_of"](body + b" ", headers, keys, now().timestamp()) is None, "altered"
    assert EXAMPLE["event_of"](body, headers, {made.id: key + "x"}, now().timestamp()) is None, "another key"
    assert EXAMPLE["event_of"](body, headers, keys, now().timestamp() + 301) is None, "played again"
    pushed()
    assert len(app.heard) == 1, "told once"


def test_the_example_receiver_is_told_once_and_drops_what_is_older(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    key = "key of the example"
    server = EXAMPLE["server"]({"s": key}, 0, told.append, lambda: now().timestamp())
    with listening(server) as address:
        listed(monkeypatch, address)
        receiver = Receiver("s", f"{address}/", key)
        events = [
            Event(PersonId("p"), EventKind.CERTIFIED, sequence, now(), CITY) for sequence in (3, 2, 3, 5)
        ]
        assert [push(receiver, event, now()) for event in events] == [DELIVERED] * 4
        assert push(replace(receiver, key="another"), events[0], now()) == "http_401"
        assert push(receiver, events[3], now() - timedelta(minutes=6)) == "http_401"
    assert [event["sequence"] for event in told] == [3, 5]


def test_what_a_step_means(app: App, person: PersonId) -> None:
    before = people.load(person)
    (held,) = before.entitlements

    def kinds(*wanted: Entitlement, cases: tuple[Case, ...] = ()) -> set[str]:
        return set(event_rows.kinds_of(before, replace(before, entitlements=wanted, cases=cases)))

    later = replace(held, valid_until=held.valid_until + timedelta(days=1))
    assert kinds(held) == set()
    assert kinds(later) == {"certified"}
    assert kinds(replace(held, valid_until=held.valid_until - timedelta(days=1))) == set()
    assert kinds(replace(held, status=EntitlementStatus.SUSPENDED)) == {"suspended"}
    assert kinds(replace(held, status=EntitlementStatus.PAUSED)) == {"paused"}
    assert kinds(replace(held, status=EntitlementStatus.TERMINATED)) == {"terminated"}
    assert kinds(held, replace(held, benefit=BenefitCode("old_age_allowance"))) == set(), (
        "newly on the roster"
    )
    assert kinds(held, cases=(Case(date(2025, 7, 1), date(2025, 6, 1), 1, StateName.REMIND),)) == {"due"}
    stopped = replace(before, entitlements=(replace(held, status=EntitlementStatus.SUSPENDED),))
    assert event_rows.kinds_of(stopped, replace(before, entitlements=(later,))) == {"resumed", "certified"}


def test_what_happens_again_before_anybody_was_told_is_told_once(app: App, person: PersonId) -> None:
    subscribed(app)
    certified(person, date(2026, 8, 1))
    last = certified(person, date(2026, 9, 1))
    pushed()
    assert [event["sequence"] for event in app.events] == [last]


def test_an_app_is_told_of_its_area_and_its_kinds_alone(app: App, person: PersonId) -> None:
    subscribed(app, area="341621")
    certified(person, date(2026, 8, 1))
    pushed()
    assert app.heard == []
    cases.end(subscriptions.listed()[0].id, "officer-1", "另立")
    subscribed(app, kinds=(EventKind.SUSPENDED,))
    certified(person, date(2026, 9, 1))
    pushed()
    assert app.heard == []
    assert not event_push.is_anything_waiting(), "what concerns nobody does not stay"


def test_what_has_happened_before_somebody_subscribed_is_told_to_nobody(
    app: App, person: PersonId, clock: StoppedClock
) -> None:
    certified(person, date(2026, 8, 1))
    assert not event_push.is_anything_waiting(), "nobody is subscribed"
    clock.advance(days=4)
    made, _ = subscribed(app)
    assert event_push.is_anything_waiting()
    pushed()
    assert app.heard == []
    assert list(subscriptions.logged(made.id, 1)) == [], "nor is it given up"


def test_where_no_host_is_listed_nothing_is_written(
    aws: None, person: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(monkeypatch, "")
    certified(person, date(2026, 8, 1))
    assert not event_rows.is_anything_waiting()


def test_whose_subscription_has_ended_is_told_nothing(app: App, person: PersonId) -> None:
    made, _ = subscribed(app)
    certified(person, date(2026, 8, 1))
    cases.end(made.id, "officer-2", "应用下线")
    pushed()
    assert app.heard == []


# --- who cannot be reached -----------------------------------------------------------------------


def test_who_is_not_reached_is_tried_again_ever_more_seldom(
    app: App, person: PersonId, clock: StoppedClock
) -> None:
    made, _ = subscribed(app)
    certified(person, date(2026, 8, 1))
    app.answer, tried = 503, []
    for _ in range(16):
        before = len(app.heard)
        pushed()
        tried.append(len(app.heard) - before)
        clock.advance(hours=1)
    assert [hour for hour, number in enumerate(tried) if number] == [0, 1, 3, 7, 15], "1, 2, 4, 8 hours"
    (last, *_) = subscriptions.logged(made.id, 10)
    assert (last.failed, last.said) == (1, "http_503")
    app.answer = 204
    clock.advance(hours=12)
    pushed()
    assert [event["sequence"] for event in app.events[-1:]] == [people.load(person).person.sequence]
    assert subscriptions.backoff_of(made.id) is None
    assert not event_rows.is_anything_waiting()


def test_what_could_not_be_told_for_three_days_is_given_up_and_counted(
    app: App, person: PersonId, clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    made, _ = subscribed(app)
    certified(person, date(2026, 8, 1))
    app.answer = 500
    pushed()
    clock.advance(days=3, seconds=1)
    pushed()
    assert not event_rows.is_anything_waiting()
    assert next(iter(subscriptions.logged(made.id, 1))).given_up == 1
    assert '"EventsGivenUp":[1.0]' in capsys.readouterr().out


def test_one_who_is_not_reached_keeps_nobody_else_waiting(app: App, person: PersonId) -> None:
    subscribed(app)
    dead, _ = cases.subscribe("dead-app", app.address.replace("/wugan", "/x"), CITY, (), "officer-1")
    subscriptions.put(replace(dead, address="https://nowhere.example/"))
    sequence = certified(person, date(2026, 8, 1))
    pushed()
    assert [event["sequence"] for event in app.events] == [sequence]
    (waits,) = event_rows.waiting("_")
    assert waits.event.left == (dead.id,)
    pushed()
    assert len(app.heard) == 1, "who has been told is not told again"


def test_an_event_that_comes_while_it_is_told_is_not_lost(app: App, person: PersonId) -> None:
    certified(person, date(2026, 8, 1))
    (waits,) = event_rows.waiting("_")
    last = certified(person, date(2026, 9, 1))
    event_rows.told(waits)
    event_rows.keep_for(waits, ("s",))
    (stays,) = event_rows.waiting("_")
    assert (stays.event.sequence, stays.event.left) == (last, None)


def test_a_run_goes_on_where_its_part_before_has_stopped(app: App) -> None:
    """Each part has time for one event."""
    subscribed(app)
    for sequence in (980, 981, 982):
        certified(known(number=number_of(sequence)), date(2026, 8, 1))
    after, parts = "", 0
    with run("push") as each:
        while (stopped := event_push.push_some("_", each, after, lambda: True)) is not None:
            after, parts = stopped, parts + 1
    assert (len(app.heard), parts) == (3, 2)


def test_whoever_dies_before_it_is_kept_that_an_app_was_told_tells_it_again(
    app: App, person: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: the sequence says to the app that it knows this one."""
    subscribed(app)
    certified(person, date(2026, 8, 1))
    with monkeypatch.context() as patched:
        patched.setattr(event_rows, "told", lambda waits: 1 / 0)
        with pytest.raises(UnfinishedError):
            pushed()
    pushed()
    first, second = app.events
    assert first == second
    assert not event_rows.is_anything_waiting()


# --- where nothing goes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://app.example.org.cn/",
        "https://other.example.org.cn/",
        "https://app.example.org.cn.evil.example/",
        "https://app.example.org.cn:8443/",
        "https://app.example.org.cn/?person=1",
        "https://app.example.org.cn/#x",
        "https://somebody:secret@app.example.org.cn/",
        "https://127.0.0.1/",
        "http://127.0.0.1:9001/",
        "https://[::1]/",
        "https://app.example.org.cn/\r\nX: y",
        "ftp://app.example.org.cn/",
        "https://[app",
    ],
)
def test_only_listed_addresses_are_taken(aws: None, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    listed(monkeypatch, "app.example.org.cn, second.example.org.cn")
    for good in ("https://app.example.org.cn/wugan", "https://second.example.org.cn"):
        event_receivers.check(good)
    with pytest.raises(RefusedError, match="address_not_listed"):
        event_receivers.check(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2400:3200::1", True),
        *(
            (private, False)
            for private in (
                *("10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.100.100.200"),
                *("0.1.2.3", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00:ec2::254"),
                *("::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1"),
            )
        ),
    ],
)
def test_only_the_open_internet_is_connected_to(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[object]]:
    """Names lead to these addresses; what is then connected to."""
    connected: list[object] = []

    def lead_to(*addresses: str) -> list[object]:
        def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
            connected.append(address)
            raise ConnectionRefusedError

        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
        return connected

    listed(monkeypatch, "app.example.org.cn")
    return lead_to


EVENT = Event(PersonId("p"), EventKind.DUE, 1, now(), CITY)
RECEIVER = Receiver("s", "https://app.example.org.cn/wugan", "key")


def test_a_name_that_leads_inside_is_not_followed(looked_up: Callable[..., list[object]]) -> None:
    """Nor one that leads to both sides: whoever asks twice may be told another thing the second time."""
    connected = looked_up("8.8.8.8", "169.254.169.254")
    assert push(RECEIVER, EVENT, now()) == "address_not_public"
    assert connected == []


def test_what_was_looked_up_is_what_is_connected_to(looked_up: Callable[..., list[object]]) -> None:
    connected = looked_up("8.8.8.8")
    assert push(RECEIVER, EVENT, now()) == "NewConnectionError"
    assert connected == [("8.8.8.8", 443)]


def test_a_redirect_is_not_followed(app: App) -> None:
    app.answer = 307
    assert push(Receiver("s", app.address, "key"), EVENT, now()) == "redirected"
    assert len(app.heard) == 1


def test_a_key_is_kept_as_a_secret_and_opens_for_its_own_subscription_alone(app: App) -> None:
    made, key = subscribed(app)
    assert key not in made.sealed_key
    assert key not in repr(Receiver("s", app.address, key))
    assert subscriptions.key_of(subscriptions.find(made.id)) == key
    with pytest.raises(Exception, match="another owner"):
        subscriptions.key_of(replace(made, id="fedcba9876543210"))
