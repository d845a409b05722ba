"""Files as they arrive: which feed they belong to, whether they came before, what became of them.

Everything here may run twice: a file's id is made of its key and content, rows become evidence with
natural keys, and the digest of a file is filed only once it is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import unquote_plus

from chalicelib import clock
from chalicelib.errors import RefusedError
from chalicelib.intake import loading, receipts
from chalicelib.model import DroppedFile, FeedId, FileId, FileState
from chalicelib.observability import logger
from chalicelib.pack import current
from chalicelib.settings import settings
from chalicelib.sources.feed import Feed
from chalicelib.sources.reading import read_file
from chalicelib.storage import files, objects
from chalicelib.storage.clients import client

FINISHED = (FileState.LOADED, FileState.REFUSED)


def keys_in(body: str) -> Iterator[str]:
    """The object keys that a queue message names: S3's notification, or our own wish to read again."""
    message: Mapping[str, Any] = json.loads(body)
    if "reread" in message:
        yield message["reread"]
    for record in message.get("Records", ()):
        if record.get("eventName", "").startswith("ObjectCreated"):
            yield unquote_plus(record["s3"]["object"]["key"])


def file_dropped(body: str) -> None:
    """Take in every file that a queue message names; an exception returns the message to the queue."""
    again = "reread" in json.loads(body)
    for key in keys_in(body):
        take_in(key, again=again)


def take_in(key: str, *, again: bool = False) -> DroppedFile | None:
    """One file, from its key to its receipt. `again`: read it once more for people new on the roster."""
    try:
        data = objects.read_dropped(key)
    except RefusedError as error:  # larger than anything that is ever read
        dropped = replace(
            _received(key, b""), state=FileState.REFUSED, code=error.code, zh=error.zh, en=error.en
        )
        return _finish(dropped, None, None)
    if data is None:
        logger.warning("dropped file is gone")
        return None
    dropped = _received(key, data)
    known = files.get(dropped.feed, dropped.id)
    if known is not None and known.state in FINISHED and not again:
        return known
    feed = current().feeds.get(dropped.feed)
    refusal = _refusal(dropped, feed, again=again)
    if feed is None or refusal is not None:
        return _finish(refusal or dropped, feed, None)
    files.put(dropped if known is None else replace(known, state=FileState.RECEIVED))
    return _read(dropped, feed, data)


def _received(key: str, data: bytes) -> DroppedFile:
    """What a key says about its file: department/feed/date/name."""
    parts = [*key.split("/"), "", "", ""]
    digest = objects.digest_of(data)
    return DroppedFile(
        id=files.file_id(key, digest),
        department=parts[0],
        feed=FeedId(parts[1]),
        day=_day(parts[2]) or clock.today(),
        key=key,
        digest=digest,
        state=FileState.RECEIVED,
        received=clock.now(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _refusal(dropped: DroppedFile, feed: Feed | None, *, again: bool) -> DroppedFile | None:
    """The file as refused, if it is refused before it is read."""
    if feed is None or feed.kind == "api" or feed.department != dropped.department:
        return replace(
            dropped,
            state=FileState.REFUSED,
            code="unknown_feed",
            zh="没有这个数据来源，请按“部门/数据项/日期/文件名”放入，并核对部门和数据项代码。",
            en="no such feed: drop files as department/feed/date/name and check both codes",
        )
    first = files.loaded_as(dropped.feed, dropped.digest)
    if first is not None and first != dropped.id and not again:
        return replace(
            dropped,
            state=FileState.REFUSED,
            code="already_loaded",
            zh=f"同样内容的文件已经入库，编号{first}，无需重复报送。",
            en=f"the same content has been loaded already as {first}; nothing to do",
        )
    return None


def _read(dropped: DroppedFile, feed: Feed, data: bytes) -> DroppedFile:
    roster = None if feed.kind == "roster" else objects.read_roster()
    reading = read_file(
        data,
        feed,
        roster,
        file=dropped.id,
        on=clock.today(),
        as_of=dropped.day,
        usual_rows=files.usual_rows(dropped.feed, dropped.id),
    )
    seen = replace(dropped, counts=reading.counts)
    if reading.hold is not None:
        hold = reading.hold
        held = replace(seen, state=hold.state, code=hold.code, zh=hold.zh, en=hold.en)
        return _finish(held, feed, reading.rejected_csv() if reading.rejections else None)
    result = loading.load(seen, feed, reading)
    loaded = replace(seen, state=FileState.LOADED, certified=result.certified, kept=result.kept)
    finished = _finish(loaded, feed, reading.rejected_csv() if reading.rejections else None)
    if result.new_people:
        read_again_for_new_people()
    return finished


def _finish(dropped: DroppedFile, feed: Feed | None, rejected: bytes | None) -> DroppedFile:
    """File what became of it, and answer the department."""
    finished = replace(dropped, finished=clock.now())
    if rejected is not None:
        objects.put_rejected(finished.department, finished.id, rejected)
    receipts.write(finished, feed, with_rejects=rejected is not None)
    files.put(finished)
    if finished.state is FileState.LOADED:
        files.mark_loaded(finished.feed, finished.digest, finished.id)
    logger.info(
        "file taken in",
        extra={"file": finished.id, "feed": finished.feed, "state": finished.state, "code": finished.code},
    )
    return finished


# --- files that nobody could take in ---------------------------------------------------------------


def file_died(body: str) -> None:
    """After its retries: mark the file DEAD, where `/v1/files` shows it and an operator redrives it."""
    for key in keys_in(body):
        dropped = _dead(key)
        dead = replace(
            dropped,
            state=FileState.DEAD,
            code="dead",
            zh="平台多次读取该文件失败，已转运维人员处理，无需重新报送。",
            en="the platform failed to take this file in; an operator will see to it, do not send it again",
        )
        _finish(dead, current().feeds.get(dropped.feed), None)


def _dead(key: str) -> DroppedFile:
    """What is known of a file that killed whoever read it; filed under its content where that can be read."""
    try:
        return _received(key, objects.read_dropped(key) or b"")
    except RefusedError:
        return _received(key, b"")


def redrive(feed: FeedId, file: FileId) -> bool:
    """Put a dead or held file back into the queue; False if there is no such file."""
    dropped = files.get(feed, file)
    if dropped is None or dropped.state in FINISHED:
        return False
    _enqueue(dropped.key)
    return True


def _enqueue(key: str) -> None:
    client("sqs").send_message(
        QueueUrl=settings().inbox_queue_url, MessageBody=json.dumps({"reread": key}, ensure_ascii=False)
    )


def read_again_for_new_people() -> int:
    """After a roster: read held and loaded files again, for the people who are new on it."""
    again = [
        dropped
        for dropped in files.everything()
        if dropped.state is FileState.LOADED or dropped.code == "no_roster_yet"
        if (feed := current().feeds.get(dropped.feed)) is not None and feed.kind != "roster"
    ]
    for dropped in again:
        _enqueue(dropped.key)
    return len(again)
