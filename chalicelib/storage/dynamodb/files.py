"""文件记录 · Dropped files through their stages, newest first by feed; and which content is loaded already.

FEED#<feed> / <day>#<file>     one file; its key is sealed, because file names are personal data
FILE#<file> / FILE             file → feed and day
SHA#<feed>#<digest> / SHA      content → the file that loaded it; of whole lists SHA#<feed>#<day>#<digest>
FEEDS / <feed>                 feeds that ever dropped anything, unknown ones included
UNREAD / <instant>#<file>      file → feed and day, of what is unread; some that is read by now, for a week
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import DroppedFile, FeedId, FileId, FileState
from chalicelib.sources.feeds.sender_names import sender_of
from chalicelib.storage.clients import kept
from chalicelib.storage.crypto import encryption
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import decode, encode
from chalicelib.storage.dynamodb.tables import Files

_FEEDS: Final = "FEEDS"
_UNREAD: Final = "UNREAD"
_AT: Final = "%Y%m%dT%H%M%SZ"
_STAYS: Final = timedelta(days=7)  # a row of what is unread, of which nobody has said that it is read
_SCOPE: Final = "files"  # of the data key that seals file names
_USUAL: Final = 5  # loaded files from which the usual number of rows is taken
# Of the newest files of a feed, for five of one sender: a year of a large city's counties.
_LOOKED_AT: Final = 400


def file_id(key: str, digest: str) -> FileId:
    """16 hex characters that name one content under one key: the same drop twice is one file."""
    return FileId(hashlib.sha256(f"{key}\0{digest}".encode()).hexdigest()[:16])


def put(dropped: DroppedFile) -> None:
    """Keep a file as it stands now, whatever stood there before."""
    _point_to(dropped)
    tables.put(_item(dropped))


def move(before: DroppedFile | None, after: DroppedFile) -> None:
    """Bring a file from where it was read (None: nowhere) to its next stage.

    ConflictError if it has moved on meanwhile.
    """
    if before is None or after.is_unread:
        _point_to(after)
    condition = tables.absent(Files) if before is None else Files.body == _body(before)
    try:
        tables.put_if(_item(after), condition)
    except ConflictError:
        if find(after.id) != after:  # it is, where only the acknowledgement was lost
            raise
    if before is not None and before.is_unread and not after.is_unread:
        tables.delete(Files(_UNREAD, f"{before.unread_since:{_AT}}#{before.id}"))


def _point_to(dropped: DroppedFile) -> None:
    """Where a file is found by its id, by its feed and among what is unread: before the file itself.

    Never in one transaction with it: all files of a feed share the feed's row, and transactions that touch it
    would refuse each other.
    """
    _remember(dropped.feed)
    place = f"{dropped.feed}#{_place(dropped)}"
    tables.put(Files(f"FILE#{dropped.id}", "FILE", body=place))
    if dropped.is_unread:
        until = int((dropped.unread_since + _STAYS).timestamp())
        row = f"{dropped.unread_since:{_AT}}#{dropped.id}"
        tables.put(Files(_UNREAD, row, body=place, expires=until))


@kept
def _remember(feed: FeedId) -> None:
    """Note that a feed has dropped something; once per process and feed."""
    tables.put(Files(_FEEDS, feed))


def _item(dropped: DroppedFile) -> Files:
    box = encryption.seal(dropped.id, _SCOPE, {"key": dropped.key})
    return Files(f"FEED#{dropped.feed}", _place(dropped), body=_body(dropped), sealed=box)


def _place(dropped: DroppedFile) -> str:
    return f"{dropped.day}#{dropped.id}"


def _body(dropped: DroppedFile) -> str:
    return encode(replace(dropped, key=""))


def get(feed: FeedId, file: FileId) -> DroppedFile | None:
    """A file of a feed; None if the feed has no such file."""
    try:
        found = find(file)
    except NotFoundError:
        return None
    return found if found.feed == feed else None


def find(file: FileId) -> DroppedFile:
    """A file by its id alone; NotFoundError."""
    pointer = tables.get(Files, f"FILE#{file}", "FILE")
    item = None
    if pointer is not None:
        feed, _, place = pointer.body.partition("#")
        item = tables.get(Files, f"FEED#{feed}", place)
    if item is None:
        raise NotFoundError("no such file")
    return _opened(item)


def day_of(file: FileId) -> date | None:
    """The day of a file's folder; None where no department dropped it."""
    pointer = tables.get(Files, f"FILE#{file}", "FILE")
    return None if pointer is None else date.fromisoformat(pointer.body.split("#")[1])


def of_feed(feed: FeedId, day: date | None = None) -> Iterator[DroppedFile]:
    """The files of a feed in every state, newest day first; of one day's folder."""
    place = None if day is None else Files.sk.startswith(f"{day}#")
    for item in tables.query(Files, f"FEED#{feed}", place, newest_first=True):
        yield _opened(item)


