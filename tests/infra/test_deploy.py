"""A deployment says what it will do before it does it, and never replaces what holds people."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError, WaiterError

from infra import deploy as deploying

TEMPLATE = {
    "Parameters": {"Pack": {}, "Sender": {}, "ExistingInboxBucket": {}},
    "Resources": {
        "Intake": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip"}},
        "PeopleTable": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
    },
}
INTAKE = {"Action": "Modify", "LogicalResourceId": "Intake", "ResourceType": "AWS::Lambda::Function"}
PEOPLE = {"Action": "Modify", "LogicalResourceId": "PeopleTable", "ResourceType": "AWS::DynamoDB::Table"}


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "deployment.zip").write_bytes(b"zip")
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    monkeypatch.setattr(deploying, "PACKAGE", tmp_path)
    monkeypatch.setattr(deploying.upload, "__defaults__", (tmp_path,))
    return tmp_path


class Aws:
    """Stands in for the clients of AWS: what is there, what would change."""

    def __init__(
        self, changes: list[dict[str, Any]], *, parameters: tuple[str, ...] | None = ("Pack",)
    ) -> None:
        self.of = {service: MagicMock() for service in ("cloudformation", "s3", "sqs")}
        self.stacks = self.of["cloudformation"]
        if parameters is None:
            self.stacks.describe_stacks.side_effect = ClientError({"Error": {}}, "DescribeStacks")
        said = [{"ParameterKey": each} for each in parameters or ()]
        stack = {"StackStatus": "UPDATE_COMPLETE", "Parameters": said}
        self.stacks.describe_stacks.return_value = {"Stacks": [stack]}
        pages = [{"Changes": [{"ResourceChange": each} for each in changes]}]
        self.stacks.get_paginator.return_value.paginate.return_value = pages
        self.of["s3"].generate_presigned_url.side_effect = (
            lambda _, Params: f"https://{Params['Bucket']}/{Params['Key']}?signed"  # noqa: N803
        )

    def __call__(self, service: str) -> Any:
        return self.of[service]

    @property
    def wished(self) -> dict[str, Any]:
        found: dict[str, Any] = self.stacks.create_change_set.call_args.kwargs
        return found


def run(aws: Aws, *parameters: str, execute: bool = False, says: str = "city") -> int:
    options = argparse.Namespace(stack="city", bucket="b", execute=execute, parameters=list(parameters))
    return deploying.deploy(options, aws, lambda _: says)


def test_it_prints_what_would_change_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    aws = Aws([INTAKE])
    assert run(aws, "Sender=http") == 0
    assert capsys.readouterr().out.split() == ["Modify", "Intake", "AWS::Lambda::Function"]
    aws.stacks.execute_change_set.assert_not_called()
    assert aws.wished["Parameters"] == [
        {"ParameterKey": "Sender", "ParameterValue": "http"},
        {"ParameterKey": "Pack", "UsePreviousValue": True},
    ]
    put = {each.kwargs["Key"]: each.kwargs["Body"] for each in aws.of["s3"].put_object.call_args_list}
    (archive,) = (key for key in put if key.endswith(".zip"))
    (template,) = (json.loads(body) for key, body in put.items() if key.endswith(".json"))
    assert template["Resources"]["Intake"]["Properties"]["CodeUri"] == {"Bucket": "b", "Key": archive}
    assert "?" not in aws.wished["TemplateURL"]


@pytest.mark.parametrize(("parameters", "kind"), [(None, "CREATE"), (("Pack",), "UPDATE")])
def test_a_stack_is_made_once(parameters: tuple[str, ...] | None, kind: str) -> None:
    aws = Aws([INTAKE], parameters=parameters)
    assert run(aws) == 0
    assert aws.wished["ChangeSetType"] == kind


@pytest.mark.parametrize(
    "change",
    [
        {**PEOPLE, "Replacement": "True"},
        {**PEOPLE, "Replacement": "Conditional"},
        {**PEOPLE, "Action": "Remove"},
    ],
)
def test_what_holds_people_is_never_replaced(
    change: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    aws = Aws([INTAKE, change])
    assert run(aws, execute=True) == 1
    assert "REFUSED: PeopleTable" in capsys.readouterr().out
    aws.stacks.execute_change_set.assert_not_called()


def test_it_is_carried_out_once_the_name_was_written_again() -> None:
    aws = Aws([INTAKE, {**PEOPLE, "Replacement": "False"}])
    assert run(aws, execute=True, says="yes") == 1
    aws.stacks.execute_change_set.assert_not_called()
    assert run(aws, execute=True) == 0
    aws.stacks.execute_change_set.assert_called_once()
    aws.of["s3"].put_bucket_notification_configuration.assert_not_called()


def test_an_inbox_that_is_given_tells_the_new_queue() -> None:
    aws = Aws([{**INTAKE, "Action": "Add"}], parameters=None)
    aws.of["sqs"].get_queue_attributes.return_value = {"Attributes": {"QueueArn": "arn:queue"}}
    assert run(aws, "ExistingInboxBucket=of-before", execute=True) == 0
    said = aws.of["s3"].put_bucket_notification_configuration.call_args.kwargs
    assert said["Bucket"] == "of-before"
    (queue,) = said["NotificationConfiguration"]["QueueConfigurations"]
    assert queue == {"QueueArn": "arn:queue", "Events": ["s3:ObjectCreated:*"]}


def test_no_changes_are_no_error_and_a_refusal_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    aws = Aws([])
    aws.stacks.get_waiter.return_value.wait.side_effect = WaiterError("x", "failed", {})
    aws.stacks.describe_change_set.return_value = {
        "StatusReason": "The submitted information didn't contain changes."
    }
    assert run(aws, execute=True) == 0
    assert "nothing changes" in capsys.readouterr().out
    aws.stacks.describe_change_set.return_value = {"StatusReason": "no such bucket"}
    with pytest.raises(SystemExit, match="no such bucket"):
        run(aws)


def test_a_parameter_that_there_is_not_is_refused_before_anything_is_uploaded() -> None:
    aws = Aws([])
    assert run(aws, "Paack=bozhou") == 1
    aws.of["s3"].put_object.assert_not_called()
