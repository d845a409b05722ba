"""The template that is deployed: it lints, knows every partition, and keeps its promises."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

import app as wugan
from chalicelib.api.problems import PROBLEM_JSON, Problem
from chalicelib.intake.by_shards import APPLY, AT_ONCE
from chalicelib.observability import NAMESPACE, SERVICE
from chalicelib.passes.table import PASSES
from chalicelib.settings import Settings
from chalicelib.sources.feeds.freshness import FeedState
from infra.existing import as_written
from infra.template import PARTS, ROOT, TemplateError, as_text, build_template, own_template
from infra.watching import schedules
from sandbox.kernel.template import deployed_template
from sandbox.rights.statements import grants_of

FUNCTIONS = {
    "APIHandler",
    "Intake",
    "IntakeRange",
    "IntakeDead",
    "CarrierReport",
    "CertificationStep",
    "SuspicionStep",
    "PassRead",
    "PassWrite",
    "PassAsk",
    "PassSend",
    "PassApply",
    "AskInterfaces",
    "DailyRun",
    "SendMessages",
    "PushEvents",
    "TidyLake",
    "MonthlyResults",
    "NightlyAuditRoots",
    "NightlyStatistics",
    "WatchFeeds",
    "MonthlyQuality",
    "MonthlyRechecks",
}
CLEAR_NUMBERS = {"InboxBucket", "RejectsBucket", "RosterBucket"}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return cast(dict[str, Any], as_written(build_template(wugan.app)))


@pytest.fixture(scope="module")
def deployed() -> dict[str, Any]:
    """The same, as CloudFormation sees it; what may be there already by its own name (test_existing.py)."""
    return cast(dict[str, Any], as_written(deployed_template(wugan.app, ROOT)))


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    else:
        yield str(value)


@pytest.mark.parametrize("translated", [False, True])
def test_it_lints(translated: bool, tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    text = as_text(deployed_template(wugan.app, ROOT) if translated else build_template(wugan.app))
    if translated:  # E3601 reads definitions, but knows one partition and no substitutions
        text = text.replace("arn:${Partition}:", "arn:aws:")
    file.write_text(text, encoding="utf-8")
    linted = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--regions", "cn-north-1", "us-east-1", "--", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")


def test_no_partition_and_no_host_is_spelled_out(template: dict[str, Any]) -> None:
    for text in strings(template):
        assert "arn:aws:" not in text
        assert "arn:aws-cn:" not in text
        assert ".amazonaws.com/" not in text
        assert not text.endswith(".amazonaws.com.cn")


def test_accounts_are_required_and_nothing_is_pushed_unless_an_operator_says_so(
    template: dict[str, Any],
) -> None:
    said = template["Parameters"]
    assert (said["AccountsRequired"]["Default"], said["EventHosts"]["Default"]) == ("true", "")
    listed = re.compile(said["EventHosts"]["AllowedPattern"])
    for hosts in ("", "app.example.gov.cn", "app.example.gov.cn,second.example.org"):
        assert listed.fullmatch(hosts), hosts
    for hosts in (
        "http://127.0.0.1:8003",
        "127.0.0.1",
        "10.0.0.1",
        "localhost",
        "app.example.cn:8443",
        "[::1]",
    ):
        assert not listed.fullmatch(hosts), hosts


def test_the_functions_are_those_of_app_py(template: dict[str, Any]) -> None:
    assert of_type(template, "AWS::Serverless::Function").keys() == FUNCTIONS


def test_every_function_has_its_own_role_and_is_logged_for_a_year(deployed: dict[str, Any]) -> None:
    functions = of_type(deployed, "AWS::Lambda::Function")
    roles = [function["Role"]["Fn::GetAtt"][0] for function in functions.values()]
    assert len(set(roles)) == len(functions)
    logged = {
        group["LogGroupName"]["Fn::Sub"]: group["RetentionInDays"]
        for group in of_type(deployed, "AWS::Logs::LogGroup").values()
    }
    assert {f"/aws/lambda/${{{name}}}" for name in functions} <= logged.keys()
    assert set(logged.values()) == {400}


def test_nobody_may_do_everything(deployed: dict[str, Any]) -> None:
    for name, role in of_type(deployed, "AWS::IAM::Role").items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement.get("Action", [])
                for action in [actions] if isinstance(actions, str) else actions:
                    assert "*" not in action, name


def test_rights_are_named_and_never_everything_but(deployed: dict[str, Any]) -> None:
    for name, role in of_type(deployed, "AWS::IAM::Role").items():
        assert not {"NotAction", "NotResource"} & set(strings(role)), name


def test_only_what_runs_at_night_reads_everybody(deployed: dict[str, Any]) -> None:
    scanning = {
        name
        for name, role in of_type(deployed, "AWS::IAM::Role").items()
        if "dynamodb:Scan" in set(strings(role))
    }
    assert scanning == {
        "DailyRunRole",
        "PassReadRole",
        "PassWriteRole",
    }


def test_all_settings_are_told_to_all_functions(deployed: dict[str, Any]) -> None:
    wanted = {f"WUGAN_{name.upper()}" for name in Settings.__slots__}
    for name, function in of_type(deployed, "AWS::Lambda::Function").items():
        told = {key for key in function["Environment"]["Variables"] if key.startswith("WUGAN_")}
        assert told == wanted, name


def test_queues_wait_six_times_as_long_as_their_functions(deployed: dict[str, Any]) -> None:
    queues, functions = of_type(deployed, "AWS::SQS::Queue"), of_type(deployed, "AWS::Lambda::Function")
    mappings = of_type(deployed, "AWS::Lambda::EventSourceMapping")
    assert len(mappings) == 4
    for mapping in mappings.values():
        queue = mapping["EventSourceArn"]["Fn::Sub"].removeprefix("${").removesuffix(".Arn}")
        function = functions[mapping["FunctionName"]["Ref"]]
        assert queues[queue]["VisibilityTimeout"] == 6 * function["Timeout"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_queue_leads_to_dead_letters_after_three_tries(deployed: dict[str, Any]) -> None:
    queues = of_type(deployed, "AWS::SQS::Queue")
    living = {name: queue for name, queue in queues.items() if "Dead" not in name}
    assert living.keys() == {"InboxQueue", "ChunksQueue", "CarrierReportsQueue", "GatewayQueue"}
    for queue in living.values():
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 3
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())


def test_nothing_is_public_and_everything_is_sealed(deployed: dict[str, Any]) -> None:
    buckets = of_type(deployed, "AWS::S3::Bucket")
    assert len(buckets) == 8
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        (sealed,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        by_key = sealed["ServerSideEncryptionByDefault"].get("KMSMasterKeyID")
        expected = {"Fn::GetAtt": ["FilesKey", "Arn"]} if name in CLEAR_NUMBERS else None
        assert by_key == expected, name
    for name in ("InboxBucket", "RejectsBucket"):
        (rule,) = buckets[name]["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] == 62


def test_tables_can_be_put_back_and_stay_when_the_stack_goes(deployed: dict[str, Any]) -> None:
    tables = of_type(deployed, "AWS::DynamoDB::Table")
    assert tables.keys() == {"PeopleTable", "WorkTable", "FilesTable", "AuditTable"}
    for name, table in tables.items():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert "GlobalSecondaryIndexes" not in table
        assert deployed["Resources"][name]["DeletionPolicy"] == "Retain"
    for name in ("PeopleTable", "WorkTable"):
        assert tables[name]["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_the_api_is_regional(deployed: dict[str, Any]) -> None:
    (api,) = of_type(deployed, "AWS::ApiGateway::RestApi").values()
    assert api["EndpointConfiguration"]["Types"] == ["REGIONAL"]


@pytest.mark.parametrize("machine", ["certification", "suspicion", "everybody"])
def test_the_state_machines_go_in_byte_for_byte(machine: str, template: dict[str, Any]) -> None:
    resource = template["Resources"][f"{machine.capitalize()}Machine"]["Properties"]
    file = ROOT / "statemachines" / f"{machine}.asl.json"
    assert resource["DefinitionString"] == file.read_text(encoding="utf-8")
    assert resource["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_an_addition_to_a_function_that_does_not_exist_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = own_template()
    own["Resources"]["Intaek"] = {"Properties": {"Timeout": 1}}
    monkeypatch.setattr("infra.template.own_template", lambda *_: own)
    with pytest.raises(TemplateError, match="Intaek"):
        build_template(wugan.app)


def test_no_two_parts_say_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "infra"
    folder.mkdir()
    for name in PARTS:
        (folder / name).write_text("Resources: {A: {Type: T}}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"gateway\.yaml: said twice in Resources: A"):
        own_template(tmp_path)


def test_it_can_be_written_and_read() -> None:
    template = build_template(wugan.app)
    assert json.loads(as_text(template)) == template
    assert as_text(template) == as_text(build_template(wugan.app))


@pytest.mark.parametrize("machine", ["certification", "suspicion", "everybody"])
def test_every_way_leads_to_a_state_and_every_state_is_reached(machine: str) -> None:
    definition = json.loads((ROOT / "statemachines" / f"{machine}.asl.json").read_text(encoding="utf-8"))
    walked(definition)
    for state in definition["States"].values():
        if "ItemProcessor" in state:
            walked(state["ItemProcessor"])


def walked(definition: dict[str, Any]) -> None:
    ways = {definition["StartAt"]}
    for state in definition["States"].values():
        branches = [state, *state.get("Choices", []), *state.get("Catch", [])]
        ways |= {branch[word] for branch in branches for word in ("Next", "Default") if word in branch}
    assert ways == definition["States"].keys()


# --- what the gateway says by itself ---------------------------------------------------------------


def test_the_gateway_says_what_the_application_would(template: dict[str, Any]) -> None:
    (api,) = of_type(template, "AWS::Serverless::Api").values()
    said = api["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    assert said.keys() >= {"MISSING_AUTHENTICATION_TOKEN", "THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"}
    for kind, response in said.items():
        body = json.loads(response["responseTemplates"]["application/json"])
        answer = Problem(body["code"]).to_response("$context.requestId")
        assert body == json.loads(answer.body), kind
        assert response["statusCode"] == str(answer.status_code)
        headers = response["responseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == f"'{PROBLEM_JSON}'"
    unknown = json.loads(said["MISSING_AUTHENTICATION_TOKEN"]["responseTemplates"]["application/json"])
    assert unknown["code"] == "not_found", "so the gateway calls an address that matches no route"


def test_the_api_takes_only_so_many_requests(template: dict[str, Any]) -> None:
    (api,) = of_type(template, "AWS::Serverless::Api").values()
    all_methods, *screens = api["MethodSettings"]
    assert (all_methods["ResourcePath"], all_methods["HttpMethod"]) == ("/*", "*")
    assert all_methods["ThrottlingRateLimit"] == {"Ref": "ApiRequestsPerSecond"}
    assert all_methods["ThrottlingBurstLimit"] == {"Ref": "ApiRequestsAtOnce"}
    paths = api["DefinitionBody"]["paths"]
    unthrottled = {setting["ResourcePath"].replace("~1", "/").removeprefix("/") for setting in screens}
    assert unthrottled == {path for path in paths if path.startswith("/console")}, "none of them a function's"
    functions = [p for p, methods in paths.items() if "aws_proxy" in set(strings(methods))]
    assert not unthrottled & set(functions)


def test_the_lake_is_divided_for_a_city_unless_somebody_says_otherwise(template: dict[str, Any]) -> None:
    assert template["Parameters"]["LakeCharacters"]["Default"] == "2"


# --- what every function, schedule and bucket gets -------------------------------------------------


def test_somebody_is_told_of_every_functions_errors(deployed: dict[str, Any]) -> None:
    alarms = of_type(deployed, "AWS::CloudWatch::Alarm").values()
    told = {a["Dimensions"][0]["Value"]["Ref"] for a in alarms if a["MetricName"] == "Errors"}
    assert told == of_type(deployed, "AWS::Lambda::Function").keys()
    assert all(alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}] for alarm in alarms)


def test_every_figure_of_ours_that_is_watched_is_one_that_is_counted(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
    watched = {alarm["MetricName"]: alarm for alarm in alarms if alarm["Namespace"] == NAMESPACE}
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    counted = {*re.findall(r"\bcount\((\w+)=", code), *(f"Feeds{state.title()}" for state in FeedState)}
    assert watched.keys() >= {"FailedLooks", "Refusals", "FeedsMissing", "FeedsHeld"}
    assert watched.keys() <= counted
    for name, alarm in watched.items():
        assert alarm["Dimensions"] == [{"Name": "service", "Value": SERVICE}], name
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name


def test_many_failed_looks_and_many_refusals_are_told_within_the_hour(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    for name, most in (("FailedLooksAlarm", "FailedLooksAtMost"), ("RefusalsAlarm", "RefusalsAtMost")):
        alarm = alarms[name]
        assert (alarm["Statistic"], alarm["ComparisonOperator"]) == ("Sum", "GreaterThanThreshold")
        assert alarm["Threshold"] == {"Ref": most}
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 3600
        assert template["Parameters"][most]["Default"] > 0


def test_somebody_is_told_of_every_daily_run_that_does_not_come(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
    missed = [alarm for alarm in alarms if alarm["MetricName"] == "Invocations"]
    told = {alarm["Dimensions"][0]["Value"]["Ref"] for alarm in missed}
    seldom = {"AskInterfaces", "MonthlyQuality", "MonthlyRechecks"}  # CloudWatch looks back seven days
    assert told == {name for name, _ in schedules(template)} - seldom
    for alarm in missed:
        assert alarm["TreatMissingData"] == "breaching"
        assert 86_400 < alarm["Period"] * alarm["EvaluationPeriods"] <= 604_800
        assert alarm["Period"] >= 3600, "shorter periods look back one day"


def test_the_daily_run_knows_every_schedule_and_is_itself_watched_whatever_is_chosen(
    template: dict[str, Any],
) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    told = json.loads(variables["WUGAN_SCHEDULES"]["Fn::Sub"])
    chosen = {f"${{{s['Ref']}}}" if isinstance(s, dict) else s for _, s in schedules(template)}
    assert {name.replace("_", "") for name in told} == {name.lower() for name, _ in schedules(template)}
    assert set(told.values()) == chosen
    assert "$" not in told["daily_run"]
    assert "Condition" not in template["Resources"]["DailyRunMissedAlarm"]
    alarm = template["Resources"]["RunsMissingAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Wugan", "RunsMissing")


def test_every_scheduled_run_that_fails_reaches_a_watched_queue(template: dict[str, Any]) -> None:
    failed = of_type(template, "AWS::Lambda::EventInvokeConfig").values()
    scheduled = {name for name, _ in schedules(template)}
    assert {one["FunctionName"]["Ref"] for one in failed} == scheduled
    queue = {"Fn::GetAtt": ["SchedulesDeadQueue", "Arn"]}
    assert all(one["DestinationConfig"]["OnFailure"]["Destination"] == queue for one in failed)
    grants = {g.function for g in grants_of(deployed_template(wugan.app, ROOT)) if g.sid == "FailedRuns"}
    assert grants == scheduled
    assert "SchedulesDeadAlarm" in template["Resources"]


def test_every_bucket_takes_nothing_but_tls(deployed: dict[str, Any]) -> None:
    policies = of_type(deployed, "AWS::S3::BucketPolicy").values()
    assert {policy["Bucket"]["Ref"] for policy in policies} == of_type(deployed, "AWS::S3::Bucket").keys()
    for policy in policies:
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_no_queue_takes_all_functions_of_the_account(deployed: dict[str, Any]) -> None:
    for name, mapping in of_type(deployed, "AWS::Lambda::EventSourceMapping").items():
        assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= 10, name


# --- passes over everybody --------------------------------------------------------------------------


def test_each_function_of_passes_has_a_concurrency_of_its_own(deployed: dict[str, Any]) -> None:
    functions = of_type(deployed, "AWS::Lambda::Function")
    reserved = {
        name: function["ReservedConcurrentExecutions"]
        for name, function in functions.items()
        if "ReservedConcurrentExecutions" in function
    }
    at_once = {each.does.value: each.at_once("day") for name, each in PASSES.items() if name != APPLY}
    at_once["read"] *= 2  # results and reconciliation begin at the same hour
    at_once["apply"] = 3 * AT_ONCE  # files beside each other, each with an execution of its own
    assert reserved == {f"Pass{does.title()}": count for does, count in at_once.items()}


def test_somebody_is_told_of_every_pass_that_fails(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
    machine = [{"Name": "StateMachineArn", "Value": {"Ref": "EverybodyMachine"}}]
    told = {alarm["MetricName"] for alarm in alarms if alarm.get("Dimensions") == machine}
    assert told == {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"}
    assert {"ShardsFailed", "NotEnumerated"} <= {alarm["MetricName"] for alarm in alarms}


def test_only_the_starters_start_passes(template: dict[str, Any]) -> None:
    starting = {g.function for g in grants_of(deployed_template(wugan.app, ROOT)) if g.sid == "StartPass"}
    on_schedule = {
        "AskInterfaces",
        "DailyRun",
        "MonthlyQuality",
        "MonthlyRechecks",
        "MonthlyResults",
        "NightlyAuditRoots",
        "NightlyStatistics",
        "PushEvents",
        "SendMessages",
        "TidyLake",
    }
    assert starting == {*on_schedule, "Intake"}
