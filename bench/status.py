"""What asking for a person's status costs beside a bare Chalice route that does one Query.

    python -m bench.status 300

Both run in process, in turns; DynamoDB answers both with the same recorded bytes, so that only the
client and the application are counted, and not the imitation of AWS.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from typing import Any, Final

import boto3
from botocore.awsrequest import AWSResponse
from chalice.app import Chalice
from chalice.test import Client
from moto import mock_aws
from moto.core.models import botocore_stubber

from chalicelib import api, clock
from chalicelib.api.rates import TOLD_EVERY
from chalicelib.api.tokens import TOKENS_KEPT
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Identity,
    Person,
    PersonId,
)
from chalicelib.settings import Settings
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import people
from sandbox.tokens import AUDIENCE, ISSUER, USUAL_LIFETIME, Issuer

NUMBER: Final = "34160219500101123X"
UNTIL: Final = date(2030, 12, 31)
ROUNDS: Final = 5
TABLES: Final = ("people", "work", "files", "audit")


def _named(setting: str) -> str:
    """What a setting names here: its own name, in words that every service takes."""
    return setting.removesuffix("_table").replace("_", "-")


def _environment(issuer: Issuer) -> dict[str, str]:
    said = {f"WUGAN_{name.upper()}": _named(name) for name in Settings.__slots__}
    return said | {
        "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "cn-north-1",
        "AWS_EC2_METADATA_DISABLED": "true", "WUGAN_PACK": "bozhou", "WUGAN_RULES_CHECKED_SECONDS": "3600",
        "WUGAN_LAKE_CHARACTERS": "1",
        "WUGAN_SHARD_CHARACTERS": "0",
        "WUGAN_DATA_KEY_ID": "alias/wugan",
        "WUGAN_FILES_KEY_ID": "alias/wugan",
        "WUGAN_TOKEN_ISSUER": ISSUER, "WUGAN_TOKEN_AUDIENCE": AUDIENCE, "WUGAN_TOKEN_JWKS": issuer.jwks(),
        "WUGAN_ACCOUNTS_REQUIRED": "false",
        "WUGAN_EVENT_HOSTS": "",
        "WUGAN_TOKEN_LONGEST_SECONDS": str(int(USUAL_LIFETIME.total_seconds())),
        "WUGAN_CALLER_REQUESTS_PER_MINUTE": "1000000000", "WUGAN_APP_REQUESTS_PER_MINUTE": "1000000000",
    }  # fmt: skip


def _deployed() -> PersonId:
    """The tables, the buckets, the key and the secret, and one person who draws a pension."""
    dynamodb = boto3.client("dynamodb")
    for name in TABLES:
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        )
    place = {"LocationConstraint": os.environ["AWS_DEFAULT_REGION"]}
    for name in Settings.__slots__:
        if name.endswith("_bucket"):
            boto3.client("s3").create_bucket(Bucket=_named(name), CreateBucketConfiguration=place)
    kms = boto3.client("kms")
    kms.create_alias(AliasName="alias/wugan", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    boto3.client("secretsmanager").create_secret(
        Name=_named("identity_secret"), SecretString="invented for the bench"
    )
    pension = Entitlement(
        BenefitCode("resident_pension"),
        EntitlementStatus.ACTIVE,
        21_500,
        date(2015, 1, 1),
        UNTIL,
        UNTIL,
        "payee",
    )
    person = Person(PersonId(""), AreaCode("341602001001"), "03", date(1950, 1, 1), True)
    return people.create(Identity(NUMBER, "孟晓华"), person, (pension,), clock.now(), "roster").person


def _bare(person: PersonId) -> Chalice:
    """The least that a Chalice route with one Query can be."""
    app = Chalice("bare")
    dynamodb = clients.client("dynamodb")

    @app.route("/v1/persons/{id}/status")
    def show(id: str) -> dict[str, Any]:
        found = dynamodb.query(
            TableName="people",
            KeyConditionExpression="pk = :pk AND sk < :above",
            ExpressionAttributeValues={":pk": {"S": f"P#{id}"}, ":above": {"S": "~"}},
            ConsistentRead=True,
        )
        return {"items": found["Items"]}

    return app


@contextmanager
def deployment() -> Iterator[None]:
    """AWS in memory with everything that a deployment has."""
    os.environ.update(_environment(Issuer.new()))
    with mock_aws():
        _deployed()
        yield


class _Recorded:
    """The first answer to each Query, and to an UpdateItem, given again to every further one."""

    def __init__(self) -> None:
        self.answers: dict[bytes, bytes] = {}
        self.asked = b""
        self.queries = 0  # about a person

    def hear(self, request: Any, **_: object) -> None:
        """Note what is asked: a Query by all that it says, an update (which says when) by its name alone."""
        target: bytes = request.headers["X-Amz-Target"]
        self.asked = request.body if target.endswith(b"Query") else target

    def keep(self, response_dict: dict[str, Any], **_: object) -> None:
        """Remember what DynamoDB said."""
        self.answers.setdefault(self.asked, response_dict["body"])

    def give(self, request: Any, **_: object) -> AWSResponse | None:
        """Say it again, without asking."""
        self.hear(request)
        self.queries += b'"P#' in self.asked
        raw = _Raw(self.answers[self.asked])
        return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.0"}, raw)


class _Raw(io.BytesIO):
    """A body as botocore's HTTP library hands it out."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.getvalue()


