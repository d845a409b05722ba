"""Objects of S3, kept and read without a request's headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from botocore.response import StreamingBody
from moto.s3.models import FakeKey, S3Backend, s3_backends
from moto.utilities.utils import get_partition

from sandbox.shortcut.place import Action, Place, Refused

_KEYS: Final = frozenset({"ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled"})
_PLAIN_PUT: Final = _KEYS | {"Bucket", "Key", "Body", "ContentType", "ChecksumAlgorithm", "IfNoneMatch"}
_PLAIN_GET: Final = frozenset({"Bucket", "Key", "IfNoneMatch"})
_PLAIN_HEAD: Final = frozenset({"Bucket", "Key"})
_PLAIN_LIST: Final = frozenset({"Bucket", "Prefix", "MaxKeys"})
_NOTHING: Final = object()
_OWN: Final = "x-amz-meta-"
_MOST: Final = 1000  # keys on one page


def _backend(place: Place) -> S3Backend:
    return s3_backends[place.account][get_partition(place.region)]


def _put(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    backend = _backend(place)
    if not _PLAIN_PUT.issuperset(asked) or _is_there_already(backend, asked):
        return None
    body, bucket = asked.get("Body", b""), backend.get_bucket(asked["Bucket"])
    if bucket.object_lock_enabled or not (isinstance(body, bytes) or hasattr(body, "read")):
        return None
    bucket_key = asked.get("BucketKeyEnabled")
    key = backend.put_object(
        asked["Bucket"],
        asked["Key"],
        body if isinstance(body, bytes) else body.read(),
        storage="STANDARD",
        encryption=asked.get("ServerSideEncryption"),
        kms_key_id=asked.get("SSEKMSKeyId"),
        bucket_key_enabled=None if bucket_key is None else str(bucket_key).lower(),
    )
    if "ContentType" in asked:
        key.set_metadata({"Content-Type": asked["ContentType"]})
    key.set_acl(bucket.acl)
    return {"ETag": key.etag, **_how(key)}


def _is_there_already(backend: S3Backend, asked: Mapping[str, Any]) -> bool:
    """Whether it is to be written only where nothing is, and something is; or under another condition."""
    condition = asked.get("IfNoneMatch")
    return condition is not None and (
        condition != "*" or backend.get_object(asked["Bucket"], asked["Key"]) is not None
    )


def _get(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    key = _found(place, asked) if _PLAIN_GET.issuperset(asked) else None
    if key is None:
        return None
    if key is _NOTHING:
        raise Refused(404, "NoSuchKey", "The specified key does not exist.", Key=asked["Key"])
    if asked.get("IfNoneMatch") == key.etag:
        raise Refused(304, "304", "Not Modified")
    body = key.value
    return {"Body": StreamingBody(BytesIO(body), len(body)), **_head_of(key)}


def _head(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    key = _found(place, asked) if _PLAIN_HEAD.issuperset(asked) else None
    if key is _NOTHING:
        raise Refused(404, "404", "Not Found")
    return None if key is None else _head_of(key)


def _found(place: Place, asked: Mapping[str, Any]) -> Any:
    """The object, or _NOTHING; None if it, or the way in which it is gone, is out of the ordinary."""
    backend = _backend(place)
    key = backend.get_object(asked["Bucket"], asked["Key"])
    if key is None:
        return None if asked["Key"] in backend.get_bucket(asked["Bucket"]).keys else _NOTHING
    return key if key.storage_class == "STANDARD" else None


def _delete(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    backend = _backend(place)
    bucket = backend.get_bucket(asked["Bucket"])
    if not _PLAIN_HEAD.issuperset(asked) or bucket.is_versioned:
        return None
    backend.delete_object(asked["Bucket"], asked["Key"])
    return {}


def _head_of(key: FakeKey) -> dict[str, Any]:
    return {
        "ContentLength": len(key.value),
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


def _list(place: Place, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first page, if it is the only one; moto looks every object of the bucket up to sort them."""
    bucket, prefix = _backend(place).get_bucket(asked["Bucket"]), asked.get("Prefix", "")
    most = asked.get("MaxKeys", _MOST)
    names = sorted(name for name in dict.keys(bucket.keys) if name.startswith(prefix))
    if not _PLAIN_LIST.issuperset(asked) or len(names) > most:
        return None
    listed = [
        {
            "Key": key.name,
            "LastModified": _second(key),
            "ETag": key.etag,
            "Size": key.size,
            "StorageClass": key.storage_class,
        }
        for key in (bucket.keys[name] for name in names)
        if isinstance(key, FakeKey)
    ]
    answer = {"KeyCount": len(listed), "IsTruncated": False, "MaxKeys": most, "Name": bucket.name}
    return answer | ({"Contents": listed} if listed else {}) | ({"Prefix": prefix} if prefix else {})


SHORT: Final[Mapping[tuple[str, str], Action]] = {
    ("s3", "DeleteObject"): _delete,
    ("s3", "GetObject"): _get,
    ("s3", "HeadObject"): _head,
    ("s3", "ListObjectsV2"): _list,
    ("s3", "PutObject"): _put,
}
