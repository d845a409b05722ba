"""规则册存档 · Rule books in S3: bundles, proposals with their rehearsal, and the list of what was activated
when.

bundles/<name>.zip                 immutable: never written twice
versions/<name>.json               the versions of its counties' rule books, by area; written once, before it
proposals/<name>.json              who proposed it, who approved it, the digest of the rehearsal
rehearsals/<name>-<digest>.html    the report that the approver reads, with its number in it
drafts/<name>.json                 who drafted it: what it says otherwise, and against which bundle
rehearsed/<name>.json, .html       what its rehearsal has found, and the report without a number as yet
activations.json                   [{bundle, from, by, at}, …], appended to

Nothing about a person stands here but the subjects of officers' tokens; examples in a rehearsal are masked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.errors import ConflictError
from chalicelib.settings import settings
from chalicelib.storage.clients import CHANGED, GONE, client, code_of

_ACTIVATIONS: Final = "activations.json"


@dataclass(frozen=True, slots=True)
class Activation:
    """From which day a bundle is in force, and who said so when."""

    bundle: str
    from_: date
    by: str
    at: datetime


# --- bundles -------------------------------------------------------------------------------------


def put_bundle(name: str, data: bytes) -> None:
    """Store a bundle; one that stands under its name already is the same one."""
    try:
        _put(f"bundles/{name}.zip", data, "application/zip", IfNoneMatch="*")
    except ConflictError:
        return


def read_bundle(name: str) -> bytes | None:
    """A bundle's bytes; None if there is none."""
    found = _get(f"bundles/{name}.zip")
    return None if found is None else found[0]


def put_versions(name: str, counties: Mapping[str, str]) -> None:
    """Store which version each county's rule book bears; what stands there stays."""
    body = json.dumps(dict(counties), sort_keys=True).encode()
    try:
        _put(f"versions/{name}.json", body, "application/json", IfNoneMatch="*")
    except ConflictError:
        return


def read_versions(name: str) -> dict[str, str]:
    """The versions of the counties' rule books by area; empty for a bundle stored before they were kept."""
    found = _get(f"versions/{name}.json")
    return {} if found is None else json.loads(found[0])


def bundle_names() -> list[str]:
    """Every stored bundle, by name."""
    return _names("bundles/", ".zip")


# --- proposals -----------------------------------------------------------------------------------


def read_proposal(name: str) -> tuple[dict[str, Any], str] | None:
    """A proposal and the version of it that was read; None if nobody has proposed the bundle."""
    found = _get(f"proposals/{name}.json")
    return None if found is None else (json.loads(found[0]), found[1])


def put_proposal(name: str, proposal: Mapping[str, Any], *, instead_of: str | None) -> None:
    """Write a proposal in place of the version that was read (None: the first); ConflictError otherwise."""
    body = json.dumps(proposal, ensure_ascii=False, sort_keys=True).encode()
    condition = {"IfNoneMatch": "*"} if instead_of is None else {"IfMatch": instead_of}
    _put(f"proposals/{name}.json", body, "application/json", **condition)


def proposal_names() -> list[str]:
    """Every bundle that was ever proposed."""
    return _names("proposals/", ".json")


def put_rehearsal(name: str, digest: str, page: bytes) -> None:
    """Keep the report of a rehearsal for whoever approves."""
    _put(f"rehearsals/{name}-{digest}.html", page, "text/html; charset=utf-8")


def read_rehearsal(name: str, digest: str) -> bytes | None:
    """The report of a rehearsal; None if there is none."""
    found = _get(f"rehearsals/{name}-{digest}.html")
    return None if found is None else found[0]


# --- drafts --------------------------------------------------------------------------------------


def put_draft(name: str, draft: Mapping[str, Any]) -> None:
    """Write what somebody wants changed, before it is rehearsed; drafted again, the last word counts."""
    _put(f"drafts/{name}.json", json.dumps(draft, ensure_ascii=False).encode(), "application/json")


def read_draft(name: str) -> dict[str, Any] | None:
    """A draft; None if nobody has drafted the bundle here."""
    found = _get(f"drafts/{name}.json")
    return None if found is None else json.loads(found[0])


def draft_names() -> list[str]:
    """Every bundle that was ever drafted here."""
    return _names("drafts/", ".json")


def put_rehearsed(name: str, figures: Mapping[str, Any], page: bytes) -> None:
    """Keep what the rehearsal of a draft has found; the page first: whoever sees the figures finds it."""
    _put(f"rehearsed/{name}.html", page, "text/html; charset=utf-8")
    body = json.dumps(figures, ensure_ascii=False).encode()
    _put(f"rehearsed/{name}.json", body, "application/json")


def read_rehearsed(name: str) -> tuple[dict[str, Any], bytes] | None:
    """What the rehearsal of a draft has found, and its page; None while it goes on."""
    figures, page = _get(f"rehearsed/{name}.json"), _get(f"rehearsed/{name}.html")
    return None if figures is None or page is None else (json.loads(figures[0]), page[0])


# --- activations ---------------------------------------------------------------------------------


def activations() -> tuple[Activation, ...]:
    """Everything ever activated, in the order of activation."""
    return read_activations()[0]


def put_activations(said: Iterable[Activation], *, instead_of: str | None) -> None:
    """Write the list in place of the version that was read (None: the first); ConflictError otherwise."""
    rows = [
        {"bundle": a.bundle, "from": a.from_.isoformat(), "by": a.by, "at": a.at.isoformat()} for a in said
    ]
    condition = {"IfNoneMatch": "*"} if instead_of is None else {"IfMatch": instead_of}
    _put(_ACTIVATIONS, json.dumps(rows, ensure_ascii=False).encode(), "application/json", **condition)


def read_activations() -> tuple[tuple[Activation, ...], str | None]:
    """The same, and the version of the list that was read; None: there is none yet."""
    found = _get(_ACTIVATIONS)
    if found is None:
        return (), None
    rows = json.loads(found[0])
    known = tuple(
        Activation(
            row["bundle"], date.fromisoformat(row["from"]), row["by"], datetime.fromisoformat(row["at"])
        )
        for row in rows
    )
    return known, found[1]


# --- S3 ------------------------------------------------------------------------------------------


def _bucket() -> str:
    return settings().rules_bucket


def _names(prefix: str, suffix: str) -> list[str]:
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=_bucket(), Prefix=prefix)
    keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
    return sorted(key.removeprefix(prefix).removesuffix(suffix) for key in keys)


def _get(key: str) -> tuple[bytes, str] | None:
    """An object and its ETag; None if there is none."""
    try:
        found = client("s3").get_object(Bucket=_bucket(), Key=key)
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    return found["Body"].read(), found["ETag"]


def _put(key: str, body: bytes, kind: str, **condition: str) -> None:
    try:
        client("s3").put_object(Bucket=_bucket(), Key=key, Body=body, ContentType=kind, **condition)
    except ClientError as error:
        if code_of(error) in CHANGED:
            raise ConflictError(f"{key.partition('/')[0]}: somebody else has written it meanwhile") from error
        raise
