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
from datetime import date, timedelta
from typing import Any, Final

import boto3
from botocore.awsrequest import AWSResponse
from chalice.app import Chalice
from chalice.test import Client
from moto import mock_aws

from chalicelib import api, clock
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
from chalicelib.storage import clients, people
from sandbox.tokens import AUDIENCE, ISSUER, Issuer

NUMBER: Final = "34160219500101123X"
UNTIL: Final = date(2030, 12, 31)
ROUNDS: Final = 5
TABLES: Final = ("people", "work", "files")


def _named(setting: str) -> str:
    """What a setting names here: its own name, in words that every service takes."""
    return setting.removesuffix("_table").replace("_", "-")


def _environment(issuer: Issuer) -> dict[str, str]:
    said = {f"WUGAN_{name.upper()}": _named(name) for name in Settings.__slots__}
    return said | {
        "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "cn-north-1",
        "AWS_EC2_METADATA_DISABLED": "true", "WUGAN_PACK": "bozhou", "WUGAN_RULES_CHECKED_SECONDS": "3600",
        "WUGAN_LAKE_CHARACTERS": "1",
        "WUGAN_DATA_KEY_ID": "alias/wugan",
        "WUGAN_TOKEN_ISSUER": ISSUER, "WUGAN_TOKEN_AUDIENCE": AUDIENCE, "WUGAN_TOKEN_JWKS": issuer.jwks(),
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
    """The first answer to a Query, given again to every further one."""

    def __init__(self) -> None:
        self.body = b""
        self.queries = 0

    def keep(self, response_dict: dict[str, Any], **_: object) -> None:
        """Remember what DynamoDB said."""
        self.body = self.body or response_dict["body"]

    def give(self, request: Any, **_: object) -> AWSResponse | None:
        """Say it again, without asking."""
        self.queries += 1
        return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.0"}, _Raw(self.body))


class _Raw(io.BytesIO):
    """A body as botocore's HTTP library hands it out."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.getvalue()


@contextmanager
def _routes() -> Iterator[tuple[Callable[[], int], Callable[[], int], _Recorded]]:
    """Two ways to ask for the same person: ours and the bare one; each returns the HTTP status."""
    issuer = Issuer.new()
    os.environ.update(_environment(issuer))
    with mock_aws():
        person = _deployed()
        ours = Chalice("ours")
        api.register(ours)
        logging.getLogger("wugan").setLevel(logging.ERROR)
        token = issuer.issue(
            "citizen", None, str(person), now=clock.now(), lifetime=timedelta(hours=8), person=person
        )
        headers = {"Authorization": f"Bearer {token}"}
        recorded = _Recorded()
        events = clients.client("dynamodb").meta.events
        events.register("response-received.dynamodb.Query", recorded.keep)
        path = f"/v1/persons/{person}/status"
        with Client(ours) as theirs, Client(_bare(person)) as bare:
            yield (
                lambda: theirs.http.get(path, headers=headers).status_code,
                lambda: bare.http.get(path).status_code,
                recorded,
            )


def _cpu(ask: Callable[[], int], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        if ask() != 200:
            raise RuntimeError("the status was not told")
    return (time.process_time() - begun) / times * 1e6


def microseconds(times: int) -> tuple[float, float, float]:
    """CPU microseconds of one request, ours and bare (best of rounds), and our Queries per request."""
    with _routes() as (ours, bare, recorded):
        _cpu(ours, 3), _cpu(bare, 3)  # warm: clients, keys, compiled models
        events = clients.client("dynamodb").meta.events
        events.unregister("response-received.dynamodb.Query", recorded.keep)
        events.register_first("before-send.dynamodb.Query", recorded.give)
        rounds = [(_cpu(ours, times), _cpu(bare, times)) for _ in range(ROUNDS)]
        asked = recorded.queries / (times * ROUNDS) - 1
    return min(our for our, _ in rounds), min(other for _, other in rounds), asked


if __name__ == "__main__":
    ours_us, bare_us, queries = microseconds(int(sys.argv[1]))
    print(f"{ours_us:.0f} us against {bare_us:.0f} us, {queries:g} queries")
