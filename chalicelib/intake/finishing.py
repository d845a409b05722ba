"""What becomes of a file that has been read, whole or in ranges: loaded, held, refused; and its receipt."""

from __future__ import annotations

from dataclasses import replace

from chalicelib import clock
from chalicelib.errors import RefusedError
from chalicelib.intake import announcing, correcting, limits, loading, receipts
from chalicelib.intake.correcting import BY_INTAKE
from chalicelib.intake.guests import guests_csv
from chalicelib.model import DroppedFile, FileState, FileStep
from chalicelib.observability import logger
from chalicelib.pack import current
from chalicelib.sources.feed import Feed
from chalicelib.sources.holds import Hold
from chalicelib.sources.reading import FileReading
from chalicelib.storage import files, inbox, objects


def finish_reading(dropped: DroppedFile, feed: Feed, reading: FileReading) -> DroppedFile:
    """Load what a file says, or hold it; either way the department gets its receipt."""
    seen = replace(
        dropped,
        counts=reading.counts,
        repairs=reading.repairs,
        sent_again=reading.sent_again,
        guests=reading.guests.height,
    )
    earlier = correcting.corrected_by(seen)
    seen = replace(seen, caused=limits.caused_by(seen, feed, reading, earlier))
    if reading.hold is None and not dropped.was_released:
        reading = replace(reading, hold=limits.beyond_a_limit(seen, feed, reading, earlier))
    if reading.hold is not None:
        finished = finish(_held(seen, reading.hold), feed, reading)
        if earlier is not None and earlier.state is not FileState.LOADED:
            correcting.supersede(earlier, finished)  # its content stands there no more
        return finished
    result = loading.load(seen, feed, reading)
    loaded = replace(
        seen,
        state=FileState.LOADED,
        certified=result.certified,
        kept=result.kept,
        withdrawn=max(dropped.withdrawn, result.withdrawn),  # read again, it takes nothing more back
        notices=result.notices,
    )
    if earlier is not None:
        loaded = replace(loaded, corrects=earlier.id)
        files.put(replace(loaded, state=FileState.RECEIVED))  # kept, should we die on the way
        if feed.kind == "payments":
            taken = correcting.take_back_payments(earlier, loaded)
        else:
            taken = correcting.take_back(earlier, loaded, reading.evidence)
        loaded = replace(loaded, withdrawn=loaded.withdrawn + taken)
        correcting.supersede(earlier, loaded)
    finished = finish(loaded, feed, reading)
    if result.new_people:
        read_again_for_new_people()
    return announcing.compare(finished, feed)  # a manifest may have come while the file was read


def _held(dropped: DroppedFile, hold: Hold) -> DroppedFile:
    return replace(dropped, state=hold.state, code=hold.code, zh=hold.zh, en=hold.en)


def refused(dropped: DroppedFile, feed: Feed | None, why: RefusedError) -> DroppedFile:
    """A file that is refused before it is read."""
    told = replace(dropped, state=FileState.REFUSED, code=why.code, zh=why.zh, en=why.en)
    return finish(told, feed, None)


def finish(dropped: DroppedFile, feed: Feed | None, reading: FileReading | None) -> DroppedFile:
    """File what became of it, and answer the department."""
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
    files.put(finished)
    if finished.state is FileState.LOADED:
        day = correcting.day_of_content(finished, feed)
        files.mark_loaded(finished.feed, finished.digest, finished.id, day)
    logger.info(
        "file taken in",
        extra={"file": finished.id, "feed": finished.feed, "state": finished.state, "code": finished.code},
    )
    return finished


def read_again_for_new_people() -> int:
    """After a roster: read held and loaded files again, for the people who are new on it."""
    again = [
        dropped
        for dropped in files.everything()
        if dropped.state is FileState.LOADED or dropped.code == "no_roster_yet"
        if (feed := current().feeds.get(dropped.feed)) is not None and feed.kind not in ("roster", "query")
    ]
    for dropped in again:
        inbox.read_again(dropped.key)
    return len(again)
