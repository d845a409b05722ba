"""What a function asks of the AWS of the tests is judged by its own policy, as the sandbox does.

with judging() as judge, judge.acting("PassSend"):
    send_due()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, Final

from moto.kms.models import kms_backends

import app as wugan
from chalicelib.settings import settings
from chalicelib.storage import clients
from infra.template import ROOT
from sandbox.kernel.resolver import Made, Resolver
from sandbox.kernel.resource_makers import ACCOUNT, PARTITION, REGION
from sandbox.kernel.template import deployed_template
from sandbox.rights import Judge, Places, Rights, rights_of
from sandbox.rights.judge import USED
from sandbox.rights.places import places_of, policy_files
from sandbox.rights.remembered import REMEMBERED, judged

DATA_KEY, FILES_KEY, AUDIT_KEY = (
    f"arn:{PARTITION}:kms:{REGION}:{ACCOUNT}:key/{name}" for name in ("data", "files", "audit")
)
PSEUDO: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": PARTITION,
    "AWS::Region": REGION,
    "AWS::StackName": "wugan",
    "AWS::StackId": "wugan",
    "AWS::URLSuffix": "amazonaws.com.cn",
}


def _arn(service: str, resource: str) -> str:
    return f"arn:{PARTITION}:{service}:{REGION}:{ACCOUNT}:{resource}"


def _table(name: str, _: Mapping[str, Any]) -> Made:
    """Called as in these tests: PeopleTable is `people`."""
    table = name.removesuffix("Table").lower()
    return Made(table, {"Arn": _arn("dynamodb", f"table/{table}")})


def _bucket(name: str, _: Mapping[str, Any]) -> Made:
    bucket = name.removesuffix("Bucket").lower()
    return Made(bucket, {"Arn": f"arn:{PARTITION}:s3:::{bucket}"})


def _queue(name: str, _: Mapping[str, Any]) -> Made:
    queue = name.removesuffix("Queue").lower()
    url = f"https://sqs.{REGION}.amazonaws.com.cn/{ACCOUNT}/{queue}"
    return Made(url, {"Arn": _arn("sqs", queue), "QueueName": queue})


def _key(name: str, _: Mapping[str, Any]) -> Made:
    arns = {"AuditKey": AUDIT_KEY, "DataKey": DATA_KEY, "FilesKey": FILES_KEY}
    return Made(name, {"Arn": arns[name]})


def _secret(name: str, _: Mapping[str, Any]) -> Made:
    return Made(_arn("secretsmanager", f"secret:{name.removesuffix('Secret').lower()}"))


def _topic(name: str, _: Mapping[str, Any]) -> Made:
    arn = _arn("sns", name.removesuffix("Topic").lower())
    return Made(arn, {"TopicArn": arn, "TopicName": name})


def _role(name: str, _: Mapping[str, Any]) -> Made:
    return Made(name, {"Arn": f"arn:{PARTITION}:iam::{ACCOUNT}:role/{name}"})


def _named(name: str, properties: Mapping[str, Any]) -> Made:
    """Whatever no call names."""
    return Made(name, {"Arn": f"{name}.Arn"})


@cache
def _granted(sender: str) -> tuple[Mapping[str, Rights], Places]:
    template = deployed_template(wugan.app, ROOT)
    kinds = {resource["Type"]: _named for resource in template["Resources"].values()}
    own = {
        "AWS::DynamoDB::Table": _table,
        "AWS::S3::Bucket": _bucket,
        "AWS::SQS::Queue": _queue,
        "AWS::KMS::Key": _key,
        "AWS::IAM::Role": _role,
        "AWS::SNS::Topic": _topic,
        "AWS::SecretsManager::Secret": _secret,
    }
    resolver = Resolver(template, {**kinds, **own}, PSEUDO, {"Sender": sender})
    made = resolver.make_all()
    rights = rights_of(template, resolver.resolve, resolver.holds)
    return rights, places_of(template, resolver.resolve, made, PSEUDO)


@contextmanager
def judging() -> Iterator[Judge]:
    """Judge whoever acts, until the block ends; a denial that nobody took is an error."""
    rights, places = _granted(settings().sender)
    clients.forget()  # made before, nobody would judge them; and a function begins with nothing
    keys = dict.fromkeys(kms_backends[ACCOUNT][REGION].keys, DATA_KEY)  # asking for a client costs more
    entered = ("identity", "interfaces", "gateway")
    secrets = {name: _arn("secretsmanager", f"secret:{name}") for name in entered}
    aliases = {
        "alias/wugan": DATA_KEY,
        "alias/wugan-files": FILES_KEY,
        "alias/wugan-audit": AUDIT_KEY,
    }
    named = {**places.named, **secrets, **aliases, **keys}
    judge = Judge(rights, replace(places, named=named), policy_files(ROOT), USED)
    with ExitStack() as leave:
        leave.enter_context(judge.judging())
        for one in REMEMBERED:
            leave.callback(setattr, one.owner, one.name, getattr(one.owner, one.name))
            setattr(one.owner, one.name, judged(one, judge))
        yield judge
    assert judge.take_denied() == []
