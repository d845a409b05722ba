"""报送接口 · Files dropped from a browser, and rejected rows fetched back, without the API carrying either.

The server chooses the key: department, feed, day and a name that says nothing about anybody. What is signed
is that key alone (`storage.s3.signing`). What then happens to the file is what happens to every file.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from chalicelib.api.answers.uploads import RejectedRows, Upload
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import not_found
from chalicelib.api.upload_bodies import UploadWish
from chalicelib.jurisdiction import current
from chalicelib.model import FeedId
from chalicelib.observability import logger
from chalicelib.sources.formats.xlsx_writing import XLSX_TYPE
from chalicelib.storage.s3 import objects, signing

uploads = Audience(__name__)

KINDS: Final = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "xlsx": XLSX_TYPE,
}
_MANIFEST_BYTES: Final = 10_000

Json = dict[str, Any]


@uploads.route("POST", "/v1/uploads", body=UploadWish, once=True, answer=Upload)
def ask_for_upload(call: Call) -> Json:
    """A form by which a browser drops one file into its department's inbox, and one for its manifest."""
    sent, department = call.body(UploadWish), call.reach.authority
    feed = current().feeds.get(FeedId(sent.feed))
    if feed is None or feed.format is None or department not in (None, feed.department):
        raise not_found()
    name = secrets.token_hex(8)
    key = f"{feed.department}/{feed.id}/{call.today:%Y%m%d}/{name}.{sent.kind}"
    file = signing.form_for(key, sent.bytes, KINDS[sent.kind], name)
    beside = signing.form_for(f"{key}{objects.MANIFEST}", _MANIFEST_BYTES, "application/json", name)
    logger.info("upload", extra={"feed": feed.id, "upload": name, "by": call.caller.subject})
    return {
        "key": key,
        "file": {"url": file.url, "fields": file.fields},
        "manifest": {"url": beside.url, "fields": beside.fields},
        "expires": call.at + timedelta(seconds=signing.GOOD_FOR),
    }


@uploads.route("GET", "/v1/files/{id}/rejected-rows", answer=RejectedRows)
def show_rejected_rows(call: Call, id: str) -> Json:
    """Where the rows that went back can be fetched, with the reasons, for a quarter of an hour."""
    dropped = call.file
    if not dropped.counts.rejected:
        raise not_found()
    key = f"{dropped.department}/{dropped.id}.csv"
    logger.info("rejected rows", extra={"file": dropped.id, "by": call.caller.subject})
    return {
        "url": signing.rejected_rows(key, dropped.id),
        "expires": call.at + timedelta(seconds=signing.GOOD_FOR),
    }
