"""文件接口 · For officers and auditors: dropped files, what became of them, and held files decided by a
person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from chalicelib import intake
from chalicelib.api import access_log
from chalicelib.api.answers.files import DroppedFiles, DroppedFileShown, FileWithReceipt, Suggestions
from chalicelib.api.bodies import FileDecision
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import FieldError, invalid
from chalicelib.jurisdiction import current
from chalicelib.model import UNKNOWN, DroppedFile, FeedId, FileState, PersonId
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.s3 import objects

dropped_files = Audience(__name__)

FEED: Final = re.compile(r"[a-z][a-z0-9_]{1,63}", re.ASCII)
Json = dict[str, Any]


@dropped_files.route("GET", "/v1/files", query=("feed", "state", "limit", "cursor"), answer=DroppedFiles)
def list_files(call: Call) -> Json:
    """What departments have sent and what became of it, newest first within each feed."""
    feed, state = call.query.get("feed"), call.query.get("state")
    if feed is not None and not FEED.fullmatch(feed):
        raise invalid(FieldError("shape", "格式不正确。", "has the wrong format", parameter="feed"))
    if state is not None and state.lower() not in set(FileState):
        allowed = ", ".join(FileState)
        raise invalid(
            FieldError(
                "not_one_of", f"不在可选值之内：{allowed}", f"must be one of: {allowed}", parameter="state"
            )
        )
    wanted_state = state.lower() if state is not None else None
    found = files.of_feed(FeedId(feed)) if feed is not None else files.everything()
    page = call.page(f"files {feed} {wanted_state} {call.reach.authority}")
    mine = (f for f in found if call.reach.authority in (None, f.department))
    wanted = _after(page.after, (f for f in mine if wanted_state is None or f.state == wanted_state))
    shown, following = page.cut_in_order(wanted, lambda dropped: dropped.id)
    return {"items": [_file(dropped) for dropped in shown], "next": following}


def _after(last: str, dropped: Iterator[DroppedFile]) -> Iterator[DroppedFile]:
    """The files behind the last one shown."""
    if last:
        for one in dropped:
            if one.id == last:
                break
    yield from dropped


@dropped_files.route("GET", "/v1/files/{id}", answer=FileWithReceipt)
def show_file(call: Call, id: str) -> Json:
    """One file through its stages, with the receipt that its department has, and how far it has come."""
    dropped = call.file
    receipt = objects.read_receipt(dropped.department, dropped.id)
    told: Json | None = json.loads(receipt) if receipt is not None else None
    if told is not None and "feed" in told:
        told["feed"] = _codes(dropped)[1]
    progress = intake.progress(dropped)
    return {**_file(dropped), "progress": None if progress is None else asdict(progress), "receipt": told}


@dropped_files.route("GET", "/v1/files/{id}/suggestions", query=("limit", "cursor"), answer=Suggestions)
def list_suggestions(call: Call, id: str) -> Json:
    """Rows that went back for want of a usable number, and whom of the caller's area each may be about."""
    dropped = call.file
    known = [
        (line, people_known)
        for line, suggested in objects.read_suggestions(dropped.id).items()
        if (people_known := [p for p in suggested if _may_know(call, p)])
    ]
    page = call.page(f"suggestions {dropped.id}")
    shown, following = page.cut(known, lambda each: f"{each[0]:010d}")
    return {"items": [_suggestion(call, dropped, *each) for each in shown], "next": following}


def _may_know(call: Call, person: PersonId) -> bool:
    return call.caller.may_see(person, people.load(person).person.area)


def _suggestion(call: Call, dropped: DroppedFile, line: int, suggested: list[PersonId]) -> Json:
    """A name and a birth date alone only suggest: somebody asks before anything follows from it."""
    for person in suggested:
        access_log.look_in_list(call, person, f"suggestion {dropped.id}")
    named = [{"person": p, "name": access_log.masked_name(people.identity_of(p).name)} for p in suggested]
    return {"line": line, "may_be": named}


@dropped_files.route("POST", "/v1/files/{id}/release", body=FileDecision, once=True, answer=DroppedFileShown)
def release_file(call: Call, id: str) -> Json:
    """A person has looked at a held file: it is right as it is, and is read again."""
    reason = call.body(FileDecision).reason
    return _file(intake.release(call.file.id, by=call.caller.subject, reason=reason))


@dropped_files.route("POST", "/v1/files/{id}/refuse", body=FileDecision, once=True, answer=DroppedFileShown)
def refuse_file(call: Call, id: str) -> Json:
    """A person has looked at a held file: it goes back to its department, with the reason."""
    reason = call.body(FileDecision).reason
    return _file(intake.refuse(call.file.id, by=call.caller.subject, reason=reason))


def _codes(dropped: DroppedFile) -> tuple[str, str]:
    """Department and feed; those of files from before unknown ones were told apart may name anybody."""
    feeds = current().feeds
    department = dropped.department
    if all(feed.department != department for feed in feeds.values()):
        department = UNKNOWN
    return department, dropped.feed if dropped.feed in feeds else UNKNOWN


def _file(dropped: DroppedFile) -> Json:
    """A file without its name: file names are personal data."""
    department, feed = _codes(dropped)
    return {
        "id": dropped.id,
        "department": department,
        "feed": feed,
        "day": dropped.day,
        "state": dropped.state.value,
        "received": dropped.received,
        "finished": dropped.finished,
        "counts": asdict(dropped.counts),
        "changed": dropped.changed,
        "changed_nothing": None if dropped.changed_nothing is None else dict(dropped.changed_nothing),
        "certified": dropped.certified,
        "kept_for_later": dropped.kept,
        "withdrawn": dropped.withdrawn,
        "corrects": dropped.corrects,
        "repairs": dict(dropped.repairs),
        "why": {"code": dropped.code, "zh": dropped.zh, "en": dropped.en} if dropped.code else None,
        "notices": [asdict(notice) for notice in dropped.notices],
        "stages": [
            {"state": step.state.value, "at": step.at, "by": step.by, "reason": step.reason or None}
            for step in dropped.steps
        ],
    }
