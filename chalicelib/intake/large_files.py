"""大文件 · Large files: planned while they stream by, read in ranges side by side, put together by the last
one.

It goes the way of every file (`entry.take_in`); only its ranges are asked for, where a small one is read:

passed_by       the file passes through once: its digest, its layout, its ranges
ask_for_ranges  one message per range. What is packed, or cannot be cut at bytes (UTF-16), is laid down as
                plain text before that
read_range      one range, in a function of its own; what it gave is kept, and counted once
combine         whoever counts the last range asks intake to put all together: one reading, one receipt

A range that fails comes back by itself; one that kills its readers leaves the file DEAD, and redriving it
reads only the ranges that are not done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

from chalicelib import clock
from chalicelib.errors import UnreadableError
from chalicelib.intake import file_keys
from chalicelib.intake.file_outcome import finish_reading
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, FileId, FileState
from chalicelib.observability import logger
from chalicelib.settings import settings
from chalicelib.sources import ranges as ranges
from chalicelib.sources import reading
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats import encodings
from chalicelib.sources.formats.archives import (
    GZIP_MAGIC,
    ZIP_MAGIC,
    ArchiveError,
    is_packed,
    kind_of,
    only_text,
    unpacked,
)
from chalicelib.sources.range_results import Part
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold
from chalicelib.storage import file_ranges
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3.object_versions import Version, version_of

_PUT_TOGETHER: Final = (*file_keys.FINISHED, FileState.SUPERSEDED)
RANGE_BYTES: Final = 16_000_000  # some 150,000 rows: a few seconds, and memory for all of them


@dataclass(frozen=True, slots=True)
class PassedBy:
    """A large file that has passed by once; `plan` is None if its text must be laid down first."""

    source: Version
    size: int
    digest: str
    plan: ranges.Plan | FileHold | None


def is_large(key: str) -> bool:
    """Whether a file is read in ranges: all but workbooks, above the threshold."""
    found = None if key.lower().endswith(".xlsx") else version_of(settings().inbox_bucket, key)
    return found is not None and found[1] > int(settings().large_file_bytes)


def passed_by(key: str) -> PassedBy | None:
    """Let a file pass by once; None if it is gone. Nothing of it is read where nobody takes such files."""
    found = version_of(settings().inbox_bucket, key)
    if found is None:
        return None
    source, size = found
    feed = current().feeds.get(file_keys.received(key, "").feed)
    if feed is None or not feed.takes_files:
        return PassedBy(source, size, "", None)
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for block in source.blocks():
            digest.update(block)
            yield block

    blocks = hashed()
    head = next(blocks, b"")
    readable = encodings.is_plain(head) and not head.startswith((GZIP_MAGIC, ZIP_MAGIC))
    plan = _plan(chain([head], blocks), feed) if readable else None
    for _ in blocks:  # what is left unread belongs to the digest all the same
        pass
    return PassedBy(source, size, digest.hexdigest(), plan)


def forget_if_put_together(known: DroppedFile) -> None:
    """Take away what may be left of a file's last reading, before the next begins."""
    if known.state in _PUT_TOGETHER:
        file_ranges.forget(known.id)


def ask_for_ranges(dropped: DroppedFile, passed: PassedBy, context: ReadingContext) -> DroppedFile:
    """Ask for the ranges that are not done by this plan and the roster of this moment."""
    source, plan = passed.source, reading.held_unread(context) or passed.plan
    if plan is None:
        source, plan = _laid_down(dropped, passed, context.feed)
    if context.lacks_roster and isinstance(plan, ranges.Plan):
        plan = hold(HoldCode.NO_ROSTER_YET)
    if isinstance(plan, FileHold):
        return _finished(dropped, reading.FileReading(hold=plan), context)
    before = file_ranges.plan_now(dropped.id)
    now = file_ranges.begin(
        dropped.id,
        len(plan.spans),
        plan=plan.to_json(),
        etag=source.etag,
        laid_down=source.key != dropped.key,
        roster=context.roster_version,
        damaged=before is not None and before.etag == source.etag and before.damaged,
    )
    _go_on(dropped, now)
    return dropped


def _plan(blocks: Iterator[bytes], feed: Feed) -> ranges.Plan | FileHold:
    head = next(blocks, b"")
    kind = kind_of(head)
    if isinstance(kind, FileHold):
        return kind
    if feed.format is None or kind not in feed.format.kind:
        return hold(HoldCode.KIND_NOT_AGREED)
    return ranges.plan(chain([head], blocks), feed, kind=kind, size=RANGE_BYTES)


