"""签名直传 · What a browser may do with S3 by itself: drop a file into the inbox, fetch rejected rows.

Each signature is made with the credentials of a role that may do nothing else, taken for a quarter of an
hour under a session policy that names the one object: a signature that leaks is worth that object and no
other, and the function itself may neither write to the inbox nor read rejected rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.config import Config

from chalicelib.settings import settings
from chalicelib.storage.clients import CONFIG, client

GOOD_FOR: Final = 900  # seconds: the least that STS lends credentials for
_SMALLEST: Final = 1
# The address that the screens' policy names: the bucket's own, of the region.
_SIGNING: Final = CONFIG.merge(
    Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a browser sends as multipart/form-data, `file` last."""

    url: str
    fields: dict[str, str]


def form_for(key: str, most_bytes: int, kind: str, name: str) -> Form:
    """A form by which a browser drops one file of a kind and of so many bytes at most under exactly this key.

    `name` names the session for whoever reads CloudTrail.
    """
    known = settings()
    policy = session_policy("s3:PutObject", known.inbox_bucket, key, "kms:GenerateDataKey")
    s3 = _signing(known.upload_role_arn, name, policy)
    signed: dict[str, Any] = s3.generate_presigned_post(
        known.inbox_bucket,
        key,
        Fields={"Content-Type": kind},
        Conditions=[{"Content-Type": kind}, ["content-length-range", _SMALLEST, most_bytes]],
        ExpiresIn=GOOD_FOR,
    )
    return Form(_reached(known.inbox_bucket) or str(signed["url"]), dict(signed["fields"]))


def rejected_rows(key: str, name: str) -> str:
    """An address at which the rejected rows of one file can be fetched for a quarter of an hour."""
    known = settings()
    policy = session_policy("s3:GetObject", known.rejects_bucket, key, "kms:Decrypt")
    s3 = _signing(known.rejects_role_arn, name, policy)
    file = key.rpartition("/")[2]
    asked = {
        "Bucket": known.rejects_bucket,
        "Key": key,
        "ResponseContentDisposition": f'attachment; filename="{file}"',
    }
    address = str(s3.generate_presigned_url("get_object", Params=asked, ExpiresIn=GOOD_FOR))
    here = _reached(known.rejects_bucket)
    return address if here is None else f"{here}/{key}?{address.partition('?')[2]}"


def session_policy(action: str, bucket: str, key: str, key_action: str) -> dict[str, Any]:
    """What a session may do: this to one object, and to the key that seals it."""
    partition = settings().upload_role_arn.split(":")[1]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": f"arn:{partition}:s3:::{bucket}/{key}"},
            {"Effect": "Allow", "Action": key_action, "Resource": "*"},
        ],
    }


def _signing(role: str, name: str, policy: dict[str, Any]) -> Any:
    """An S3 client that signs as a role, narrowed to one object."""
    lent = client("sts").assume_role(
        RoleArn=role, RoleSessionName=name, Policy=json.dumps(policy), DurationSeconds=GOOD_FOR
    )["Credentials"]
    return boto3.client(
        "s3",
        config=_SIGNING,
        aws_access_key_id=lent["AccessKeyId"],
        aws_secret_access_key=lent["SecretAccessKey"],
        aws_session_token=lent["SessionToken"],
    )


def _reached(bucket: str) -> str | None:
    """Where a browser reaches a bucket, where that is not S3's own address (the sandbox)."""
    where = settings().upload_url
    return f"{where}/{bucket}" if where else None
