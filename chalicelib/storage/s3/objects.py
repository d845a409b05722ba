"""对象文件 · Objects in S3: files as dropped, what goes back to departments and authorities, the roster
snapshot.

inbox     <department>/<feed>/<YYYYMMDD>/<name>                  as sent: clear numbers
rejects   <department>/<file>.csv                                rows as sent: clear numbers
          <department>/<file>.repaired.csv                       numbers as sent, and what was mended
          suggestions/<file>.json                                line → people it may be about
          guests/<file>.csv                                      of other regions, seen here: clear numbers
          other_regions/<region>/<month>.csv                     the same for each region: clear numbers
roster    roster.parquet                                         number → person: clear numbers
          listed.parquet                                         who stands on whose roster, by opaque ids
outbox    <department>/receipts/<file>.json, .html, .xlsx, index.html (names of files) ·
          <department>/reminders|quality/… · <authority>/results|instructions/<month>.csv ·
          villages/<village>/notices/<day>.html (names, addresses) ·
          townships/<township>/sheets/<month>/<village>[-<grid>].xlsx (names, numbers) ·
          statistics/latest.json, awaited.json
lake      evidence/bucket=<bucket>/…                             see storage.lake
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from chalicelib.errors import ConflictError, RefusedError
from chalicelib.model import AreaCode, FileId, Month, PersonId
from chalicelib.settings import settings
from chalicelib.sources.formats.xlsx_writing import XLSX_TYPE
from chalicelib.storage import retries
from chalicelib.storage.clients import CHANGED, GONE, UNCHANGED, client, code_of, on_forget
from chalicelib.storage.s3.object_versions import put_in_parts

if TYPE_CHECKING:
    from chalicelib.sources.people.roster_index import RosterIndex

LARGEST: Final = 500_000_000  # bytes of one dropped file: what a function can read with its memory
MANIFEST: Final = ".manifest.json"
_MANIFEST_BYTES: Final = 10_000
_ROSTER: Final = "roster.parquet"
_LISTED: Final = "listed.parquet"
_STATISTICS: Final = "statistics/latest.json"
_AWAITED: Final = "statistics/awaited.json"
_HTML: Final = "text/html; charset=utf-8"


def digest_of(data: bytes) -> str:
    """SHA-256 of a file's content, in hex."""
    return hashlib.sha256(data).hexdigest()


def read_dropped(key: str) -> bytes | None:
    """A file as dropped; None if it is gone; RefusedError (too_large) beyond 500 MB."""
    found = _get(settings().inbox_bucket, key)
    if found is None:
        return None
    if found["ContentLength"] > LARGEST:
        found["Body"].close()
        raise RefusedError(
            "too_large",
            "文件超过500MB，请拆分后重新报送。",
            "the file is larger than 500 MB: split it and send the parts",
        )
    data: bytes = found["Body"].read()
    return data


def dropped_since(instant: datetime) -> Iterator[str]:
    """The keys of all that came into the inbox since an instant, by key; manifests lie beside their files."""
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=settings().inbox_bucket)
    for page in pages:
        yield from (each["Key"] for each in page.get("Contents", ()) if each["LastModified"] >= instant)


def read_manifest(key: str) -> bytes | None:
    """What a department says about a file of its own, beside it; None if it says nothing."""
    found = _get(settings().inbox_bucket, f"{key}{MANIFEST}")
    return None if found is None else bytes(found["Body"].read(_MANIFEST_BYTES))


def put_receipt(department: str, file: FileId, body: bytes) -> None:
    """What a department is told about its file, replaced at each stage."""
    _put(settings().outbox_bucket, f"{department}/receipts/{file}.json", body, "application/json")


def read_receipt(department: str, file: FileId) -> bytes | None:
    """What the department was told last; None if it was told nothing."""
    found = _get(settings().outbox_bucket, f"{department}/receipts/{file}.json")
    return None if found is None else bytes(found["Body"].read())


def put_receipt_on_paper(department: str, file: FileId, page: str, workbook: bytes) -> None:
    """The same as page and workbook, which bear the file's name: under the key of files with numbers in
    clear.
    """
    for ending, body, kind in (("html", page.encode(), _HTML), ("xlsx", workbook, XLSX_TYPE)):
        _put_under_files_key(f"{department}/receipts/{file}.{ending}", body, kind)


def read_receipts_listed(department: str) -> tuple[str | None, str | None]:
    """The page that lists a department's files, and its ETag; None before the first."""
    found = _get(settings().outbox_bucket, f"{department}/receipts/index.html")
    return (None, None) if found is None else (found["Body"].read().decode(), found["ETag"])


