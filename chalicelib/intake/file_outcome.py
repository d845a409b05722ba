"""文件处理结果 · What becomes of a file that has been read, whole or in ranges: loaded, held, refused; and
its receipt."""

from __future__ import annotations

from dataclasses import replace

from chalicelib import clock
from chalicelib.errors import BusyError, ConflictError, RefusedError
from chalicelib.intake import (
    by_shards,
    corrections,
    death_limit,
    loading,
    manifests,
    newly_known,
    receipts,
    rosters,
)
from chalicelib.intake.corrections import BY_INTAKE
from chalicelib.intake.guests import guests_csv
from chalicelib.intake.loading import Loaded
from chalicelib.model import DroppedFile, FileState, FileStep
from chalicelib.observability import logger
from chalicelib.settings import settings
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.reading import FileReading
from chalicelib.sources.values.file_holds import FileHold
from chalicelib.storage import file_shards
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import objects


def finish_reading(
    dropped: DroppedFile, feed: Feed, reading: FileReading, *, roster: str = ""
) -> DroppedFile:
    """Load what a file says, or hold it; either way the department gets its receipt.

    `dropped` is the file as it is filed, `roster` the version of the roster that it was read by. LOADED is
    the last thing that is written: whoever dies before it does all of this again, and nobody after it has
    anything left to do. About many people it comes back as RECEIVED, until all shards are done.
    """
    new = dropped.brings_new_people or (feed.kind == "roster" and rosters.brings_new_people(reading))
    dropped = _moved(dropped, replace(dropped, brings_new_people=new))
    seen = replace(
        dropped,
        counts=reading.counts,
        repairs=reading.repairs,
        sent_again=reading.sent_again,
        guests=reading.guests.height,
        stranger_rows=_by_month_and_benefit(reading, "rows"),
        stranger_fen=_by_month_and_benefit(reading, "fen"),
        roster=roster,
    )
    earlier = corrections.corrected_by(seen)
    is_again = dropped.stands_loaded and earlier is None
    only = newly_known.only(dropped, feed, reading) if is_again else None
    many = dropped.by_shards or (only or reading).people > int(settings().people_at_once)
    only = None if many else only
    dropped = _moved(dropped, replace(dropped, by_shards=many))
    if not dropped.judged:  # else what it causes is counted
        judged = _judged(seen, feed, reading, only, earlier, many=many)
        if judged is None:
            return dropped
        seen, reading = judged
    if reading.hold is not None:
        return _finish_held(seen, feed, reading, dropped, earlier)
    if earlier is not None and earlier.by_shards:
        by_shards.give_up(earlier)
    # When it is loaded, it cannot be counted; and until it is, nobody is said to be known by it.
    before = dropped
    dropped = _moved(dropped, replace(dropped, caused=seen.caused, roster="", judged=many))
    try:
        result = by_shards.load(seen, feed, reading) if many else loading.load(seen, feed, reading, only)
    except BusyError:
        if dropped.brings_new_people:
            newly_known.ask_for_files()  # they are known already: they need not wait for who is busy
        raise
    if result is None:
        return dropped
    if only is not None:
        result = newly_known.with_what_was_loaded(before, result)
    finished = _loaded(seen, dropped, feed, reading, result, earlier)
    if many:
        file_shards.forget(finished.id)
    return manifests.compare(finished, feed)  # a manifest may have come while the file was read


def _judged(
    seen: DroppedFile,
    feed: Feed,
    reading: FileReading,
    only: FileReading | None,
    earlier: DroppedFile | None,
    *,
    many: bool,
) -> tuple[DroppedFile, FileReading] | None:
    """The file with what it would cause, and its reading with a hold where that is beyond a limit.

    None while the shards of a roster of many count what it would change.
    """
    counted = None
    if many and feed.kind == "roster" and reading.hold is None and objects.read_roster() is not None:
        counted = by_shards.counted(seen, reading)
        if counted is None:
            return None
    seen = replace(seen, caused=death_limit.caused_by(seen, feed, only or reading, earlier, counted))
    if reading.hold is None and not seen.was_released:
        reading = replace(reading, hold=death_limit.beyond_a_limit(seen, feed, reading, earlier))
    return seen, reading


def _finish_held(
    seen: DroppedFile,
    feed: Feed,
    reading: FileReading,
    dropped: DroppedFile,
    earlier: DroppedFile | None,
) -> DroppedFile:
    """A file that waits for a person, or is refused; `dropped` as it is filed."""
    assert reading.hold is not None
    if earlier is not None and not corrections.counts(earlier):
        corrections.supersede(earlier, seen)  # its content stands there no more
    held = finish(_held(seen, reading.hold), feed, reading, before=dropped)
    if dropped.by_shards:
        file_shards.forget(held.id)
    return held


