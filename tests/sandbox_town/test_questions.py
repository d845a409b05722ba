"""An interface tells what had happened by the day of the question, and the diary keeps what it told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.request import Request, urlopen

from chalicelib.jurisdiction import load
from sandbox.checks.expected_certificates import what_reached
from sandbox.town.people import Town
from sandbox.town.questions import answering
from tests.sandbox_town.stage import a_stage


def test_what_lies_ahead_is_not_told() -> None:
    town = Town.generate(people=100, seed=1, pack="jining")
    pack = load("jining")
    asked = {name for name, feed in pack.feeds.items() if feed.kind == "query"}
    person, last = next(
        (p, [h for h in p.life.happenings if h.feed in asked][-1])
        for p in town.people
        if sum(h.feed in asked for h in p.life.happenings) > 1
    )
    stage = a_stage(town)
    stage.when[0] = datetime(last.day.year, last.day.month, last.day.day, 4, tzinfo=UTC)
    addresses: list[str] = []
    with answering(stage.scene, pack.feeds, addresses.append):
        entered = json.loads(addresses[0])
        assert set(entered) == asked
        question = {"feed": last.feed, "since": "2024-01-01", "numbers": [person.number]}
        headers = {"Authorization": f"Bearer {entered[last.feed]['token']}"}
        request = Request(entered[last.feed]["url"], json.dumps(question).encode(), headers)  # noqa: S310 - loopback
        with urlopen(request) as response:  # noqa: S310 - loopback
            days = [answer["day"] for answer in json.loads(response.read())["answers"]]
    assert days
    assert last.day.isoformat() not in days
    known = what_reached(stage.scene.diary, [], pack, [person.index])[person.index]
    assert [k.day.isoformat() for k in known] == days
    assert {k.reached for k in known} == {stage.scene.today}
