"""The static nets: nothing passes without a reason, and no reason outlives what it was for."""

from __future__ import annotations

import pytest

import app as wugan
from infra.security import SUPPRESSIONS, Finding, Suppression, left_over, of_bandit, of_checkov, suppressions
from infra.template import build_template

LOGS = Finding("CKV_AWS_158", "ApiLogs", "Ensure that log groups are sealed")


@pytest.mark.parametrize(
    ("known", "left", "why"),
    [
        ({}, ["CKV_AWS_158 ApiLogs: Ensure that log groups are sealed"], "no reason"),
        ({"CKV_AWS_158": Suppression((), "logs name nobody")}, [], "a reason, wherever it is"),
        ({"CKV_AWS_158": Suppression(("ApiLogs",), "logs name nobody")}, [], "a reason for this one"),
        (
            {"CKV_AWS_158": Suppression(("Other",), "logs name nobody")},
            [
                "CKV_AWS_158 ApiLogs: Ensure that log groups are sealed",
                "CKV_AWS_158: nothing needs this suppression any more",
            ],
            "a reason for another one",
        ),
        (
            {"CKV_AWS_158": Suppression(("ApiLogs", "Gone"), "logs name nobody")},
            ["CKV_AWS_158: no more needed for Gone"],
            "one of two is gone",
        ),
        (
            {"CKV_AWS_158": Suppression((), "x"), "CKV_AWS_1": Suppression((), "x")},
            ["CKV_AWS_1: nothing needs this suppression any more"],
            "a reason for nothing",
        ),
    ],
)
def test_what_is_left(known: dict[str, Suppression], left: list[str], why: str) -> None:
    assert left_over([LOGS], known) == left, why


def test_only_failed_checks_and_only_what_is_serious_count() -> None:
    failed = {"check_id": "CKV_AWS_158", "resource": "AWS::Logs::LogGroup.ApiLogs", "check_name": LOGS.says}
    assert of_checkov({"results": {"failed_checks": [failed], "passed_checks": [failed]}}) == [LOGS]
    found = {"test_id": "B310", "filename": "./a.py", "line_number": 3, "issue_text": "opens"}
    of_each = [{**found, "issue_severity": severity} for severity in ("LOW", "MEDIUM", "HIGH")]
    assert of_bandit({"results": of_each}) == [Finding("B310", "a.py", "line 3: opens")] * 2


def test_every_suppression_says_why() -> None:
    known = suppressions(SUPPRESSIONS.read_text(encoding="utf-8"))
    assert known.keys() == {"checkov", "bandit"}
    assert all(len(each.why) > 40 for checks in known.values() for each in checks.values())
    with pytest.raises(ValueError, match="CKV_AWS_1: say why"):
        suppressions("checkov: {CKV_AWS_1: {where: '*'}}")


def test_no_variable_of_a_function_is_a_secret() -> None:
    """What a suppression of checkov rests on: names of what is made or given, never a value."""
    told = build_template(wugan.app)["Globals"]["Function"]["Environment"]["Variables"]
    literal = {name: value for name, value in told.items() if isinstance(value, str)}
    assert literal == {"POWERTOOLS_SERVICE_NAME": "wugan", "POWERTOOLS_METRICS_NAMESPACE": "Wugan"}