def put_receipts_listed(department: str, page: str, instead_of: str | None) -> None:
    """Replace the list of this ETag (None: there is none yet); ConflictError if it has moved on."""
    _put_under_files_key(f"{department}/receipts/index.html", page.encode(), _HTML, _condition(instead_of))


def put_for_department(department: str, path: str, body: bytes, kind: str) -> None:
    """Something else that a department finds in its outbox: a reminder, a month's page."""
    _put(settings().outbox_bucket, f"{department}/{path}", body, kind)


def read_for_department(department: str, path: str) -> bytes | None:
    """What a department finds there; None if nothing."""
    found = _get(settings().outbox_bucket, f"{department}/{path}")
    return None if found is None else bytes(found["Body"].read())


def put_reminder(department: str, name: str, body: bytes) -> bool:
    """Remind a department once; False if it has been reminded of this already."""
    return put_once_for_department(department, f"reminders/{name}.json", body, "application/json")


def put_once_for_department(department: str, path: str, body: bytes, kind: str = "text/csv") -> bool:
    """Something that a department finds in its outbox, written once; False if it stands there already."""
    try:
        client("s3").put_object(
            Bucket=settings().outbox_bucket,
            Key=f"{department}/{path}",
            Body=body,
            ContentType=kind,
            IfNoneMatch="*",
        )
    except ClientError as error:
        if code_of(error) not in CHANGED:
            raise
        return False
    return True


def put_rejected(department: str, file: FileId, body: bytes) -> None:
    """The rows that could not be used, for their department alone."""
    _put(settings().rejects_bucket, f"{department}/{file}.csv", body, "text/csv")


def put_repaired(department: str, file: FileId, body: bytes) -> None:
    """The ledger of numbers that were mended, for their department alone."""
    _put(settings().rejects_bucket, f"{department}/{file}.repaired.csv", body, "text/csv")


def put_suggestions(file: FileId, lines: Mapping[int, tuple[PersonId, ...]]) -> None:
    """Whom rows without a usable number may be about: for officers, never for the department."""
    body = json.dumps([[line, *people] for line, people in sorted(lines.items())]).encode()
    _put(settings().rejects_bucket, f"suggestions/{file}.json", body, "application/json")


def read_suggestions(file: FileId) -> dict[int, tuple[PersonId, ...]]:
    """Line → people it may be about, in the order of lines; empty where nobody was suggested."""
    found = _get(settings().rejects_bucket, f"suggestions/{file}.json")
    lines = [] if found is None else json.loads(found["Body"].read())
    return {line: tuple(map(PersonId, people)) for line, *people in lines}


def put_guests(file: FileId, body: bytes) -> None:
    """The rows of a file about people of other regions, until the end of the month."""
    _put(settings().rejects_bucket, f"guests/{file}.csv", body, "text/csv")


def read_guests(file: FileId) -> bytes | None:
    """What `put_guests` kept; None if it is gone."""
    found = _get(settings().rejects_bucket, f"guests/{file}.csv")
    return None if found is None else bytes(found["Body"].read())


def put_other_region(region: str, month: Month, body: bytes) -> None:
    """A month's certifications of another region's people, to be sent there."""
    _put(settings().rejects_bucket, f"other_regions/{region}/{month}.csv", body, "text/csv")


def put_result(authority: str, kind: str, month: Month, pieces: Iterable[bytes]) -> None:
    """A month's list for an authority, piece by piece; `kind` is results, instructions or unclaimed."""
    put_in_parts(settings().outbox_bucket, f"{authority}/{kind}/{month}.csv", pieces, "text/csv")


def notices_version(area: AreaCode, day: date) -> str | None:
    """The ETag of a village's bundle of notices of a day; None if there is none yet."""
    try:
        found = client("s3").head_object(Bucket=settings().outbox_bucket, Key=_notices(area, day))
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    return str(found["ETag"])


def put_notices(area: AreaCode, day: date, page: str, instead_of: str | None) -> None:
    """Put the notices of a village and day to be brought, in place of this version; ConflictError.

    They name people and say where they live: they lie under the key of files with numbers in clear.
    """
    _put_under_files_key(_notices(area, day), page.encode(), _HTML, _condition(instead_of))


def _notices(area: AreaCode, day: date) -> str:
    return f"villages/{area}/notices/{day}.html"


def put_for_township(township: str, path: str, workbook: bytes) -> None:
    """A sheet that names people, for a township and its grids; replaced when made again."""
    _put_under_files_key(f"townships/{township}/{path}", workbook, XLSX_TYPE)


