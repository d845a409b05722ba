"""审计根 · The roots of the audit chains, in a bucket from which nobody can take them before their time.

roots/<day>.json                    a night's root as it was signed, and the roots of its shards
chains/<day>/<attempt>/<shard>      a line of JSON per person, in order of their ids: where their chains ended

No number, name or phone: opaque ids, lengths and digests. A root is put once; whoever puts another version
behind it changes nothing, for the first one is read, and the bucket keeps it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.settings import settings
from chalicelib.storage.clients import CHANGED, client, code_of

_ROOTS: Final = "roots/"


@dataclass(frozen=True, slots=True)
class ShardRoot:
    """The root over the people of one shard, and where their lines lie."""

    shard: str
    people: int
    root: str
    chains: str


@dataclass(frozen=True, slots=True)
class NightRoot:
    """A night's root: the signed text, its signature in DER, and the shards in the order of the tree."""

    text: str
    signature: bytes
    shards: tuple[ShardRoot, ...]


def put_chains(day: date, attempt: str, shard: str, lines: Sequence[str]) -> str:
    """Where the chains of a shard ended; under which key."""
    key = f"chains/{day.isoformat()}/{attempt}/{shard}"
    _put(key, "".join(f"{line}\n" for line in lines).encode())
    return key


def read_chains(key: str) -> list[str]:
    """The lines of a shard, in order; none if they are gone."""
    return (_first_version(key) or b"").decode().splitlines()


def put_root(day: date, night: NightRoot) -> bool:
    """Keep the root of a night; False if it has one."""
    said: dict[str, Any] = asdict(night) | {"signature": base64.b64encode(night.signature).decode()}
    try:
        _put(f"{_ROOTS}{day.isoformat()}.json", json.dumps(said).encode(), IfNoneMatch="*")
    except ClientError as error:
        if code_of(error) in CHANGED:
            return False
        raise
    return True


def read_root(day: date) -> NightRoot | None:
    """The root of a night; None if it has none."""
    body = _first_version(f"{_ROOTS}{day.isoformat()}.json")
    if body is None:
        return None
    said = json.loads(body)
    shards = tuple(ShardRoot(**each) for each in said["shards"])
    return NightRoot(said["text"], base64.b64decode(said["signature"]), shards)


def nights() -> Iterator[date]:
    """The nights that have a root, the oldest first; also one that somebody has marked as deleted."""
    pages = client("s3").get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=settings().audit_bucket, Prefix=_ROOTS):
        days = {each["Key"].removeprefix(_ROOTS).removesuffix(".json") for each in page.get("Versions", ())}
        yield from map(date.fromisoformat, sorted(days))


def _put(key: str, body: bytes, **also: str) -> None:
    client("s3").put_object(
        Bucket=settings().audit_bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256", **also
    )


def _first_version(key: str) -> bytes | None:
    s3, bucket = client("s3"), settings().audit_bucket
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    found = [each for page in pages for each in page.get("Versions", ()) if each["Key"] == key]
    if not found:
        return None
    first = found[-1]["VersionId"]  # S3 lists the latest first
    return bytes(s3.get_object(Bucket=bucket, Key=key, VersionId=first)["Body"].read())
