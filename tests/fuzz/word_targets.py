"""JSON that others send, as a coverage-guided fuzzer reads it: answers of interfaces, manifests, bodies of
calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Final

from chalicelib.api import (
    account_bodies,
    bodies,
    recovery_bodies,
    rule_bodies,
    subscription_bodies,
    upload_bodies,
    visit_bodies,
)
from chalicelib.api.problems import Problem
from chalicelib.model import FileId, PersonId
from chalicelib.sources.answers import read_answers
from chalicelib.sources.feeds.feed import Feed, load_feeds
from chalicelib.sources.manifest import Manifest
from chalicelib.sources.values.file_holds import FileHold
from tests.fuzz import judging
from tests.fuzz.mutations import ON, ROOT, feeds
from tests.sources.builders import number

_MODULES: Final = (
    account_bodies, bodies, recovery_bodies, rule_bodies, subscription_bodies, upload_bodies, visit_bodies,
)  # fmt: skip
_STATUSES: Final = (413, 422)
_LONG: Final = 8  # characters of what a caller wrote, which no answer repeats


# --- answers of interfaces -------------------------------------------------------------------------


def answers() -> Iterator[bytes]:
    """Lists of answers, as an interface would give them."""
    _, feed = _interface()
    said = [{"number": number(place), "day": "2025-05-01", "event": event}
            for place, event in enumerate([*feed.events, "", "other"], 1)]  # fmt: skip
    yield json.dumps(said).encode()
    yield json.dumps([{**said[0], "day": None}, {"number": 1, "event": []}, {}]).encode()


@cache
def _interface() -> tuple[dict[str, PersonId], Feed]:
    """Who was asked about, and the interface that was asked."""
    known = load_feeds(ROOT / "chalicelib" / "packs" / "jining" / "feeds").values()
    asked = {number(place): PersonId(f"P{place}") for place in range(1, 9)}
    return asked, next(feed for feed in known if feed.kind == "query")


def what_is_wrong_with_answers(data: bytes) -> str | None:
    """Answers are read as strictly as rows, whatever is said in them."""
    asked, feed = _interface()
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        return None
    reading = read_answers(said, feed, asked, file=FileId("F"), on=ON)
    kept = sum(map(len, reading.evidence.values()))
    if kept != reading.counts.accepted:
        return f"{kept} kept, {reading.counts.accepted} accepted"
    return judging.rows_add_up(feed, reading) or judging.nobody_is_named(feed, reading)


# --- manifests -------------------------------------------------------------------------------------


def manifests() -> Iterator[bytes]:
    """Manifests as departments send them."""
    yield json.dumps({"rows": 3, "sha256": "0" * 64, "period": "2026-06", "load": "full"}).encode()
    yield b'\xef\xbb\xbf{"rows": 0, "period": "2026-06-30", "load": "delta"}'
    yield b"{}"


def what_is_wrong_with_a_manifest(data: bytes) -> str | None:
    """A manifest is read, or the file that it is about waits; no hold repeats what it says."""
    manifest = Manifest.read(data)
    if isinstance(manifest, FileHold):
        return None
    feed, _ = feeds()["bozhou/roster"]
    holds = (manifest.contradicted_by("f" * 64, feed, date(2026, 6, 30)), manifest.miscounted(3))
    return "no number of rows" if manifest.rows is not None and manifest.rows < 0 else _named(holds)


def _named(holds: tuple[FileHold | None, ...]) -> str | None:
    told = [word for each in holds if each is not None for word in (each.zh, each.en)]
    digest = re.compile(r"[0-9a-f]{12}…")
    is_named = any(judging.NUMBER.search(digest.sub("", word)) for word in told)
    return "a number stands in what is told" if is_named else None


# --- bodies of calls -------------------------------------------------------------------------------


@cache
def _models() -> dict[str, type[bodies.Body]]:
    """Every body that a call may have, by name."""
    every = [each for module in _MODULES for each in vars(module).values() if isinstance(each, type)]
    return {
        each.__name__: each for each in every if issubclass(each, bodies.Body) and each is not bodies.Body
    }


def bodies_of_calls() -> Iterator[bytes]:
    """The name of each body and, in the next line, one that might be sent."""
    for name, model in _models().items():
        schema = model.model_json_schema()
        yield f"{name}\n{json.dumps(_sample(schema, schema.get('$defs', {})))}".encode()


def _sample(schema: dict[str, Any], known: dict[str, Any]) -> object:
    """Something of about the right shape."""
    if "$ref" in schema:
        return _sample(known[schema["$ref"].rpartition("/")[2]], known)
    if "anyOf" in schema or "oneOf" in schema:
        return _sample((schema.get("anyOf") or schema["oneOf"])[0], known)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return {name: _sample(each, known) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [_sample(schema.get("items", {}), known)]
    day = {"date": "2026-06-30", "date-time": "2026-06-30T08:00:00+08:00"}
    return {"integer": 1, "number": 1, "boolean": True}.get(
        kind or "", day.get(schema.get("format", ""), "a" * 26)
    )


def what_is_wrong_with_a_body(data: bytes) -> str | None:
    """A body is its model or a problem of the caller's, which repeats nothing of what they wrote."""
    name, _, raw = data.partition(b"\n")
    model = _models().get(name.decode("latin-1"))
    if model is None:
        return None
    try:
        bodies.read_body(raw, model)
    except Problem as problem:
        if problem.status not in _STATUSES:
            return f"a problem {problem.status}"
        told = [word for each in problem.errors for word in (each.zh, each.en, each.pointer or "")]
        return "what was written is repeated" if _repeats(told, raw, model) else None
    return None


def _repeats(told: list[str], raw: bytes, model: type[bodies.Body]) -> bool:
    """Whether something that only the caller can have written stands in what is told."""
    ours = json.dumps(model.model_json_schema(), ensure_ascii=False)
    written = re.findall(rf'"([^"\\]{{{_LONG},}})"', raw.decode("utf-8", "replace"))
    return any(word in text for word in written if word not in ours for text in told)