Ask = Callable[[], int]


@contextmanager
def _routes() -> Iterator[tuple[tuple[Ask, Ask, Ask], _Recorded]]:
    """Ways to ask for one person, each returns the HTTP status: ours, with new tokens, and the bare one."""
    issuer = Issuer.new()
    os.environ.update(_environment(issuer))
    with mock_aws():
        person = _deployed()
        ours = Chalice("ours")
        api.register(ours)
        logging.getLogger("wugan").setLevel(logging.ERROR)
        headers = cycle(_headers(issuer, person, number) for number in range(TOKENS_KEPT + 1))
        known = next(headers)
        recorded = _Recorded()
        events = clients.client("dynamodb").meta.events
        events.register_first("before-send.dynamodb", recorded.hear)
        events.register("response-received.dynamodb", recorded.keep)
        path = f"/v1/persons/{person}/status"
        try:
            with Client(ours) as theirs, Client(_bare(person)) as bare:
                yield (
                    (
                        lambda: theirs.http.get(path, headers=known).status_code,
                        lambda: theirs.http.get(path, headers=next(headers)).status_code,
                        lambda: bare.http.get(path).status_code,
                    ),
                    recorded,
                )
        finally:  # whoever asks next in this process is answered by AWS
            for hook in (recorded.hear, recorded.give):
                events.unregister("before-send.dynamodb", hook)
            events.unregister("response-received.dynamodb", recorded.keep)


def _headers(issuer: Issuer, person: PersonId, number: int) -> dict[str, str]:
    """A citizen's token, each another one."""
    token = issuer.issue("citizen", None, f"c{number}", now=clock.now(), person=person)
    return {"Authorization": f"Bearer {token}"}


def _cpu(ask: Ask, times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        if ask() != 200:
            raise RuntimeError("the status was not told")
    return (time.process_time() - begun) / times * 1e6


@dataclass(frozen=True, slots=True)
class Figures:
    """CPU microseconds of one request (best of rounds), and how often we asked DynamoDB for it."""

    ours: float
    new_token: float  # ours, by a token that the process has not seen: its signature is verified
    bare: float
    queries: float


def measured(times: int) -> Figures:
    """What one request costs, asked `times` times in each round."""
    with _routes() as (ways, recorded):
        [_cpu(ask, TOLD_EVERY) for ask in ways]  # warm: clients, keys, compiled models, whatever is asked
        events = clients.client("dynamodb").meta.events
        events.unregister("response-received.dynamodb", recorded.keep)
        events.register_first("before-send.dynamodb", recorded.give)
        # botocore asks everybody who might answer, and takes the first: AWS in memory must not answer too.
        botocore_stubber.enabled = False
        try:
            rounds = [[_cpu(ask, times) for ask in ways] for _ in range(ROUNDS)]
        finally:
            botocore_stubber.enabled = True
        asked = recorded.queries / (times * ROUNDS)
    ours, new_token, bare = (min(found) for found in zip(*rounds, strict=True))
    return Figures(ours, new_token, bare, (asked - 1) / 2)


if __name__ == "__main__":
    found = measured(int(sys.argv[1]))
    for name, cost in (("ours", found.ours), ("by a new token", found.new_token), ("bare", found.bare)):
        print(f"{name:15} {cost:6.0f} us {cost / found.bare:5.2f} times")
    print(f"{found.queries:g} Query each")
