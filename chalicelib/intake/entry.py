"""文件入口 · Files as they arrive: which feed they belong to, whether they came before, what became of them.

Everything here may run twice: a file's id is made of its key and content, rows become evidence with
natural keys, and the digest of a file is filed only once it is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import unquote_plus

from chalicelib import clock
from chalicelib.errors import BusyError, RefusedError
from chalicelib.intake import file_keys, large_files, manifests
from chalicelib.intake.file_outcome import finish, finish_reading, refused
from chalicelib.intake.large_files import PassedBy
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, FeedId, FileId, FileState
from chalicelib.observability import logger
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.archives import is_companion
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.values.file_holds import FileHold, HoldCode
from chalicelib.storage import file_ranges, file_shards, inbox_queue
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import objects

PATIENCE: Final = timedelta(hours=1)
A_MINUTE: Final = timedelta(minutes=1)


def keys_in(message: Mapping[str, Any]) -> Iterator[str]:
    """The object keys that a queue message names: S3's notification, or our own wish to read (again)."""
    if "key" in message:  # one range of a large file
        yield message["key"]
    if "reread" in message:
        yield message["reread"]
    for record in message.get("Records", ()):
        if record.get("eventName", "").startswith("ObjectCreated"):
            yield unquote_plus(record["s3"]["object"]["key"])


def file_dropped(body: str) -> None:
    """Take in every file that a queue message names; an exception returns the message to the queue."""
    message: Mapping[str, Any] = json.loads(body)
    if "combine" in message:
        file = FileId(message["combine"])
        _or_soon(lambda: large_files.combine(file), lambda: files.find(file).key)
    if "applied" in message:
        applied = FileId(message["applied"])
        _or_soon(lambda: _finish_applied(applied), lambda: files.find(applied).key)
    for key in keys_in(message):
        _or_soon(partial(take_in, key, again="reread" in message), partial(str, key))


def _or_soon(take: Callable[[], DroppedFile | None], key: Callable[[], str]) -> None:
    """Take a file in; where some records stay busy, everybody else is done, and it is read again in a minute.

    A failure would keep it from these people for an hour and a half. Only a file that came today: who is busy
    for longer than that is not merely busy.
    """
    try:
        take()
    except BusyError as busy:
        if not any(clock.now() - file.received < PATIENCE for file in _unfinished(key())):
            raise
        logger.warning("busy records left for a minute", extra={"people": len(busy.people)})
        inbox_queue.read_again(key(), after=A_MINUTE)


def _unfinished(key: str) -> list[DroppedFile]:
    arrived = file_keys.received(key, "")
    found = files.of_feed(arrived.feed, arrived.day)
    return [file for file in found if file.key == key and file.state is FileState.RECEIVED]


def take_in(key: str, *, again: bool = False, in_ranges: bool = False) -> DroppedFile | None:
    """One file, from its key to its receipt, or until its ranges are asked for.

    `again`: read it once more for people new on the roster. `in_ranges`: small as it lies there, it holds
    more than is ever read whole.
    """
    if key.endswith(objects.MANIFEST):
        manifests.manifest_came(key.removesuffix(objects.MANIFEST))
        return None
    if is_companion(key):
        logger.info("not a file: what a computer puts beside one")  # its name may be anybody's
        return None
    try:
        found = large_files.passed_by(key) if in_ranges or large_files.is_large(key) else _whole(key)
    except RefusedError as error:  # larger than anything that is ever read whole
        return refused(file_keys.received(key, objects.digest_of(b"")), None, error)
    return None if found is None else _begin(key, found, again=again)


def _begin(key: str, found: _Whole | PassedBy, *, again: bool) -> DroppedFile | None:
    """Read what was found under a key, unless that has been done, or it is refused unread."""
    arrived = file_keys.received(key, found.digest)
    feed, known = current().feeds.get(arrived.feed), files.get(arrived.feed, arrived.id)
    if known is not None and file_keys.is_done(known, feed, again=again):
        return manifests.compare(known, feed)
    dropped = file_keys.as_known(arrived, known)
    refusal = file_keys.refusal_of(dropped, feed, again=again)
    if feed is None or refusal is not None:
        return refused(dropped, feed, refusal or file_keys.NO_SUCH_FEED)
    if known is not None and isinstance(found, PassedBy):
        large_files.forget_if_put_together(known)
    begun = file_keys.begin(dropped, known, feed)
    if begun is None:  # somebody else was first
        return take_in(key, again=again, in_ranges=isinstance(found, PassedBy))
    return _read(begun, feed, found, again=again)


