"""What every function, schedule and bucket gets, those of app.py to come included.

Functions   an alarm on errors; what runs when (`WUGAN_SCHEDULES`).
Schedules   an alarm on a day without a run; what still fails after Lambda's two retries goes to a queue.
Buckets     nothing but TLS.

CloudWatch looks back seven days at most (period times evaluation periods). So the daily run, whose own rhythm
nobody can choose, looks for every run that has not reached its end, be it weekly, monthly or by a rhythm that
an operator has chosen (`chalicelib/schedules.py`), and RunsMissingAlarm tells somebody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

Template = dict[str, Any]

HOURS: Final = 26  # [choice] a daily run that is two hours late has not come
_DAILY: Final = re.compile(r"cron\(\S+ \S+ \* \* \? \*\)")
_ACTIONS: Final = [{"Ref": "AlarmTopic"}]


def functions(template: Template) -> dict[str, Template]:
    """The functions by logical id."""
    return {n: r for n, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}


def schedules(template: Template) -> Iterator[tuple[str, Any]]:
    """Each function that runs on a schedule, and the schedule: an expression, or its parameter."""
    for name, function in functions(template).items():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == "Schedule":
                yield name, event["Properties"]["Schedule"]


def watched(template: Template) -> None:
    """Add the alarms, destinations and bucket policies; what stands in infra/*.yaml under a name stays."""
    resources = template["Resources"]
    template["Globals"]["Function"]["Environment"]["Variables"]["WUGAN_SCHEDULES"] = _told(template)
    for name in functions(template):
        resources.setdefault(f"{name}FailsAlarm", _errors(name))
    for name, schedule in list(schedules(template)):
        resources[f"{name}Failed"] = _failed(name)
        shipped = template["Parameters"][schedule["Ref"]]["Default"] if "Ref" in schedule else schedule
        if not _DAILY.fullmatch(shipped):
            continue
        resources[f"{name}MissedAlarm"] = _missed(name)
        if "Ref" in schedule:  # whoever chooses another rhythm is not told every day that it is not daily
            template["Conditions"][f"{name}IsDaily"] = {"Fn::Equals": [schedule, shipped]}
            resources[f"{name}MissedAlarm"]["Condition"] = f"{name}IsDaily"
    for name in [n for n, r in resources.items() if r["Type"] == "AWS::S3::Bucket"]:
        resources[f"{name}OnlyTls"] = _only_tls(name)


def _told(template: Template) -> Template:
    """Each scheduled function's expression by its name in app.py, as JSON with the parameters put in."""
    known = functions(template)
    said = {
        known[name]["Properties"]["Handler"].removeprefix("app."): (
            f"${{{schedule['Ref']}}}" if "Ref" in schedule else schedule
        )
        for name, schedule in schedules(template)
    }
    return {"Fn::Sub": json.dumps(said, sort_keys=True)}


def _alarm(name: str, metric: str, says: str, **more: Any) -> Template:
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": says,
            "Namespace": "AWS/Lambda",
            "MetricName": metric,
            "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": name}}],
            "Statistic": "Sum",
            "AlarmActions": _ACTIONS,
            **more,
        },
    }


def _errors(name: str) -> Template:
    return _alarm(
        name,
        "Errors",
        f"{name} failed",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )


def _missed(name: str) -> Template:
    return _alarm(
        name,
        "Invocations",
        f"{name} has not run for {HOURS} hours",
        Period=3600,
        EvaluationPeriods=HOURS,
        DatapointsToAlarm=HOURS,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )


def _failed(name: str) -> Template:
    queue = {"Fn::GetAtt": ["SchedulesDeadQueue", "Arn"]}
    return {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": name},
            "Qualifier": "$LATEST",
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {"OnFailure": {"Destination": queue}},
        },
    }


def _only_tls(name: str) -> Template:
    statement = {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": name},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }
