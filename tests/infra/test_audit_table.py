"""Entries of audit chains are put once, as roots are: nobody to whom the stack gives rights alters one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import app as wugan
from infra.template import ROOT
from sandbox.kernel.template import deployed_template
from sandbox.rights.statements import grants_of

APPENDS = {"dynamodb:PutItem"}
READS = {"dynamodb:GetItem", "dynamodb:Query"}


@pytest.fixture(scope="module")
def deployed() -> dict[str, Any]:
    return deployed_template(wugan.app, ROOT)


def statements(value: Any) -> Iterator[dict[str, Any]]:
    """Every statement of every policy in the template, whoever has it."""
    if isinstance(value, list):
        for one in value:
            yield from statements(one)
    elif isinstance(value, dict):
        if "Effect" in value and "Action" in value:
            yield value
        for one in value.values():
            yield from statements(one)


def test_functions_append_and_read_and_do_nothing_else(deployed: dict[str, Any]) -> None:
    granted = {(g.function, g.action) for g in grants_of(deployed) if "AuditTable" in g.resource}
    assert {action for _, action in granted} == APPENDS | READS
    assert ("MonthlyResults", "dynamodb:PutItem") not in granted, "who changes nobody appends nothing"


def test_no_policy_of_the_stack_allows_to_alter_or_remove_an_entry(deployed: dict[str, Any]) -> None:
    """Roles of functions and of state machines, and whatever else says Allow: by name or for all tables."""
    found = 0
    for each in statements(deployed["Resources"]):
        actions = each["Action"] if isinstance(each["Action"], list) else [each["Action"]]
        words = {action for action in actions if action.startswith(("dynamodb:", "*"))}
        if each["Effect"] != "Allow" or not words:
            continue
        assert not any("*" in word for word in words), each
        assert "NotAction" not in each, each
        assert "NotResource" not in each, each
        assert each["Resource"] != "*", each
        assert "table/*" not in repr(each["Resource"]), each
        if "AuditTable" in repr(each["Resource"]):
            found += 1
            assert words <= APPENDS | READS, each
    assert found > 1


def test_the_table_itself_refuses_whoever_would(deployed: dict[str, Any]) -> None:
    """Whatever rights somebody gives himself beside the stack."""
    (statement,) = deployed["Resources"]["AuditTable"]["Properties"]["ResourcePolicy"]["PolicyDocument"][
        "Statement"
    ]
    assert (statement["Effect"], statement["Principal"], statement["Resource"]) == ("Deny", "*", "*")
    assert {
        *("dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"),
        *("dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"),
        *("dynamodb:UpdateTimeToLive", "dynamodb:DeleteTable"),
    } == set(statement["Action"])


def test_nothing_removes_entries_when_their_time_is_over(deployed: dict[str, Any]) -> None:
    table = deployed["Resources"]["AuditTable"]
    assert "TimeToLiveSpecification" not in table["Properties"]
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_what_is_read_in_a_dispute_is_kept_where_keeping_is_cheap(deployed: dict[str, Any]) -> None:
    assert deployed["Resources"]["AuditTable"]["Properties"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_nobody_takes_away_the_root_of_a_night(deployed: dict[str, Any]) -> None:
    """Not even who owns the account; and no function may do more than put one there."""
    bucket = deployed["Resources"]["AuditBucket"]["Properties"]
    assert (bucket["ObjectLockEnabled"], bucket["VersioningConfiguration"]) == (True, {"Status": "Enabled"})
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Years": {"Ref": "AuditYears"}}
    assert not any("Expiration" in rule for rule in bucket["LifecycleConfiguration"]["Rules"])
    granted = {
        (g.function, g.action) for g in grants_of(deployed) if re.search("Audit(Bucket|Key)", g.resource)
    }
    assert granted == {("PassRead", "s3:PutObject"), ("PassRead", "kms:Sign")}