def _read(dropped: DroppedFile, feed: Feed, found: _Whole | PassedBy, *, again: bool) -> DroppedFile | None:
    """Read a file at once, or ask for its ranges; what they say is finished in the same way."""
    context = file_keys.context_of(dropped, feed)
    if isinstance(context, FileHold):
        return finish_reading(dropped, feed, FileReading(hold=context))
    if isinstance(found, PassedBy):
        return large_files.ask_for_ranges(dropped, found, context)
    reading = read_file(found.data, context)
    if reading.hold is not None and reading.hold.code is HoldCode.TOO_LARGE:  # packed, it holds too much
        return take_in(dropped.key, again=again, in_ranges=True)
    finished = finish_reading(dropped, feed, reading, roster=context.roster_version)
    if finished.by_shards:
        file_shards.keep_source(finished.id, found.data)
    return finished


def _finish_applied(file: FileId) -> DroppedFile | None:
    """Put a file together that is applied in all its shards; another one may lie under its key by now."""
    dropped = files.find(file)
    if dropped.state in file_keys.FINISHED:  # whoever finished it may have died before all was taken away
        file_shards.forget(file)
    if not dropped.by_shards or dropped.state is not FileState.RECEIVED:
        return None
    if file_ranges.plan_now(file) is not None:
        return large_files.combine(file)
    data = file_shards.source_of(file)
    if data is None:  # whoever began it died before it was kept
        return take_in(dropped.key)
    return _read(dropped, current().feeds[dropped.feed], _Whole(dropped.digest, data), again=False)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A file that is read whole: of one range, so to say."""

    digest: str
    data: bytes


def _whole(key: str) -> _Whole | None:
    """A file as it lies there; None if it is gone, or none."""
    data = objects.read_dropped(key)
    if data is None:
        logger.warning("dropped file is gone")
        return None
    if not data and key.endswith("/"):
        logger.info("not a file: a folder")
        return None
    return _Whole(objects.digest_of(data), data)


# --- files that nobody could take in ---------------------------------------------------------------


def file_died(body: str) -> None:
    """After its retries: mark the file DEAD, where `/v1/files` shows it and an operator redrives it."""
    message: Mapping[str, Any] = json.loads(body)
    known = _named(message)
    for dropped in [known] if known is not None else [_dead(key) for key in keys_in(message)]:
        if dropped.state in file_keys.FINISHED:
            continue
        dead = replace(
            dropped,
            state=FileState.DEAD,
            code="dead",
            zh="平台多次读取该文件失败，已转运维人员处理，无需重新报送。",
            en="the platform failed to take this file in; an operator will see to it, do not send it again",
        )
        before = dropped if files.get(dropped.feed, dropped.id) == dropped else None
        finish(dead, current().feeds.get(dropped.feed), None, before=before)


def _named(message: Mapping[str, Any]) -> DroppedFile | None:
    """The large file that a message of ours names by its id."""
    named = message.get("combine") or message.get("file") or message.get("applied")
    return files.find(FileId(named)) if named else None


def _dead(key: str) -> DroppedFile:
    """What is known of a file that killed whoever read it; filed under its content where that can be read."""
    try:
        data = objects.read_dropped(key) or b""
    except RefusedError:
        data = b""
    arrived = file_keys.received(key, objects.digest_of(data))
    return files.get(arrived.feed, arrived.id) or arrived


def redrive(feed: FeedId, file: FileId) -> bool:
    """Put a dead or held file back into the queue; False if there is no such file."""
    dropped = files.get(feed, file)
    if dropped is None or dropped.state in (*file_keys.FINISHED, FileState.SUPERSEDED):
        return False
    inbox_queue.read_again(dropped.key)
    return True
