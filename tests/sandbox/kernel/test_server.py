"""The doors of the sandbox: AWS, the HTTP API, the clock."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from sandbox.kernel import Sandbox
from sandbox.kernel.server import Gateway, Servers, taken_ports
from sandbox.run import DOORS_TAKEN, RunOptions, run
from tests.sandbox.kernel.cases import start, status, tokens
from tests.sandbox.kernel.stand_in.app import token_refused


@pytest.fixture
def servers(sandbox: Sandbox) -> Iterator[Servers]:
    with Servers(sandbox, aws=0, api=0, clock=0) as running:
        yield running
    assert running.failure is None


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection.request(
        method,
        path,
        body=None if body is None else json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def connect(url: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)


def outside(servers: Servers, service: str) -> Any:
    """A client as another process would have one, on the AWS port."""
    return boto3.client(service, endpoint_url=servers.aws_url)


def test_the_api_answers_many_times_on_one_connection(sandbox: Sandbox, servers: Servers) -> None:
    connection = connect(servers.api_url)
    for _ in range(3):
        assert ask(connection, "GET", "/now") == (200, {"now": sandbox.now().isoformat()})
    opened = connection.sock
    assert ask(connection, "POST", "/answer/Zhang", {"n": 1}) == (200, {"person": "Zhang", "said": None})
    assert connection.sock is opened
    assert ask(connection, "GET", "/nothing")[0] == 404  # as the gateway of infra/gateway.yaml says it
    assert ask(connection, "PUT", "/now")[0] == 405
    assert sandbox.invocations["APIHandler"] == 6
    connection.close()


def test_what_a_request_stirs_up_runs_afterwards(
    sandbox: Sandbox, servers: Servers, calls: list[Any], behaviour: dict[str, Any]
) -> None:
    arn = start(sandbox, "Zhang")
    sandbox.run_until_quiet()
    behaviour["answer"] = lambda body: token_refused(tokens(calls)["Zhang", "Remind"])
    connection = connect(servers.api_url)
    assert ask(connection, "POST", "/answer/Zhang", {})[1]["said"] is False
    assert ask(connection, "POST", "/answer/Zhang", {})[1]["said"] is True
    connection.close()
    patience = time.monotonic() + 20
    while status(sandbox, arn) == "RUNNING" and time.monotonic() < patience:
        time.sleep(0.01)
    assert status(sandbox, arn) == "SUCCEEDED"


def test_outside_and_inside_see_one_state(
    sandbox: Sandbox, servers: Servers, behaviour: dict[str, Any]
) -> None:
    taken_in = threading.Event()
    behaviour["intake"] = lambda event: taken_in.set()
    outside(servers, "s3").put_object(
        Bucket=sandbox.settings.inbox_bucket, Key="health/x/20260101/a.csv", Body=b"outside"
    )
    assert taken_in.wait(20)
    inside = sandbox.client("s3").get_object(
        Bucket=sandbox.settings.inbox_bucket, Key="health/x/20260101/a.csv"
    )
    assert inside["Body"].read() == b"outside"
    names = outside(servers, "stepfunctions").list_state_machines()["stateMachines"]
    assert {one["stateMachineArn"] for one in names} == set(sandbox.machines.values())


def test_a_long_poll_does_not_stop_the_world(
    sandbox: Sandbox, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs, url = outside(servers, "sqs"), sandbox.names["GatewayQueue"]
    received: list[Any] = []
    aside, step_aside = threading.Event(), sandbox.turns.step_aside

    def noticed(seconds: float) -> None:
        aside.set()
        step_aside(seconds)

    def wait() -> None:
        received.extend(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []))

    monkeypatch.setattr(sandbox.turns, "step_aside", noticed)
    waiting = threading.Thread(target=wait)
    waiting.start()
    assert aside.wait(10)
    sandbox.advance(days=2)
    sandbox.client("sns").publish(TopicArn=sandbox.settings.messages_topic_arn, Message="hello")
    waiting.join(20)
    assert [message["Body"] for message in received] == ["hello"]


def test_time_is_let_pass_from_outside(sandbox: Sandbox, servers: Servers, calls: list[Any]) -> None:
    start(sandbox, "Zhang")
    connection = connect(servers.clock_url)
    code, told = ask(connection, "POST", "/advance", {"days": 31})
    assert (code, told["failures"]) == (200, 0)
    assert told["now"] == sandbox.now().isoformat() == "2026-01-31T16:00:00+00:00"
    assert tokens(calls).keys() == {("Zhang", "Remind"), ("Zhang", "Remind again")}
    assert ask(connection, "GET", "/now")[1] == {"now": told["now"]}
    for wrong in ({}, {"days": "many"}, {"days": -1}, [1]):
        assert ask(connection, "POST", "/advance", wrong)[0] == 400
    assert ask(connection, "POST", "/back", {"days": 1})[0] == 404
    connection.close()


def test_requests_are_answered_while_a_year_passes(sandbox: Sandbox, servers: Servers) -> None:
    days: set[str] = set()
    passing = threading.Thread(target=lambda: sandbox.advance(days=365))
    passing.start()
    connection = connect(servers.api_url)
    while passing.is_alive():
        days.add(ask(connection, "GET", "/now")[1]["now"])
    passing.join()
    connection.close()
    assert len(days) > 3


def test_the_doors_are_on_the_loopback_interface_only(servers: Servers) -> None:
    for url in (servers.aws_url, servers.api_url, servers.clock_url):
        assert url.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_opens_no_door(sandbox: Sandbox) -> None:
    threads = threading.active_count()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(OSError, match="in use"),
            Servers(sandbox, aws=0, clock=0, api=taken.getsockname()[1]),
        ):
            pass
    assert threading.active_count() == threads


def test_the_api_can_be_asked_without_a_network(sandbox: Sandbox) -> None:
    answer = Gateway(sandbox).handle("GET", "/now", {})
    assert (answer.status, answer.json()) == (200, {"now": sandbox.now().isoformat()})


def test_a_port_that_is_taken_is_known_before_anything_runs() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert taken_ports([port]) == [port]
    assert taken_ports([port]) == []


def test_no_year_is_lived_for_a_door_that_is_taken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.run.taken_ports", lambda: [8000])
    assert run(RunOptions(people=1)) == DOORS_TAKEN
    said = capsys.readouterr().out
    assert "port 8000" in said
    assert "make run ONCE=1" in said
    assert "端口已被占用" in said


def test_no_answer_repeats_a_token(sandbox: Sandbox) -> None:
    answer = Gateway(sandbox).handle("GET", "/nothing", {"Authorization": "Bearer secret-words"})
    assert (answer.status, answer.json()["code"]) == (404, "not_found")
    assert "secret-words" not in f"{answer}"


def test_a_browser_that_asks_first_is_answered(sandbox: Sandbox) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    answer = Gateway(sandbox).handle("OPTIONS", "/now", asked)
    assert (answer.status, answer.json()["code"]) == (405, "method_not_allowed")
    assert dict(answer.headers)["Allow"] == "GET"
    assert Gateway(sandbox).handle("OPTIONS", "/nothing", asked).status == 404


@pytest.mark.parametrize("colon", [":", "%3A", "%3a"])
def test_an_encoded_colon_is_a_colon(sandbox: Sandbox, colon: str) -> None:
    answer = Gateway(sandbox).handle("POST", f"/things{colon}find", {})
    assert (answer.status, answer.json()) == (200, {"found": "nothing"})
