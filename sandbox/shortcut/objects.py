"""Objects of S3, kept and read without a request's headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from moto.s3.models import FakeKey, S3Backend, s3_backends
from moto.utilities.utils import get_partition

from sandbox.shortcut.place import Action, Place

_PLAIN_PUT: Final = frozenset({"Bucket", "Key", "Body", "ContentType"})
_PLAIN_GET: Final = frozenset({"Bucket", "Key", "IfNoneMatch"})
_PLAIN_LIST: Final = frozenset({"Bucket", "Prefix", "ContinuationToken", "MaxKeys"})
_OWN: Final = "x-amz-meta-"
_MOST: Final = 1000  # keys on one page


def _backend(place: Place) -> S3Backend:
    return s3_backends[place.account][get_partition(place.region)]


def _put(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    body = asked.get("Body", b"")
    if not _PLAIN_PUT.issuperset(asked) or not isinstance(body, bytes):
        return None
    backend = _backend(place)
    bucket = backend.get_bucket(asked["Bucket"])
    if bucket.object_lock_enabled:
        return None
    key = backend.put_object(asked["Bucket"], asked["Key"], body, storage="STANDARD")
    if "ContentType" in asked:
        key.set_metadata({"Content-Type": asked["ContentType"]})
    key.set_acl(bucket.acl)
    return {"ETag": key.etag, **_how(key)}


def _get(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    if not _PLAIN_GET.issuperset(asked):
        return None
    key = _backend(place).get_object(asked["Bucket"], asked["Key"])
    if key is None or key.storage_class != "STANDARD":
        return None
    if asked.get("IfNoneMatch") == key.etag:
        raise _not_modified()
    body = key.value
    return {
        "Body": StreamingBody(BytesIO(body), len(body)),
        "ContentLength": len(body),
        "ETag": key.etag,
        "LastModified": _second(key),
        "AcceptRanges": "bytes",
        **_how(key),
        **_said(key),
    }


def _second(key: FakeKey) -> datetime:
    """When an object was written, as HTTP says it: UTC, in whole seconds."""
    return key.last_modified.replace(microsecond=0, tzinfo=UTC)


def _how(key: FakeKey) -> dict[str, Any]:
    """How an object is kept: its version, and under which key."""
    how: dict[str, Any] = {} if key.version_id == "null" else {"VersionId": key.version_id}
    if key.encryption is not None:
        how["ServerSideEncryption"] = key.encryption
    if key.encryption == "aws:kms":
        how["SSEKMSKeyId"] = key.kms_key_id
        how["BucketKeyEnabled"] = str(key.bucket_key_enabled).lower() == "true"
    return {name: value for name, value in how.items() if value is not None}


def _said(key: FakeKey) -> dict[str, Any]:
    """What its writer said about an object."""
    said = {name.lower(): value for name, value in key.metadata.items()}
    own = {name.removeprefix(_OWN): value for name, value in said.items() if name.startswith(_OWN)}
    return {"ContentType": said.get("content-type"), "Metadata": own}


def _not_modified() -> ClientError:
    error: Any = {
        "Error": {"Code": "304", "Message": "Not Modified"},
        "ResponseMetadata": {"HTTPStatusCode": 304, "HTTPHeaders": {}, "RetryAttempts": 0},
    }
    return ClientError(error, "GetObject")


def _list(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    if not _PLAIN_LIST.issuperset(asked):
        return None
    backend = _backend(place)
    most = asked.get("MaxKeys", _MOST)
    keys, more, token = backend.list_objects_v2(
        bucket=backend.get_bucket(asked["Bucket"]),
        prefix=asked.get("Prefix"),
        delimiter=None,
        continuation_token=asked.get("ContinuationToken"),
        start_after=None,
        max_keys=most,
    )
    listed = [
        {
            "Key": key.name,
            "LastModified": _second(key),
            "ETag": key.etag,
            "Size": key.size,
            "StorageClass": key.storage_class,
        }
        for key in keys
        if isinstance(key, FakeKey)
    ]
    answer = {"KeyCount": len(listed), "IsTruncated": more, "MaxKeys": most, "Name": asked["Bucket"]}
    return (
        answer
        | ({"Contents": listed} if listed else {})
        | ({"NextContinuationToken": token} if token else {})
    )


SHORT: Final[Mapping[tuple[str, str], Action]] = {
    ("s3", "GetObject"): _get,
    ("s3", "ListObjectsV2"): _list,
    ("s3", "PutObject"): _put,
}
