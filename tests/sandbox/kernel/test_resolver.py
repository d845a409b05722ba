"""The small deployer: intrinsics, order, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.kernel.repairs.machines import UnsupportedStateError, check_definition
from sandbox.kernel.resolver import NOT_MADE, Made, ResolveError, Resolver
from sandbox.kernel.resource_makers import Makers
from tests.sandbox.kernel.conftest import new_sandbox

PSEUDO = {"AWS::Partition": "aws-cn", "AWS::Region": "cn-north-1", "AWS::AccountId": "1"}


class Recorder:
    """A maker that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, Mapping[str, Any]] = {}

    def make(self, name: str, properties: Mapping[str, Any]) -> Made:
        self.asked[name] = properties
        return Made(f"ref-{name}", {"Arn": f"arn:{name}", "Nested.Part": "deep"})


def resolved(value: Any, parameters: Mapping[str, str] | None = None, **sections: Any) -> Any:
    """What a property of resource One becomes; resource Two exists beside it."""
    recorder = Recorder()
    template = {
        "Parameters": {"Sender": {"Type": "String", "Default": "topic"}},
        "Conditions": {
            "Sms": {"Fn::Equals": [{"Ref": "Sender"}, "sms"]},
            "NoSms": {"Fn::Not": [{"Condition": "Sms"}]},
            "Both": {"Fn::And": [{"Condition": "Sms"}, {"Condition": "NoSms"}]},
            "Either": {"Fn::Or": [{"Condition": "Sms"}, {"Condition": "NoSms"}]},
        },
        "Resources": {
            "One": {"Type": "T", "Properties": {"value": value}},
            "Two": {"Type": "T"},
            "Alarm": {"Type": "AWS::CloudWatch::Alarm"},
        },
        **sections,
    }
    Resolver(template, {"T": recorder.make}, PSEUDO, parameters or {}).make_all()
    return recorder.asked["One"].get("value", "absent")


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("plain", "plain"),
        ({"Ref": "Two"}, "ref-Two"),
        ({"Ref": "Sender"}, "topic"),
        ({"Ref": "AWS::Region"}, "cn-north-1"),
        ({"Ref": "AWS::NoValue"}, "absent"),
        ({"Fn::GetAtt": ["Two", "Arn"]}, "arn:Two"),
        ({"Fn::GetAtt": "Two.Nested.Part"}, "deep"),
        ({"Fn::GetAtt": ["Alarm", "Arn"]}, "Alarm.Arn"),
        (
            {"Fn::Sub": "arn:${AWS::Partition}:${Two}:${Two.Arn}:${!Kept}"},
            "arn:aws-cn:ref-Two:arn:Two:${Kept}",
        ),
        ({"Fn::Sub": ["${own}-${Two}", {"own": {"Ref": "AWS::AccountId"}}]}, "1-ref-Two"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Two"}]]}, "a/ref-Two"),
        ({"Fn::Select": ["1", ["a", {"Ref": "Two"}]]}, "ref-Two"),
        ({"Fn::If": ["Sms", "a", "b"]}, "b"),
        ({"Fn::If": ["Either", "a", "b"]}, "a"),
        ({"Fn::If": ["Both", "a", {"Ref": "AWS::NoValue"}]}, "absent"),
        ([1, {"Fn::If": ["Sms", "a", {"Ref": "AWS::NoValue"}]}], [1]),
        ({"deep": [{"er": {"Ref": "Two"}}]}, {"deep": [{"er": "ref-Two"}]}),
    ],
)
def test_intrinsics(value: Any, becomes: Any) -> None:
    assert resolved(value) == becomes


def test_a_parameter_is_given() -> None:
    assert resolved({"Fn::If": ["Sms", "a", "b"]}, {"Sender": "sms"}) == "a"


def test_what_is_needed_is_made_first() -> None:
    recorder = Recorder()
    resources = {
        "A": {"Type": "T", "DependsOn": "B"},
        "B": {"Type": "T", "Properties": {"c": {"Fn::Sub": "${C.Arn}"}}},
        "C": {"Type": "T", "DependsOn": ["D"]},
        "D": {"Type": "T"},
    }
    Resolver({"Resources": resources}, {"T": recorder.make}, PSEUDO, {}).make_all()
    assert list(recorder.asked) == ["D", "C", "B", "A"]