def unopened(feed: FeedId) -> Iterator[DroppedFile]:
    """The files of a feed in every state, newest day first, without their names: nothing sealed is opened."""
    for item in tables.query(Files, f"FEED#{feed}", newest_first=True):
        yield decode(DroppedFile, item.body)


def everything() -> Iterator[DroppedFile]:
    """Every file of every feed, by feed, newest first."""
    for feed in tables.query(Files, _FEEDS):
        yield from of_feed(FeedId(feed.sk))


def newest_loaded(feed: FeedId, *, but: FileId | None = None) -> DroppedFile | None:
    """The file of the latest day that was loaded, leaving out one file."""
    return next(_loaded(feed, but), None)


def loaded_before(of: DroppedFile, since: date) -> list[DroppedFile]:
    """The files of a feed, in folders of a day and later, that were loaded before another; in that order.

    Read again later, a file stands where it stood; without their names.
    """
    place = Files.sk >= since.isoformat()
    found = [decode(DroppedFile, item.body) for item in tables.query(Files, f"FEED#{of.feed}", place)]
    before = [
        (each.loaded_at, each)
        for each in found
        if each.id != of.id
        and each.loaded_at is not None
        and (of.loaded_at is None or each.loaded_at < of.loaded_at)
    ]
    return [each for _, each in sorted(before, key=lambda pair: pair[0])]


def unread(since: datetime) -> Iterator[DroppedFile]:
    """The files that are unread, of those that became so at an instant or later, in order; without names."""
    for row in tables.query(Files, _UNREAD, Files.sk >= f"{since:{_AT}}"):
        feed, _, place = row.body.partition("#")
        item = tables.get(Files, f"FEED#{feed}", place)
        if item is not None:
            dropped = decode(DroppedFile, item.body)
            if dropped.is_unread:
                yield dropped


def recent(feed: FeedId, at_most: int = 60) -> list[DroppedFile]:
    """The files of a feed in the newest folders, in every state, newest day first; without their names."""
    found = tables.query(Files, f"FEED#{feed}", newest_first=True, at_most=at_most)
    return [decode(DroppedFile, item.body) for item in found]


def usual_rows(of: DroppedFile) -> int | None:
    """The middle number of rows of the last loaded files of the same sender; None for a first file.

    A sender is known by what the name of a file tells beside its feed: a small area's roster beside a large
    one's is not short. Where nothing was loaded yet under such a name, all files of the feed are the measure:
    a person looks once at a new sender who sends much less, and whoever calls each file otherwise is not let
    off. Rejected rows that came back are no measure: they are as many as somebody mended.
    """
    mine = _sender(of)
    same: list[int] = []
    whole: list[int] = []
    for each in islice(_loaded(of.feed, of.id), _LOOKED_AT):
        if each.sent_again:
            continue
        whole.append(each.counts.rows)
        if _sender(each) == mine:
            same.append(each.counts.rows)
            if len(same) == _USUAL:
                break
    rows = sorted(same or whole[:_USUAL])
    return rows[len(rows) // 2] if rows else None


def _sender(dropped: DroppedFile) -> str:
    return sender_of(dropped.key.rpartition("/")[2])


def _loaded(feed: FeedId, but: FileId | None) -> Iterator[DroppedFile]:
    return (found for found in of_feed(feed) if found.state is FileState.LOADED and found.id != but)


def loaded_as(feed: FeedId, digest: str, day: date | None = None) -> FileId | None:
    """The file of the feed that has already loaded this content; None if none has.

    `day`: of the folder, where the same content says something else on another day; None where it does not.
    """
    found = tables.get(Files, _content(feed, digest, day), "SHA")
    return FileId(found.body) if found is not None else None


def mark_loaded(feed: FeedId, digest: str, file: FileId, day: date | None = None) -> FileId:
    """Note that a file has loaded this content; returns the file that did so first."""
    item = Files(_content(feed, digest, day), "SHA", body=file)
    try:
        tables.put_if(item, tables.absent(Files))
    except ConflictError:
        return loaded_as(feed, digest, day) or file
    return file


def forget_loaded(feed: FeedId, digest: str, file: FileId, day: date | None = None) -> None:
    """This content is no longer what counts: dropped again, it is loaded again."""
    if loaded_as(feed, digest, day) == file:
        tables.delete(Files(_content(feed, digest, day), "SHA"))


def _content(feed: FeedId, digest: str, day: date | None) -> str:
    return f"SHA#{feed}#{digest}" if day is None else f"SHA#{feed}#{day}#{digest}"


def _opened(item: Files) -> DroppedFile:
    owner = item.sk.partition("#")[2]
    return replace(decode(DroppedFile, item.body), key=encryption.unseal(owner, item.sealed)["key"])
