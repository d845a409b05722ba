"""What outlives a stack may be there already: then the stack makes none of it, and names it everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import app as wugan
from infra.existing import as_written, condition_of, outliving, parameter_of
from infra.template import ROOT, build_template, own_template
from sandbox.kernel.kernel import _PSEUDO
from sandbox.kernel.resolver import NOT_MADE, Made, Resolver
from sandbox.kernel.template import deployed_template

KEPT = {
    *("PeopleTable", "WorkTable", "FilesTable", "AuditTable"),
    *("InboxBucket", "OutboxBucket", "RejectsBucket", "RosterBucket", "LakeBucket", "RulesBucket"),
    *("AuditBucket", "DataKey", "FilesKey", "AuditKey"),
    *("IdentitySecret", "InterfacesSecret", "GatewaySecret"),
}
ARN = {
    "Table": "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/{}",
    "Bucket": "arn:aws-cn:s3:::{}",
    "Key": "arn:aws-cn:kms:cn-north-1:123456789012:key/{}",
    "Secret": "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:{}-AbCdEf",
}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return deployed_template(wugan.app, ROOT)


def given(name: str) -> str:
    """What an operator gives: the name of a table or bucket, the ARN of a key or secret."""
    kind = next(kind for kind in ARN if name.endswith(kind))
    called = f"of-before-{name.lower()}"
    return called if kind in ("Table", "Bucket") else ARN[kind].format(called)


def arn_given(name: str) -> str:
    kind = next(kind for kind in ARN if name.endswith(kind))
    return ARN[kind].format(f"of-before-{name.lower()}")


def deployed(template: Mapping[str, Any], parameters: Mapping[str, str]) -> tuple[dict[str, Any], set[str]]:
    """The template's resources with every word resolved, and which of them are made."""
    made: set[str] = set()

    def make(name: str, _: Mapping[str, Any]) -> Made:
        made.add(name)
        return Made(f"made:{name}", {key: f"made:{name}.{key}" for key in ("Arn", "QueueName", "TopicArn")})

    kinds = {each["Type"] for each in template["Resources"].values()} - NOT_MADE.keys()
    resolver = Resolver(dict(template), dict.fromkeys(kinds, make), _PSEUDO, parameters)
    resolver.make_all()
    conditions = {name: each.get("Condition") for name, each in template["Resources"].items()}
    there = {n: r for n, r in template["Resources"].items() if not (c := conditions[n]) or resolver.holds(c)}
    return {name: resolver.resolve(each.get("Properties", {})) for name, each in there.items()}, made


def words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from words(one)
    elif isinstance(value, list):
        for one in value:
            yield from words(one)
    else:
        yield str(value)


def test_whatever_stays_when_a_stack_goes_can_be_given_to_the_next(template: dict[str, Any]) -> None:
    assert set(outliving(template)) == KEPT
    kept = {n for n, r in own_template()["Resources"].items() if r.get("DeletionPolicy") == "Retain"}
    assert kept == KEPT, "what is kept and cannot be given would be found by no stack again"
    for name in KEPT:
        resource, parameter = template["Resources"][name], template["Parameters"][parameter_of(name)]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
        assert resource["Condition"] == condition_of(name)
        assert parameter["Default"] == ""
        assert re.fullmatch(parameter["AllowedPattern"], given(name)), name
        assert re.fullmatch(parameter["AllowedPattern"], "")
        assert not re.fullmatch(parameter["AllowedPattern"], "https://somewhere")


def test_given_all_of_it_none_is_made_and_every_word_names_what_was_given(template: dict[str, Any]) -> None:
    resources, made = deployed(template, {parameter_of(name): given(name) for name in KEPT})
    assert not made & KEPT
    assert not resources.keys() & KEPT
    said = set(words(resources))
    assert not [word for word in said for name in KEPT if f"made:{name}" in word]
    for name in KEPT:
        assert any(given(name) in word for word in said), name


def test_given_nothing_all_of_it_is_made_and_named(template: dict[str, Any]) -> None:
    resources, made = deployed(template, {})
    assert made >= KEPT
    assert not [word for word in words(resources) if "of-before" in word or "Existing" in word]


def test_functions_are_told_of_what_was_given_and_may_use_it(template: dict[str, Any]) -> None:
    resources, _ = deployed(template, {parameter_of(name): given(name) for name in KEPT})
    told = resources["DailyRun"]["Environment"]["Variables"]
    assert told["WUGAN_PEOPLE_TABLE"] == given("PeopleTable")
    assert told["WUGAN_IDENTITY_SECRET"] == given("IdentitySecret")
    assert told["WUGAN_DATA_KEY_ID"] == given("DataKey")
    granted = set(words(resources["PassWriteRole"]["Policies"]))
    assert {arn_given("PeopleTable"), arn_given("DataKey"), f"{arn_given('LakeBucket')}/*"} <= granted
    (told_by,) = resources["InboxQueuePolicy"]["PolicyDocument"]["Statement"]
    assert told_by["Condition"]["ArnEquals"]["aws:SourceArn"] == arn_given("InboxBucket")
    assert resources["LakeBucketOnlyTls"]["Bucket"] == given("LakeBucket")


def test_one_may_be_given_and_the_others_made(template: dict[str, Any]) -> None:
    resources, made = deployed(template, {"ExistingPeopleTable": "of-before"})
    assert KEPT - made == {"PeopleTable"}
    told = resources["DailyRun"]["Environment"]["Variables"]
    assert (told["WUGAN_PEOPLE_TABLE"], told["WUGAN_WORK_TABLE"]) == ("of-before", "made:WorkTable")


def test_what_holds_people_cannot_be_deleted_by_mistake(template: dict[str, Any]) -> None:
    for name, kind in outliving(template).items():
        if kind == "AWS::DynamoDB::Table":
            assert template["Resources"][name]["Properties"]["DeletionProtectionEnabled"] is True, name


def test_a_template_reads_as_it_was_written() -> None:
    """The policies' own words come back, so that a denial names what stands in the file."""
    made = build_template(wugan.app)
    assert not [word for word in words(as_written(made["Resources"])) if "Existing" in word]
    assert "${LakeBucket.Arn}/*" in set(words(as_written(made["Resources"])))
