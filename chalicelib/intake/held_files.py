"""暂存文件 · A held file waits for a person: released with a reason it is read again, refused it is never
read."""

from __future__ import annotations

from dataclasses import replace

from chalicelib import clock
from chalicelib.errors import RefusedError
from chalicelib.intake import receipts
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, FileId, FileState, FileStep
from chalicelib.observability import logger
from chalicelib.sources.values.file_holds import HoldCode
from chalicelib.storage import inbox_queue
from chalicelib.storage.dynamodb import files

REFUSED_BY_A_PERSON = "refused_by_a_person"


def release(file: FileId, *, by: str, reason: str) -> DroppedFile:
    """Let a held file pass its expectations; NotFoundError, RefusedError if nobody can release it.

    The same again changes nothing, but asks intake once more: the first word may have been lost.
    """
    held = files.find(file)
    if held.was_released and held.state in (FileState.RELEASED, FileState.LOADED):
        if held.state is FileState.RELEASED:
            receipts.write_again(held, current().feeds.get(held.feed))
            inbox_queue.read_again(held.key)
        return held
    _check(held)
    if held.code == HoldCode.NO_ROSTER_YET:
        raise RefusedError(
            "waits_for_the_roster",
            "该文件在等待领取人员名册，名册到达后会自动读取，无需放行。",
            "this file waits for the first roster and is read by itself when it arrives",
        )
    released = _decided(held, FileState.RELEASED, by, reason)
    inbox_queue.read_again(released.key)
    return released


def refuse(file: FileId, *, by: str, reason: str) -> DroppedFile:
    """Send a held file back to its department; the same again changes nothing."""
    held = files.find(file)
    if held.state is FileState.REFUSED and held.code == REFUSED_BY_A_PERSON:
        receipts.write_again(held, current().feeds.get(held.feed))
        return held
    _check(held)
    told = replace(
        held,
        code=REFUSED_BY_A_PERSON,
        zh=f"经工作人员核对，该文件不予入库：{reason}。请更正后重新报送。",
        en=f"a person has looked at this file and refused it: {reason}. Correct it and send it again",
    )
    return _decided(told, FileState.REFUSED, by, reason, before=held)


def _check(held: DroppedFile) -> None:
    if held.state is not FileState.HELD:
        raise RefusedError("not_held", "该文件未处于暂存状态，无需处理。", "this file is not held")


def _decided(
    told: DroppedFile, state: FileState, by: str, reason: str, before: DroppedFile | None = None
) -> DroppedFile:
    decided = told.at_stage(FileStep(state, clock.now(), by, reason))
    decided = replace(decided, finished=clock.now())
    files.move(before or told, decided)
    receipts.write_again(decided, current().feeds.get(decided.feed))
    logger.info("held file decided", extra={"file": decided.id, "feed": decided.feed, "state": state})
    return decided