def test_a_resource_whose_condition_is_false_is_not_made() -> None:
    recorder = Recorder()
    template = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"A": {"Type": "T", "Condition": "Never"}},
    }
    Resolver(template, {"T": recorder.make}, PSEUDO, {}).make_all()
    assert recorder.asked == {}


@pytest.mark.parametrize(
    ("value", "because"),
    [
        ({"Ref": "Nobody"}, "nothing is called Nobody"),
        ({"Ref": "One"}, "One needs One: a circle"),
        ({"Fn::GetAtt": ["Two", "Nothing"]}, "no attribute Nothing"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue is not built"),
    ],
)
def test_refused(value: Any, because: str) -> None:
    with pytest.raises(ResolveError, match=because):
        resolved(value)


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(ResolveError, match="cannot make a AWS::EKS::Cluster"):
        resolved("x", Resources={"One": {"Type": "AWS::EKS::Cluster"}})


def test_parameters_must_exist_and_have_values() -> None:
    with pytest.raises(ResolveError, match="no parameter Pakc"):
        resolved("x", {"Pakc": "bozhou"})
    with pytest.raises(ResolveError, match="parameter Sender has no value"):
        resolved("x", Parameters={"Sender": {"Type": "String"}})


def test_what_is_left_out_is_left_out_on_purpose() -> None:
    makers = set(Makers(lambda service: None, "s", None).by_type())  # type: ignore[arg-type]
    assert all(NOT_MADE.values())
    assert not makers & NOT_MADE.keys()


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Parallel", "Branches": []},
        {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "States": {}}},
        {"Type": "Map", "ItemProcessor": {"States": {"S": {"Type": "Parallel"}}}},
        {
            "Type": "Task",
            "Resource": "arn:aws-cn:states:::lambda:invoke.waitForTaskToken",
            "HeartbeatSeconds": 5,
        },
        {"Type": "Task", "Resource": "arn:aws-cn:states:::states:startExecution.sync:2"},
    ],
)
def test_a_state_that_a_strand_cannot_run_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedStateError, match="state 'S'"):
        check_definition("M", json.dumps({"StartAt": "S", "States": {"S": state}}))


def test_the_resources_are_as_the_template_says() -> None:
    with new_sandbox() as sandbox:
        dynamodb, s3, sqs = (sandbox.client(name) for name in ("dynamodb", "s3", "sqs"))
        people = sandbox.settings.people_table
        assert dynamodb.describe_time_to_live(TableName=people)["TimeToLiveDescription"] == {
            "TimeToLiveStatus": "ENABLED",
            "AttributeName": "expires",
        }
        backups = dynamodb.describe_continuous_backups(TableName=people)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert dynamodb.describe_table(TableName=people)["Table"]["SSEDescription"]["Status"] == "ENABLED"

        inbox = sandbox.settings.inbox_bucket
        assert inbox == "wugan-inbox-123456789012-cn-north-1"
        assert s3.get_bucket_versioning(Bucket=inbox)["Status"] == "Enabled"
        (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=inbox)["Rules"]
        assert rule["Expiration"] == {"Days": 62}
        encryption = s3.get_bucket_encryption(Bucket=inbox)["ServerSideEncryptionConfiguration"]["Rules"][0]
        assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"

        attributes = sqs.get_queue_attributes(
            QueueUrl=sandbox.settings.inbox_queue_url, AttributeNames=["All"]
        )
        assert attributes["Attributes"]["VisibilityTimeout"] == "5400"
        assert '"maxReceiveCount": 3' in attributes["Attributes"]["RedrivePolicy"]

        for machine, arn in sandbox.machines.items():
            assert arn.startswith("arn:aws-cn:states:cn-north-1:123456789012:stateMachine:wugan-"), machine
        assert sandbox.settings.certification_arn == sandbox.machines["CertificationMachine"]
        definition = sandbox.client("stepfunctions").describe_state_machine(
            stateMachineArn=sandbox.settings.suspicion_arn
        )["definition"]
        assert "arn:aws-cn:states:::lambda:invoke" in definition
        assert "function:wugan-SuspicionStep" in definition
        assert "${" not in definition
