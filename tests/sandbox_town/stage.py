"""A stage without a platform: the town's actors, a clock moved by hand, and answers that a test decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.town.api_client import Desk
from sandbox.town.carrier import Submitted
from sandbox.town.context import Scene
from sandbox.town.people import Town


@dataclass
class Platform:
    """Answers as told, and keeps what it was asked."""

    answers: dict[str, Any] = field(default_factory=dict)  # the start of a path -> what it answers
    status: int = 200
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        assert headers["Authorization"].startswith("Bearer ")
        self.asked.append((method, path, json.loads(body) if body else {}))
        known = [answer for start, answer in self.answers.items() if path.startswith(start)]
        return self.status, json.dumps(known[0] if known else {}).encode()

    def posts(self, ending: str) -> list[dict[str, Any]]:
        return [body for method, path, body in self.asked if method == "POST" and path.endswith(ending)]


@dataclass
class Bucket:
    """As much of S3 as the town uses."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        self.objects[f"{Bucket}/{Key}"] = Body


class Silent:
    """A link by which nothing comes."""

    def fetch(self) -> Sequence[Submitted]:
        return ()

    def report(self, reports: Sequence[Mapping[str, str]]) -> None:
        assert not reports


@dataclass
class Stage:
    """Everything that a test of an actor needs."""

    scene: Scene
    platform: Platform
    bucket: Bucket
    later: list[tuple[datetime, Callable[[], object]]]
    when: list[datetime]

    def at(self, *instant: int) -> None:
        self.when[0] = datetime(*instant, tzinfo=UTC)  # type: ignore[arg-type]

    def run_later(self) -> None:
        """Let everything happen that was put off, in order, its time included."""
        while self.later:
            self.later.sort(key=lambda entry: entry[0])
            instant, act = self.later.pop(0)
            self.when[0] = max(instant, self.when[0])
            act()


def a_stage(town: Town) -> Stage:
    platform, bucket = Platform(), Bucket()
    later: list[tuple[datetime, Callable[[], object]]] = []
    when = [datetime(2025, 3, 3, 1, tzinfo=UTC)]

    def issue(role: str, area: str | None, subject: str, **_: Any) -> str:
        return f"{role}.{area}.{subject}"

    scene = Scene(
        town=town,
        now=lambda: when[0],
        at=lambda instant, act: later.append((instant, act)),
        desk=Desk(platform.serve, issue, lambda: when[0], lambda *seen: ".".join(seen)),
        s3=bucket,
        inbox="inbox",
        outbox="outbox",
        rejects="rejects",
        id_of=lambda number: f"ID{number}",
    )
    scene.learn_ids()
    return Stage(scene, platform, bucket, later, when)