def _loaded(
    seen: DroppedFile,
    dropped: DroppedFile,
    feed: Feed,
    reading: FileReading,
    result: Loaded,
    earlier: DroppedFile | None,
) -> DroppedFile:
    """The file once it is loaded, in the place of the one that it corrects; `dropped` as it is filed."""
    loaded = replace(
        seen,
        state=FileState.LOADED,
        certified=result.certified,
        kept=result.kept,
        withdrawn=max(dropped.withdrawn, result.withdrawn),  # read again, it takes nothing more back
        notices=result.notices,
        changed_nothing=result.changed_nothing,
        by_shards=False,
        judged=False,
    )
    if earlier is not None:
        dropped = _moved(dropped, replace(dropped, corrects=earlier.id))  # kept, should we die on the way
        taken = _take_back(earlier, loaded, feed, reading)
        # Taken back already by one who died on the way, it is counted already.
        withdrawn = max(dropped.withdrawn, result.withdrawn + taken)
        loaded = replace(loaded, corrects=earlier.id, withdrawn=withdrawn)
        dropped = _moved(dropped, replace(dropped, withdrawn=withdrawn))
        corrections.supersede(earlier, loaded)
    if loaded.brings_new_people:
        newly_known.ask_for_files()
    return finish(loaded, feed, reading, before=dropped)


def _by_month_and_benefit(reading: FileReading, what: str) -> dict[str, int]:
    rows = reading.to_strangers
    if rows.is_empty():
        return {}
    return {
        f"{month}#{benefit}": n for month, benefit, n in rows.select("month", "benefit", what).iter_rows()
    }


def _take_back(earlier: DroppedFile, loaded: DroppedFile, feed: Feed, reading: FileReading) -> int:
    if feed.kind == "roster":
        return 0  # absence closes nothing (rule 20)
    if feed.kind == "payments":
        return corrections.take_back_payments(earlier, loaded)
    return corrections.withdraw_what_is_gone(earlier, loaded, reading.evidence)


def _moved(before: DroppedFile, after: DroppedFile) -> DroppedFile:
    if after != before:
        files.move(before, after)
    return after


def _held(dropped: DroppedFile, hold: FileHold) -> DroppedFile:
    return replace(
        dropped, state=hold.state, code=hold.code, zh=hold.zh, en=hold.en, by_shards=False, judged=False
    )


def refused(dropped: DroppedFile, feed: Feed | None, why: RefusedError) -> DroppedFile:
    """A file that is refused before it is read."""
    told = replace(dropped, state=FileState.REFUSED, code=why.code, zh=why.zh, en=why.en)
    return finish(told, feed, None)


def finish(
    dropped: DroppedFile,
    feed: Feed | None,
    reading: FileReading | None,
    *,
    before: DroppedFile | None = None,
) -> DroppedFile:
    """Answer the department, and file what became of it: last, for nobody comes back to a finished file.

    `before`: the file as it is filed; if it has moved on meanwhile, whoever moved it has finished it.
    """
    stage = FileStep(dropped.state, clock.now(), BY_INTAKE, dropped.code)
    finished = replace(dropped.at_stage(stage), finished=clock.now())
    rejected = reading is not None and bool(reading.rejections)
    if reading is not None and rejected:
        objects.put_rejected(finished.department, finished.id, reading.rejected_csv())
    if reading is not None and reading.repairs:
        objects.put_repaired(finished.department, finished.id, reading.repaired_csv())
    if reading is not None and finished.guests and finished.state is FileState.LOADED and feed is not None:
        objects.put_guests(finished.id, guests_csv(reading.guests, feed))
    if reading is not None and reading.suggestions:
        objects.put_suggestions(finished.id, {each.line: each.people for each in reading.suggestions})
    receipts.write(finished, feed, reading, with_rejects=rejected)
    if finished.state is FileState.LOADED:
        day = corrections.day_of_content(finished, feed)
        files.mark_loaded(finished.feed, finished.digest, finished.id, day)
    try:
        files.put(finished) if before is None else files.move(before, finished)
    except ConflictError:
        return _as_finished_by_another(finished, feed)
    logger.info(
        "file taken in",
        extra={"file": finished.id, "feed": finished.feed, "state": finished.state, "code": finished.code},
    )
    return finished


def _as_finished_by_another(mine: DroppedFile, feed: Feed | None) -> DroppedFile:
    """The file as somebody else has finished it meanwhile, with the receipt that belongs to that.

    ConflictError while it is still being read, or if it was read by another roster: it comes back.
    """
    now = files.find(mine.id)
    if now.state is FileState.RECEIVED or (now.state is FileState.LOADED and now.roster != mine.roster):
        raise ConflictError("a file is being read by somebody else")
    receipts.write_again(now, feed)
    return now