def _laid_down(dropped: DroppedFile, passed: PassedBy, feed: Feed) -> tuple[Version, ranges.Plan | FileHold]:
    """A file that cannot be cut as it is, laid down as plain text, once; and the plan of that text."""
    source, size = passed.source, passed.size
    text = file_ranges.laid_down(dropped.id, source.etag)
    if text is None:
        with source.opened(size) as file:
            pieces = unpacked(file, size) if is_packed(file) else source.blocks()
            try:
                text = file_ranges.lay_down(dropped.id, source.etag, encodings.plain(only_text(pieces)))
            except (ArchiveError, encodings.BadTextError) as error:
                return source, error.hold
    return text, _plan(text.blocks(), feed)


def _go_on(dropped: DroppedFile, now: file_ranges.Progress) -> None:
    file_ranges.ask(dropped.id, dropped.key, now.waiting)
    if not now.waiting:
        file_ranges.ask_to_combine(dropped.id)


def read_range(body: str) -> None:
    """Read the range that a message names; an exception returns the message to the queue."""
    message: dict[str, Any] = json.loads(body)
    file, number = FileId(message["file"]), int(message["chunk"])
    now, dropped = file_ranges.progress(file), files.find(file)
    if now is None:
        return  # put together meanwhile
    if dropped.state in _PUT_TOGETHER:
        file_ranges.ask_to_combine(file)  # whoever put it together died before everything was taken away
        return
    planned = now.plan
    if number in now.waiting:
        text = file_ranges.ranges_of(file, planned)
        if text is None:
            _let_it_be_gone(file, planned)
            return
        plan = ranges.Plan.from_json(text)
        span = plan.spans[number]
        data = file_ranges.source_of(file, dropped.key, planned).read(span.start, span.end)
        if data is None and planned.laid_down:
            raise UnreadableError("the text of a large file is gone")
        if data is None:
            logger.warning("another file stands in the place of a large one", extra={"file": file})
            return
        feed = current().feeds[dropped.feed]
        roster = file_keys.index_for(feed)
        context = ReadingContext(
            feed, roster, file, on=clock.today(), as_of=dropped.day, damaged=planned.damaged
        )
        part = ranges.read_range(data, plan.layout, span.line, context)
        now = file_ranges.finish(file, planned, number, part.to_bytes())
    if now is None or not now.waiting:
        file_ranges.ask_to_combine(file)


def combine(file: FileId) -> DroppedFile | None:
    """Put the ranges of a file together and finish it, as if it had been read whole."""
    now, dropped = file_ranges.progress(file), files.find(file)
    if now is None:
        return None
    if dropped.state in _PUT_TOGETHER:
        file_ranges.forget(file)
        return None
    if now.waiting:
        return None
    feed = current().feeds[dropped.feed]
    planned = now.plan
    text, found = file_ranges.ranges_of(file, planned), file_ranges.parts_of(file, planned)
    if text is None or found is None:
        _let_it_be_gone(file, planned)
        return None
    context = file_keys.context_of(dropped, feed)
    if isinstance(context, FileHold):  # a manifest has come while the ranges were read
        return finish_reading(dropped, feed, reading.FileReading(hold=context))
    context = replace(context, damaged=planned.damaged)
    parts = [Part.from_bytes(data) for data in found]
    damaged = planned.damaged or reading.is_damaged_after_all(parts, context)
    new_roster = context.roster_version != planned.roster  # it has come meanwhile
    if new_roster or damaged != planned.damaged:
        again = file_ranges.begin(
            file,
            planned.chunks,
            plan=text,
            etag=planned.etag,
            damaged=damaged,
            laid_down=planned.laid_down,
            roster=context.roster_version,
        )
        _go_on(dropped, again)
        return dropped
    whole = reading.combine(parts, ranges.Plan.from_json(text).layout, context)
    return _finished(dropped, whole, context)


def _finished(dropped: DroppedFile, whole: reading.FileReading, context: ReadingContext) -> DroppedFile:
    """Finish a large file; of a held one all is kept, for it may be released: then nothing is read again.

    Of one that is applied shard by shard too: it is put together once more in the end.
    """
    finished = finish_reading(dropped, context.feed, whole, roster=context.roster_version)
    if finished.state not in (FileState.HELD, FileState.RECEIVED):
        file_ranges.forget(dropped.id)
    return finished


def _let_it_be_gone(file: FileId, planned: file_ranges.Planned) -> None:
    """What ranges gave is gone: put together by somebody else, or of a plan that counts no more.

    UnreadableError where it should be there: the file goes through its retries, and is DEAD in the end.
    """
    if file_ranges.plan_now(file) == planned and files.find(file).state not in _PUT_TOGETHER:
        raise UnreadableError("what was read of a large file is gone")
