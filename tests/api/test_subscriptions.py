"""Apps are subscribed to events by officers of the city, at hosts that an operator lists (row A5)."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest

from admin.__main__ import main
from chalicelib.clock import now
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import subscriptions
from chalicelib.storage.dynamodb.subscriptions import Backoff, Pushed
from tests.api.conftest import CITY, COUNTY, As
from tests.api.subscriptions import WISH
from tests.api.test_accounts import code

HOSTS = "app.example.org.cn"


def test_one_subscribes_an_app_and_ends_it(as_: As, written: StringIO) -> None:
    chief = as_("officer", CITY)
    made = chief.post("/v1/subscriptions", {**WISH, "kinds": ["due", "certified", "due"]}).json_body
    assert (made["app"], made["area"], made["kinds"]) == ("province-app", CITY, ["certified", "due"])
    kept = subscriptions.find(made["id"])
    assert subscriptions.key_of(kept) == made["key"]
    subscriptions.rest(kept.id, Backoff(2, now() + timedelta(hours=2)))
    subscriptions.log(kept.id, Pushed(now(), "a", 3, 1, 0, "http_503"))
    shown = as_("auditor", CITY).get(f"/v1/subscriptions/{kept.id}").json_body
    assert (shown["failures"], shown["log"][0]["said"]) == (2, "http_503")
    assert made["key"] not in json.dumps(shown) + written.getvalue(), "said once"
    ended = chief.post(f"/v1/subscriptions/{kept.id}/end", {"reason": "应用下线"}).json_body
    assert (ended["ended_by"], ended["because"]) == ("officer-3416", "应用下线")
    again = as_("officer", CITY, "another").post(f"/v1/subscriptions/{kept.id}/end", {"reason": "再次停用"})
    assert again.json_body == ended, "the same again changes nothing"
    (listed,) = chief.get("/v1/subscriptions").json_body["items"]
    assert listed == ended


def test_an_app_is_told_once_at_an_address_that_is_listed_about_people_of_here(as_: As) -> None:
    chief = as_("officer", CITY)
    elsewhere = {**WISH, "address": "https://elsewhere.example.org/"}
    assert code(chief.post("/v1/subscriptions", elsewhere)) == (409, "address_not_listed")
    assert code(chief.post("/v1/subscriptions", {**WISH, "area": "3412"})) == (422, "invalid")
    assert code(chief.post("/v1/subscriptions", {**WISH, "area": COUNTY})) == (200, "")
    assert code(chief.post("/v1/subscriptions", WISH)) == (409, "is_subscribed")
    assert code(chief.get("/v1/subscriptions/0123456789abcdef")) == (404, "not_found")


def test_the_command_line(
    aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WUGAN_EVENT_HOSTS", HOSTS)
    settings.cache_clear()
    make = ["subscriptions", "make", "--app", "province-app", "--address", WISH["address"]]
    assert main([*make, "--kind", "due"]) == 0
    (made,) = subscriptions.listed()
    assert subscriptions.key_of(made) in capsys.readouterr().out
    assert main(make) == 1, "it is subscribed"
    assert main([*make, "--area", "11"]) == 1, "no people of here"
    subscriptions.rest(made.id, Backoff(1, now()))
    assert main(["subscriptions", "list"]) == 0
    subscriptions.log(made.id, Pushed(now(), "a", 3, 1, 0, "redirected"))
    assert main(["subscriptions", "log", made.id]) == 0
    assert main(["subscriptions", "end", made.id, "--because", "应用下线"]) == 0
    assert main(["subscriptions", "end", "nobody", "--because", "应用下线"]) == 1
    said = capsys.readouterr().out
    assert "province-app" in said
    assert "redirected" in said
    assert not subscriptions.find(made.id).holds