def put_statistics(body: bytes) -> None:
    """The figures of the nightly pass."""
    _put(settings().outbox_bucket, _STATISTICS, body, "application/json")


def read_statistics() -> bytes | None:
    """The figures of the last nightly pass; None before the first."""
    found = _get(settings().outbox_bucket, _STATISTICS)
    return None if found is None else bytes(found["Body"].read())


def put_awaited_statistics(body: bytes) -> None:
    """Of which day there are no figures because not all shards could be counted."""
    _put(settings().outbox_bucket, _AWAITED, body, "application/json")


def read_awaited_statistics() -> bytes | None:
    """What `put_awaited_statistics` kept last; None if it never did."""
    found = _get(settings().outbox_bucket, _AWAITED)
    return None if found is None else bytes(found["Body"].read())


# --- the roster snapshot -------------------------------------------------------------------------


_roster: Final[dict[str, RosterIndex]] = {}  # at most one: ETag → snapshot as last read
on_forget(_roster.clear)


def read_roster() -> RosterIndex | None:
    """Everybody's number and person, read again only when it has changed; None before the first roster."""
    from chalicelib.sources.people.roster_index import RosterIndex  # polars: only who reads files needs it

    etag = next(iter(_roster), None)
    known = {} if etag is None else {"IfNoneMatch": etag}
    try:
        found = _get(settings().roster_bucket, _ROSTER, **known)
    except ClientError as error:
        if code_of(error) in UNCHANGED:
            return _roster[str(etag)]
        raise
    _roster.clear()
    if found is None:
        return None
    index = RosterIndex.from_parquet(found["Body"].read())
    _roster[found["ETag"]] = index
    return index


def roster_version() -> str:
    """The version (ETag) of the roster as this process has read it last; "" before the first roster."""
    return next(iter(_roster), "")


def add_to_roster(new: RosterIndex) -> None:
    """Add numbers and their people to the snapshot; ConflictError after five conflicts."""
    for tries in range(retries.TRIES):
        known = read_roster()
        after = new if known is None else known.extended(new)
        if known is not None and after.frame.equals(known.frame):
            return
        try:
            write_roster(after.to_parquet(), next(iter(_roster), None))
        except ConflictError:
            retries.pause(tries)
        else:
            return
    raise ConflictError("others keep writing the roster")


def read_listed() -> tuple[bytes | None, str | None]:
    """The lines of all rosters, and their ETag; None before the first roster."""
    found = _get(settings().roster_bucket, _LISTED)
    return (None, None) if found is None else (found["Body"].read(), found["ETag"])


def write_listed(data: bytes, instead_of: str | None) -> None:
    """Replace the lines of this ETag (None: there are none yet); ConflictError if they have moved on."""
    write_roster(data, instead_of, _LISTED)


def write_roster(data: bytes, instead_of: str | None, key: str = _ROSTER) -> None:
    """Replace the snapshot of this ETag (None: there is none yet); ConflictError if it has moved on.

    A write whose acknowledgement was lost fails its condition on the retry: the object's own token tells.
    """
    bucket, token = settings().roster_bucket, uuid.uuid4().hex
    try:
        client("s3").put_object(
            Bucket=bucket, Key=key, Body=data, Metadata={"writer": token}, **_condition(instead_of)
        )
    except ClientError as error:
        if code_of(error) not in CHANGED:
            raise
        if client("s3").head_object(Bucket=bucket, Key=key)["Metadata"].get("writer") != token:
            raise ConflictError("the roster has moved on") from error


# --- S3 ------------------------------------------------------------------------------------------


def _get(bucket: str, key: str, **more: Any) -> dict[str, Any] | None:
    """An object; None if there is none under this key."""
    try:
        found: dict[str, Any] = client("s3").get_object(Bucket=bucket, Key=key, **more)
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    return found


def _put(bucket: str, key: str, body: bytes, kind: str) -> None:
    client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType=kind)


def _condition(instead_of: str | None) -> dict[str, str]:
    return {"IfNoneMatch": "*"} if instead_of is None else {"IfMatch": instead_of}


def _put_under_files_key(
    key: str, body: bytes, kind: str, condition: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Put into the outbox what names people or may do so; ConflictError where the condition does not hold."""
    try:
        client("s3").put_object(
            Bucket=settings().outbox_bucket,
            Key=key,
            Body=body,
            ContentType=kind,
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=settings().files_key_id,
            BucketKeyEnabled=True,
            **condition,
        )
    except ClientError as error:
        if code_of(error) not in CHANGED:
            raise
        raise ConflictError("what lies in the outbox has moved on") from error
