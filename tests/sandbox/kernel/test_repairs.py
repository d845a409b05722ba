"""Every repair of moto has a contract: it holds with the repair, and does not without it.

When the second half fails, moto has learnt it: take the repair out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any
from unittest import mock

import moto.stepfunctions.parser.asl.component.state.exec.state_task.lambda_eval_utils as lambda_eval_utils
import pytest
from moto.sqs.models import SQSBackend
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from sandbox.kernel import Sandbox, repairs
from tests.sandbox.kernel import contracts_of_tables
from tests.sandbox.kernel.cases import DAY, start, status, tokens
from tests.sandbox.kernel.conftest import new_sandbox
from tests.sandbox.kernel.stand_in import app as stand_in

Contract = Callable[[Sandbox], None]


def functions_in_process(sandbox: Sandbox) -> None:
    def fail(event: Any) -> None:
        raise LookupError("gone")

    stand_in.behaviour["suspicion_step"] = fail
    stand_in.behaviour["certification_step"] = lambda event: {"got": event}
    function = sandbox.client("lambda").invoke
    said = function(FunctionName=sandbox.names["CertificationStep"], Payload=b'{"n": 1}')
    assert json.load(said["Payload"]) == {"got": {"n": 1}}
    failed = function(FunctionName=sandbox.names["SuspicionStep"])
    assert failed["FunctionError"] == "Unhandled"
    told = json.load(failed["Payload"])
    assert (told["errorType"], told["errorMessage"]) == ("LookupError", "gone")


def virtual_queues(sandbox: Sandbox) -> None:
    sqs, url = sandbox.client("sqs"), sandbox.names["GatewayQueue"]

    def visible() -> int:
        return len(sqs.receive_message(QueueUrl=url, VisibilityTimeout=600).get("Messages", []))

    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    assert visible() == 0
    sandbox.advance(seconds=900)
    assert visible() == 1
    assert visible() == 0
    sandbox.advance(seconds=601)
    assert visible() == 1
    sandbox.advance(days=2)  # the queue keeps messages for a day
    assert visible() == 0


def strands(sandbox: Sandbox) -> None:
    arn = start(sandbox, "Zhang", wait=DAY)
    assert stand_in.calls == []  # nothing runs until it is its turn
    sandbox.run_until_quiet()
    assert len(stand_in.calls) == 2
    sandbox.advance(days=3)
    assert status(sandbox, arn) == "SUCCEEDED"


def maps_in_order(sandbox: Sandbox) -> None:
    """One item after the other, each with its retries in virtual time; one that fails keeps its place."""

    def do(event: str) -> str:
        if event in ("b", "c") and (event == "c" or [e for _, e in stand_in.calls].count("b") < 3):
            raise LookupError("not yet")
        return f"{event} done"

    stand_in.behaviour["pass_read"] = do
    states = sandbox.client("stepfunctions")
    arn = states.start_execution(
        stateMachineArn=sandbox.machines["EverybodyMachine"],
        name="m",
        input='{"items": ["a", "b", "c", "d"]}',
    )["executionArn"]
    sandbox.advance(seconds=600)
    said = states.describe_execution(executionArn=arn)
    assert json.loads(said.get("output", "null")) == ["a done", "b done", "failed", "d done"]
    assert [event for _, event in stand_in.calls] == ["a", *"bbb", *"ccc", "d"]


def tokens_answered_once(sandbox: Sandbox) -> None:
    start(sandbox, "Zhang")
    sandbox.run_until_quiet()
    token = tokens(stand_in.calls)["Zhang", "Remind"]
    states = sandbox.client("stepfunctions")
    states.send_task_success(taskToken=token, output="{}")
    with pytest.raises(states.exceptions.TaskTimedOut):
        states.send_task_success(taskToken=token, output="{}")
    with pytest.raises(states.exceptions.TaskTimedOut):
        states.send_task_failure(taskToken=token)
    with pytest.raises(states.exceptions.InvalidToken):
        states.send_task_success(taskToken="invented", output="{}")


def caught_back(sandbox: Sandbox) -> None:
    start(sandbox, "Zhang", wait=DAY, machine="SuspicionMachine")
    sandbox.advance(days=3)
    assert [event["state"] for name, event in stand_in.calls if name == "suspicion_step"] == ["Verify"] * 4


def named_executions(sandbox: Sandbox) -> None:
    machine = sandbox.machines["CertificationMachine"]
    states, given = sandbox.client("stepfunctions"), '{"person": "Zhang", "wait": 86400}'
    first = states.start_execution(stateMachineArn=machine, input=given)["executionArn"]
    second = states.start_execution(stateMachineArn=machine, input=given)["executionArn"]
    assert first != second


def kept_clients(sandbox: Sandbox) -> None:
    for person in ("Zhang", "Li"):
        start(sandbox, person)
    (machine, *_) = stepfunctions_parser_backends["123456789012"]["cn-north-1"].state_machines
    first, second = (one.exec_worker._get_evaluation_entrypoint() for one in machine.executions)
    assert first is second
    clients = [lambda_eval_utils.boto_client_for(region="cn-north-1", service="lambda") for _ in range(2)]
    assert clients[0] is clients[1]


def retention_alone(sandbox: Sandbox) -> None:
    sqs = sandbox.client("sqs")
    url = sqs.create_queue(QueueName="kept", Attributes={"MessageRetentionPeriod": "120"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one")
    asked = SQSBackend.get_queue_attributes
    with mock.patch.object(SQSBackend, "get_queue_attributes", autospec=True, side_effect=asked) as counted:
        assert len(sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]) == 1
    assert not counted.called
    sandbox.advance(seconds=180)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


CONTRACTS: dict[str, Contract] = {
    "functions in process": functions_in_process,
    "one writer": contracts_of_tables.one_writer,
    "one partition": contracts_of_tables.one_partition,
    "plain answers": contracts_of_tables.plain_answers,
    "quick query": contracts_of_tables.quick_query,
    "quick scan": contracts_of_tables.quick_scan,
    "read in place": contracts_of_tables.read_in_place,
    "small snapshots": contracts_of_tables.small_snapshots,
    "quick transactions": contracts_of_tables.quick_transactions,
    "idempotent transactions": contracts_of_tables.idempotent_transactions,
    "twenty-five at a time": contracts_of_tables.twenty_five_at_a_time,
    "virtual queues": virtual_queues,
    "retention alone": retention_alone,
    "strands": strands,
    "maps in order": maps_in_order,
    "tokens answered once": tokens_answered_once,
    "caught back": caught_back,
    "named executions": named_executions,
    "kept clients": kept_clients,
}


def test_every_repair_has_a_contract() -> None:
    assert list(CONTRACTS) == [repair.name for repair in repairs.REPAIRS]


@pytest.mark.parametrize("repair", CONTRACTS)
def test_holds_with_the_repair(repair: str, sandbox: Sandbox) -> None:
    CONTRACTS[repair](sandbox)


@pytest.mark.parametrize("repair", CONTRACTS)
@pytest.mark.filterwarnings("ignore")  # whatever moto does then
def test_does_not_hold_without_it(repair: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docker.errors", None)  # nobody here looks for a container
    with new_sandbox(without_repairs={repair}) as running:
        running.run_until_quiet()
        stand_in.calls.clear()
        with pytest.raises((AssertionError, pytest.fail.Exception, ModuleNotFoundError)):
            CONTRACTS[repair](running)


def test_another_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairs, "version", lambda name: "5.2.6")
    with pytest.raises(repairs.WrongMotoError, match=r"5\.2\.6"), new_sandbox():
        pass
