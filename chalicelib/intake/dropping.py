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
from chalicelib.intake import correcting, loading, receipts
from chalicelib.model import DroppedFile, FeedId, FileId, FileState, FileStep
from chalicelib.observability import logger
from chalicelib.pack import current
from chalicelib.sources.feed import Feed
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.storage import files, inbox, objects

FINISHED = (FileState.LOADED, FileState.REFUSED)
BY = correcting.BY_INTAKE


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
        return _refused(_received(key, b""), None, error)
    if data is None:
        logger.warning("dropped file is gone")
        return None
    arrived = _received(key, data)
    known = files.get(arrived.feed, arrived.id)
    if known is not None and known.state in FINISHED and not (again and known.state is FileState.LOADED):
        return known
    feed = current().feeds.get(arrived.feed)
    dropped = arrived if known is None else _known(arrived, known)
    refusal = _refusal(dropped, feed, again=again)
    if feed is None or refusal is not None:
        return _refused(dropped, feed, refusal or _NO_SUCH_FEED)
    dropped = _begun(dropped, known)
    files.put(dropped)
    receipts.write_again(dropped, feed)
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


def _known(arrived: DroppedFile, known: DroppedFile) -> DroppedFile:
    """The file as it arrives again, with what it has gone through."""
    return replace(arrived, received=known.received, steps=known.steps, corrects=known.corrects)


def _begun(dropped: DroppedFile, known: DroppedFile | None) -> DroppedFile:
    """The file as its reading begins; one that is read again keeps the stages it went through."""
    if known is not None and known.state is not FileState.SUPERSEDED:
        return dropped
    return dropped.at_stage(FileStep(FileState.RECEIVED, clock.now(), BY))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_NO_SUCH_FEED = RefusedError(
    "unknown_feed",
    "没有这个数据来源，请按“部门/数据项/日期/文件名”放入，并核对部门和数据项代码。",
    "no such feed: drop files as department/feed/date/name and check both codes",
)


def _refusal(dropped: DroppedFile, feed: Feed | None, *, again: bool) -> RefusedError | None:
    """Why a file is refused before it is read, if it is."""
    if feed is None or not feed.takes_files or feed.department != dropped.department:
        return _NO_SUCH_FEED
    first = files.loaded_as(dropped.feed, dropped.digest)
    if first is not None and first != dropped.id and not again:
        return RefusedError(
            "already_loaded",
            f"同样内容的文件已经入库，编号{first}，无需重复报送。",
            f"the same content has been loaded already as {first}; nothing to do",
        )
    return None


def _refused(dropped: DroppedFile, feed: Feed | None, why: RefusedError) -> DroppedFile:
    told = replace(dropped, state=FileState.REFUSED, code=why.code, zh=why.zh, en=why.en)
    return _finish(told, feed, None)


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
        released=dropped.was_released,
    )
    return finish_reading(dropped, feed, reading)


def finish_reading(dropped: DroppedFile, feed: Feed, reading: FileReading) -> DroppedFile:
    """Load what a file says, or hold it; either way the department gets its receipt."""
    seen = replace(dropped, counts=reading.counts)
    earlier = correcting.corrected_by(seen)
    if reading.hold is not None:
        hold = reading.hold
        held = replace(seen, state=hold.state, code=hold.code, zh=hold.zh, en=hold.en)
        finished = _finish(held, feed, reading)
        if earlier is not None and earlier.state is not FileState.LOADED:
            correcting.supersede(earlier, finished)  # its content stands there no more
        return finished
    result = loading.load(seen, feed, reading)
    loaded = replace(
        seen,
        state=FileState.LOADED,
        certified=result.certified,
        kept=result.kept,
        withdrawn=result.withdrawn,
    )
    if earlier is not None:
        loaded = replace(loaded, corrects=earlier.id)
        files.put(replace(loaded, state=FileState.RECEIVED))  # kept, should we die on the way
        taken = correcting.take_back(earlier, loaded, reading.evidence)
        loaded = replace(loaded, withdrawn=loaded.withdrawn + taken)
        correcting.supersede(earlier, loaded)
    finished = _finish(loaded, feed, reading)
    if result.new_people:
        read_again_for_new_people()
    return finished


def _finish(dropped: DroppedFile, feed: Feed | None, reading: FileReading | None) -> DroppedFile:
    """File what became of it, and answer the department."""
    stage = FileStep(dropped.state, clock.now(), BY, dropped.code)
    finished = replace(dropped.at_stage(stage), finished=clock.now())
    rejected = reading is not None and bool(reading.rejections)
    if reading is not None and rejected:
        objects.put_rejected(finished.department, finished.id, reading.rejected_csv())
    receipts.write(finished, feed, reading, with_rejects=rejected)
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
        arrived = _dead(key)
        known = files.get(arrived.feed, arrived.id)
        dead = replace(
            arrived if known is None else known,
            state=FileState.DEAD,
            code="dead",
            zh="平台多次读取该文件失败，已转运维人员处理，无需重新报送。",
            en="the platform failed to take this file in; an operator will see to it, do not send it again",
        )
        _finish(dead, current().feeds.get(arrived.feed), None)


def _dead(key: str) -> DroppedFile:
    """What is known of a file that killed whoever read it; filed under its content where that can be read."""
    try:
        return _received(key, objects.read_dropped(key) or b"")
    except RefusedError:
        return _received(key, b"")


def redrive(feed: FeedId, file: FileId) -> bool:
    """Put a dead or held file back into the queue; False if there is no such file."""
    dropped = files.get(feed, file)
    if dropped is None or dropped.state in FINISHED or dropped.state is FileState.SUPERSEDED:
        return False
    inbox.read_again(dropped.key)
    return True


def read_again_for_new_people() -> int:
    """After a roster: read held and loaded files again, for the people who are new on it."""
    again = [
        dropped
        for dropped in files.everything()
        if dropped.state is FileState.LOADED or dropped.code == "no_roster_yet"
        if (feed := current().feeds.get(dropped.feed)) is not None and feed.kind != "roster"
    ]
    for dropped in again:
        inbox.read_again(dropped.key)
    return len(again)
