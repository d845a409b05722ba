"""内存桶 · S3 in memory, as far as the project asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from bench.city.kept import Kept, Stored
from bench.city.refused import RefusedError

if TYPE_CHECKING:
    from bench.city.aws import Counted

Said = tuple[int, dict[str, str], bytes]
_LISTED: Final = 1000
_TOLD: Final = "x-amz-meta-"
_PARTS: Final = "parts of "  # of a bucket, as a bucket of its own
_XML: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
_INITIATED: Final = (
    f"<InitiateMultipartUploadResult xmlns='{_XML}'><UploadId>1</UploadId></InitiateMultipartUploadResult>"
).encode()


def said(request: Any, kept: Kept, counted: Counted) -> Said:
    """What S3 answers; RefusedError where nothing is there, or a condition fails."""
    url = urlsplit(request.url)
    host = url.netloc.split(".")
    path = unquote(url.path[1:])
    bucket, key = path.partition("/")[::2] if host[0] == "s3" else (host[0], path)
    query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    method = request.method
    if "list-type" in query:
        counted.calls["s3.LIST"] += 1
        return 200, {}, _listed(bucket, query, kept)
    counted.calls[f"s3.{method}"] += 1
    if method in ("GET", "HEAD"):
        return _read(method, _there(kept, bucket, key, headers), headers, counted)
    if method == "DELETE":
        kept.remove_object(bucket, key)
        return 204, {}, b""
    return _write(method, bucket, key, query, headers, _body(request, headers), kept, counted)


def _write(
    method: str,
    bucket: str,
    key: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes,
    kept: Kept,
    counted: Counted,
) -> Said:
    if method == "PUT":
        counted.stored += len(body)
        told = {name[len(_TOLD) :]: value for name, value in headers.items() if name.startswith(_TOLD)}
        if "partNumber" in query:
            name = f"{key}/{int(query['partNumber']):05d}"
            return 200, {"ETag": kept.put_object(_PARTS + bucket, name, body, {})}, b""
        _check(kept.object(bucket, key), headers)
        return 200, {"ETag": kept.put_object(bucket, key, body, told)}, b""
    if "uploads" in query:
        return 200, {}, _INITIATED
    parts = kept.objects(_PARTS + bucket, f"{key}/", "", _LISTED)
    bodies = [kept.object(_PARTS + bucket, part.name) for part in parts]
    etag = kept.put_object(bucket, key, b"".join(each.body for each in bodies if each), {})
    for part in parts:
        kept.remove_object(_PARTS + bucket, part.name)
    root = "CompleteMultipartUploadResult"
    return 200, {}, f"<{root} xmlns='{_XML}'><ETag>{escape(etag)}</ETag></{root}>".encode()


def _check(there: Stored | None, headers: dict[str, str]) -> None:
    if headers.get("if-none-match") == "*" and there is not None:
        raise RefusedError.by_bucket("PreconditionFailed", 412)
    if "if-match" in headers and (there is None or there.etag != headers["if-match"]):
        raise RefusedError.by_bucket("PreconditionFailed", 412)


def _there(kept: Kept, bucket: str, key: str, headers: dict[str, str]) -> Stored:
    found = kept.object(bucket, key)
    if found is None:
        raise RefusedError.by_bucket("NoSuchKey", 404)
    if "if-match" in headers and found.etag.strip('"') != headers["if-match"].strip('"'):
        raise RefusedError.by_bucket("PreconditionFailed", 412)
    if headers.get("if-none-match", "").strip('"') == found.etag.strip('"'):
        raise RefusedError.by_bucket("NotModified", 304)
    return found


def _read(method: str, found: Stored, headers: dict[str, str], counted: Counted) -> Said:
    told = {f"{_TOLD}{name}": value for name, value in found.told.items()} | {"ETag": found.etag}
    if method == "HEAD":
        return 200, told | {"Content-Length": str(found.size)}, b""
    body, status = found.body, 200
    if "range" in headers:
        start, _, end = headers["range"].removeprefix("bytes=").partition("-")
        body, status = body[int(start) : int(end) + 1 if end else None], 206
        told["Content-Range"] = f"bytes {start}-{int(start) + len(body) - 1}/{found.size}"
    counted.fetched += len(body)
    return status, told, body


def _listed(bucket: str, query: dict[str, str], kept: Kept) -> bytes:
    after = query.get("continuation-token") or query.get("start-after", "")
    found = kept.objects(bucket, query.get("prefix", ""), after, _LISTED + 1)
    more, page = len(found) > _LISTED, found[:_LISTED]
    each = "".join(
        f"<Contents><Key>{escape(one.name)}</Key><ETag>{escape(one.etag)}</ETag><Size>{one.size}</Size></Contents>"
        for one in page
    )
    token = f"<NextContinuationToken>{escape(page[-1].name)}</NextContinuationToken>" if more else ""
    return (
        f"<ListBucketResult xmlns='{_XML}'><IsTruncated>{str(more).lower()}</IsTruncated>{token}{each}"
        "</ListBucketResult>"
    ).encode()


def _body(request: Any, headers: dict[str, str]) -> bytes:
    raw = request.body
    body = bytes(raw.read() if hasattr(raw, "read") else raw or b"")
    if "aws-chunked" not in headers.get("content-encoding", ""):
        return body
    pieces: list[bytes] = []
    place = 0
    while True:
        end = body.index(b"\r\n", place)
        length = int(body[place:end].split(b";")[0], 16)
        if not length:
            return b"".join(pieces)
        pieces.append(body[end + 2 : end + 2 + length])
        place = end + 2 + length + 2


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
