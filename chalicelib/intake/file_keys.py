"""文件键名 · What a key says about its file: whether it is refused unread, and what it is read with."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib import clock
from chalicelib.errors import ConflictError, RefusedError
from chalicelib.intake import receipts, rosters
from chalicelib.intake.corrections import BY_INTAKE, corrected_by, day_of_content
from chalicelib.jurisdiction import current
from chalicelib.model import UNKNOWN, DroppedFile, FeedId, FileState, FileStep
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.manifest import Manifest
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import FileHold
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import objects

FINISHED: Final = (FileState.LOADED, FileState.REFUSED)

NO_SUCH_FEED: Final = RefusedError(
    "unknown_feed",
    "没有这个数据来源，请按“部门/数据项/日期/文件名”放入，并核对部门和数据项代码。",
    "no such feed: drop files as department/feed/date/name and check both codes",
)

NO_DAY: Final = RefusedError(
    "no_day_in_key",
    "目录中没有可读的日期，无法确定数据属于哪一天。请按“部门/数据项/日期/文件名”重新放入，"
    "日期写成20250301或2025-03-01。",
    "the key names no day: drop the file again as department/feed/date/name, "
    "with the date as 20250301 or 2025-03-01",
)
_DAY: Final = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def received(key: str, digest: str) -> DroppedFile:
    """A file as its key tells of it: department/feed/date/name; without a day it is filed under today.

    Only codes of ours are taken from a key: anything else may be somebody's name and number, and is filed as
    UNKNOWN. The key itself is kept sealed.
    """
    parts = [*key.split("/"), "", "", ""]
    department, feed = _addressed(parts[0], FeedId(parts[1]))
    return DroppedFile(
        id=files.file_id(key, digest),
        department=department,
        feed=feed,
        day=_day(parts[2]) or clock.today(),
        key=key,
        digest=digest,
        state=FileState.RECEIVED,
        received=clock.now(),
    )


def _addressed(department: str, feed: FeedId) -> tuple[str, FeedId]:
    """The department and the feed of it that a key names, as far as there are such."""
    feeds = current().feeds
    if all(known.department != department for known in feeds.values()):
        return UNKNOWN, FeedId(UNKNOWN)
    known = feeds.get(feed)
    return department, feed if known is not None and known.department == department else FeedId(UNKNOWN)


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _names_a_day(key: str) -> bool:
    """Whether a key has a folder for the day, and a name in it."""
    _, _, day, *name = [*key.split("/"), "", ""]
    return _day(day) is not None and any(name)


def is_done(known: DroppedFile, feed: Feed | None, *, again: bool) -> bool:
    """Whether nothing is left to do about a file that has come before.

    `again`: a roster may have brought people who were strangers when it was loaded.
    """
    if known.state not in FINISHED:
        return False
    if not again or known.state is not FileState.LOADED or feed is None or feed.kind == "roster":
        return True
    return objects.read_roster() is None or known.roster == objects.roster_version()


def as_known(arrived: DroppedFile, known: DroppedFile | None) -> DroppedFile:
    """The file as it arrives, with what it has gone through if it came before.

    Of one that stands loaded also what it has changed: read once more, only those who are new are added.
    """
    if known is None:
        return arrived
    if known.stands_loaded:
        arrived = replace(
            arrived,
            counts=known.counts,
            kept=known.kept,
            notices=known.notices,
            changed_nothing=known.changed_nothing,
            roster=known.roster,
        )
    return replace(
        arrived,
        received=known.received,
        steps=known.steps,
        corrects=known.corrects,
        withdrawn=known.withdrawn,
        certified=known.certified,
        caused=known.caused,
        brings_new_people=known.brings_new_people,
        by_shards=known.by_shards,
        judged=known.judged,
    )


def begin(dropped: DroppedFile, known: DroppedFile | None, feed: Feed) -> DroppedFile | None:
    """File it as being read, with a receipt that says so; None if it has moved on since `known` was read.

    One that is read again keeps the stages it went through. Delivered twice at once, it is begun once.
    """
    begun = dropped
    if known is None or known.state is FileState.SUPERSEDED:
        begun = dropped.at_stage(FileStep(FileState.RECEIVED, clock.now(), BY_INTAKE))
    if known is None or known.state is not FileState.RECEIVED:
        receipts.write_again(begun, feed)
    try:
        files.move(known, begun)
    except ConflictError:
        now = files.find(begun.id)
        if now.state is not FileState.RECEIVED:
            receipts.write_again(now, feed)  # ours may have come after theirs
        return None
    return begun


def refusal_of(dropped: DroppedFile, feed: Feed | None, *, again: bool) -> RefusedError | None:
    """Why a file is refused before it is read, if it is.

    What another file has said word for word is nothing new, unless it takes the place of one that said more.
    """
    if feed is None or not feed.takes_files or feed.department != dropped.department:
        return NO_SUCH_FEED
    if not _names_a_day(dropped.key):  # never guessed: a list would tell of people alive today
        return NO_DAY
    first = files.loaded_as(dropped.feed, dropped.digest, day_of_content(dropped, feed))
    if first is not None and first != dropped.id and not again and corrected_by(dropped) is None:
        return RefusedError(
            "already_loaded",
            f"同样内容的文件已经入库，编号{first}，无需重复报送。",
            f"the same content has been loaded already as {first}; nothing to do",
        )
    return None


def index_for(feed: Feed) -> RosterIndex | None:
    """Whom a feed's rows may be about; None before the first roster, and for the roster itself.

    Rows about people who are only related to recipients concern us where a condition asks the feed of them.
    """
    index = None if feed.kind == "roster" else objects.read_roster()
    if index is None or feed.id in current().rules.feeds_of_related:
        return index
    return index.recipients


def context_of(dropped: DroppedFile, feed: Feed) -> ReadingContext | FileHold:
    """What a file is read with; the hold of one that is not what its department says of it.

    What a person has let pass, nobody doubts as a whole any more, nor what stands loaded: that is read once
    more only for people who are new on the roster. Held then, it would count all the same, and its correction
    could take nothing back. Nor what is being applied shard by shard: some of it counts already.
    """
    released = dropped.was_released or dropped.stands_loaded or dropped.judged
    manifest = None if released else announced(dropped, feed)  # a person's word outweighs it
    if isinstance(manifest, FileHold):
        return manifest
    roster = index_for(feed)
    return ReadingContext(
        feed,
        roster,
        dropped.id,
        on=clock.today(),
        as_of=dropped.day,
        released=released,
        usual_rows=files.usual_rows(dropped),
        manifest=manifest,
        before=rosters.standing_before() if feed.kind == "roster" else None,
        roster_version=objects.roster_version() if roster is not None else "",
    )


def announced(dropped: DroppedFile, feed: Feed) -> Manifest | FileHold | None:
    """The manifest beside a file, if there is one; a Hold where it cannot be read, or is of another file."""
    data = objects.read_manifest(dropped.key)
    manifest = Manifest.read(data) if data is not None else None
    if not isinstance(manifest, Manifest):
        return manifest
    return manifest.contradicted_by(dropped.digest, feed, dropped.day) or manifest
