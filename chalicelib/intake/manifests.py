"""文件清单 · A manifest that comes after its file: held against what is loaded already.

Departments send the file first as often as not. What is loaded keeps counting, for a manifest may be wrong
as easily as its file; but the difference stands on the receipt and in `GET /v1/files`, among the stages of
the file and in the log, and the department is reminded of it. A corrected file or manifest settles it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from chalicelib import clock
from chalicelib.intake import file_keys, receipts
from chalicelib.intake.corrections import BY_INTAKE
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, FileNotice, FileState, FileStep
from chalicelib.observability import logger
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.manifest import Manifest
from chalicelib.sources.values.file_holds import FileHold, HoldCode
from chalicelib.storage import inbox_queue
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import objects

AGREES: Final = "manifest_agrees"
_ABOUT: Final = {
    HoldCode.MANIFEST_ROWS: ("行数", "rows"),
    HoldCode.MANIFEST_DIGEST: ("摘要", "digest"),
    HoldCode.MANIFEST_LOAD: ("全量或增量", "whole or new rows"),
    HoldCode.MANIFEST_PERIOD: ("时段", "period"),
    HoldCode.MANIFEST_UNREADABLE: ("清单无法读取", "it cannot be read"),
}


def manifest_came(key: str) -> None:
    """Look once more at the file beside a manifest: read again if it waits, compared if it is loaded."""
    arrived = file_keys.received(key, "")
    for known in list(files.of_feed(arrived.feed, arrived.day)):
        if known.key != key:
            continue
        if known.state is FileState.HELD:
            inbox_queue.read_again(key)
        compare(known, current().feeds.get(known.feed))


def compare(loaded: DroppedFile, feed: Feed | None) -> DroppedFile:
    """Hold a loaded file against the manifest beside it, if there is one; a person's word outweighs it.

    A file in another state is left alone.
    """
    if feed is None or loaded.was_released or loaded.state is not FileState.LOADED:
        return loaded
    said = file_keys.announced(loaded, feed)
    why = said.miscounted(loaded.counts.rows) if isinstance(said, Manifest) else said
    others = tuple(notice for notice in loaded.notices if notice.code not in set(_ABOUT))
    notices = others if why is None else (*others, _notice(why))
    if notices == loaded.notices:
        return loaded
    stage = FileStep(FileState.LOADED, clock.now(), BY_INTAKE, AGREES if why is None else why.code)
    told = replace(loaded.at_stage(stage), notices=notices)
    receipts.write_again(told, feed)
    if why is not None:
        _remind(told, feed, _notice(why))
    files.move(loaded, told)  # last: whoever dies before finds the difference once more
    logger.warning(
        "manifest of a loaded file", extra={"file": told.id, "feed": told.feed, "code": stage.reason}
    )
    return told


def _notice(why: FileHold) -> FileNotice:
    zh, en = _ABOUT[why.code]
    differs_zh, differs = (f"：{why.what}", f": {why.what}") if why.what else ("", "")
    return FileNotice(
        why.code,
        f"文件已入库，之后收到的清单（manifest.json）与之不符（{zh}{differs_zh}）。已入库的数据暂不撤回。请核对："
        "文件有误的，以原文件名放入同一目录重新投放；清单有误的，重新投放清单。",
        f"The file was loaded before its manifest came, which does not agree with it ({en}{differs}). "
        "What is loaded keeps counting. Check both: drop a wrong file again under its name in the same "
        "folder, or a wrong manifest.",
    )


def _remind(told: DroppedFile, feed: Feed, notice: FileNotice) -> None:
    """A note in the department's outbox, once per file and difference; it names nobody."""
    note = {
        "file": told.id,
        "feed": feed.id,
        "title": {"zh": feed.title.zh, "en": feed.title.en},
        "day": told.day.isoformat(),
        "code": notice.code,
        "written": clock.today().isoformat(),
        "zh": notice.zh,
        "en": notice.en,
    }
    body = json.dumps(note, ensure_ascii=False, indent=2).encode()
    objects.put_reminder(feed.department, f"{feed.id}/{told.id}-{notice.code}", body)
