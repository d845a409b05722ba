"""What a hostile or careless client sends: answered with a problem, never with a 500, never repeated."""

from __future__ import annotations

import base64
import json
from io import StringIO
from typing import Any

import pytest

from chalicelib.api.bodies import LONGEST
from chalicelib.storage.dynamodb import people
from tests.api.conftest import (
    CITY,
    COUNTY,
    NAME,
    NUMBER,
    PHONE,
    TOWNSHIP,
    As,
    _app,
    a_number,
    a_person,
    a_token,
)
from tests.api.town import ENDPOINTS, HRSS, REPORT, authority_for, somebody_with_everything

CANARY = a_number(NUMBER[:17])
POSTS = [name for name in ENDPOINTS if name.startswith("POST")]


def _nested(depth: int, opened: bytes, closed: bytes, inner: bytes = b"1") -> bytes:
    return opened * depth + inner + closed * depth


HOSTILE: dict[str, bytes] = {
    "nothing but blanks": b"   ",
    "a null": b"null",
    "a number": b"1",
    "a text": b'"text"',
    "true": b"true",
    "a list": b"[]",
    "a list of bodies": b'[{"confirmed": true}]',
    "half an object": b'{"number": "',
    "an unquoted key": b"{number: 1}",
    "single quotes": b"{'number': '1'}",
    "a comma too many": b'{"number": "1",}',
    "two documents": b"{}{}",
    "a comment": b'{"number": "1"} // comment',
    "xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "a form": b"number=1&name=2",
    "100 kB of opening brackets": b"[" * 100_000,
    "60 kB of opening brackets": b"[" * 60_000,
    "60 kB of opening braces": b'{"a":' * 12_000,
    "deep but closed": _nested(900, b"[", b"]"),
    "deeper than Python recurses, closed": _nested(20_000, b"[", b"]"),
    "nine levels": _nested(9, b"[", b"]"),
    "deep inside a field": b'{"number": ' + _nested(500, b'{"a":', b"}") + b"}",
    "NaN": b'{"number": NaN}',
    "Infinity": b'{"fen": Infinity}',
    "minus Infinity": b"-Infinity",
    "a number beyond all floats": b'{"number": 1e999999}',
    "a million digits": b'{"number": ' + b"9" * 60_000 + b"}",
    "a lone surrogate": b'{"number": "\\ud800", "reference": "\\udfff"}',
    "a lone surrogate as a key": b'{"\\ud800": 1}',
    "surrogates the wrong way round": b'{"reason": "\\udc00\\ud800"}',
    "not UTF-8": b'{"name": "\xc3\x28"}',
    "GB 18030": '{"name": "孟晓华"}'.encode("gb18030"),
    "UTF-16": '{"number": "1"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"number": "1"}',
    "a null byte": b'{"number": "1\x00"}',
    "an escaped null": b'{"number": "\\u0000", "reason": "\\u0000\\u0000", "reference": "\\u0000session"}',
    "an overlong encoding": b'{"name": "\xc0\xaf"}',
    "a key twice": b'{"confirmed": true, "confirmed": false, "number": "1", "number": "2"}',
    "a field nobody knows": json.dumps({CANARY: NAME}).encode(),
    "a prototype": b'{"__proto__": {"role": "officer"}, "constructor": {}}',
    "ten thousand unknown fields": json.dumps({f"f{n}": n for n in range(4_000)}).encode(),
    "lists for texts": json.dumps(
        {"number": [CANARY], "person": [], "outcome": ["seen"], "reason": [NAME]}
    ).encode(),
    "objects for texts": json.dumps(
        {"number": {"$ne": ""}, "person": {"S": CANARY}, "reason": {"a": 1}}
    ).encode(),
    "numbers for texts": json.dumps(
        {"number": int(CANARY[:17]), "person": 1, "reason": 2, "outcome": 3}
    ).encode(),
    "texts for truths": json.dumps(
        {"confirmed": "true", "notice_left": "yes", "verification": NAME}
    ).encode(),
    "nulls for everything": json.dumps(
        dict.fromkeys(
            ["number", "person", "method", "reference", "outcome", "made_at", "reason", "confirmed"]
        )
    ).encode(),
    "empty texts": json.dumps(
        {"number": "", "person": "", "reference": "", "reason": "", "outcome": ""}
    ).encode(),
    "long texts": json.dumps({"number": "1" * 60_000, "reason": "a" * 3_000, "person": CANARY * 9}).encode(),
    "sql": json.dumps({"number": "' OR 1=1 --", "person": "'; DROP TABLE people; --"}).encode(),
    "a path": json.dumps({"person": "../../etc/passwd", "number": "../" * 12}).encode(),
    "only just too large": b" " * (LONGEST + 1),
}


OF_THE_CITY = ("/lift", "/accounts/{id}/approve")


@pytest.mark.parametrize("name", POSTS)
def test_hostile_bodies(as_: As, name: str, written: StringIO) -> None:
    person = somebody_with_everything()
    before = people.load(person)
    area = (
        TOWNSHIP
        if name.endswith("/confirm")
        else CITY
        if name.endswith(OF_THE_CITY) or "/rule-" in name or "/subscriptions" in name
        else COUNTY
    )
    caller = as_("officer", area, authority=HRSS)
    address = ENDPOINTS[name].address(person, area)
    answers = {}
    for what, body in HOSTILE.items():
        answer = caller.post(address, body)
        answers[what] = answer.status_code
        assert answer.headers["Content-Type"] == "application/problem+json", what
        text = answer.body.decode()
        assert not [secret for secret in (CANARY, CANARY[:17], NAME, PHONE, "passwd") if secret in text], what
        if answer.status_code == 422:
            assert answer.json_body["errors"][0].keys() >= {"code", "zh", "en", "pointer"}
    too_large = {"100 kB of opening brackets", "only just too large", "deeper than Python recurses, closed"}
    too_large &= {what for what, body in HOSTILE.items() if len(body) > LONGEST}
    assert answers == {
        what: 413 if what in too_large or len(body) > LONGEST else 422 for what, body in HOSTILE.items()
    }
    assert people.load(person) == before
    assert written.getvalue().count('"message":"request"') == len(HOSTILE)
    assert not [secret for secret in (CANARY, NAME, PHONE) if secret in written.getvalue()]


def test_there_are_at_least_forty_of_them() -> None:
    assert len(HOSTILE) >= 40


def test_the_whole_body_is_named_where_no_field_can_be(as_: As) -> None:
    app = as_("app", COUNTY)
    for what, code in (
        ("a lone surrogate", "not_unicode"),
        ("not UTF-8", "not_utf8"),
        ("half an object", "not_json"),
        ("NaN", "not_json"),
        ("a key twice", "not_json"),
        ("nine levels", "too_deep"),
        ("a field nobody knows", "unknown_field"),
    ):
        errors = app.post("/v1/persons:lookup", HOSTILE[what]).json_body["errors"]
        assert ("", code) in [(error["pointer"], error["code"]) for error in errors], what


class TestFieldsAreNamed:
    def errors(self, as_: As, path: str, body: Any) -> list[tuple[str, str]]:
        person = people.person_id_of(CANARY) or somebody_with_everything()
        officer = as_("officer", COUNTY, authority=authority_for(path))
        answer = officer.post(path.replace("{p}", person), body)
        assert answer.status_code == 422
        return [(error["pointer"], error["code"]) for error in answer.json_body["errors"]]

    def of_visit(self, as_: As, **other: Any) -> list[tuple[str, str]]:
        return self.errors(as_, "/v1/visits/{p}.3/outcome", {**REPORT, **other})

    def test_every_missing_one(self, as_: As) -> None:
        found = self.errors(as_, "/v1/self-certifications", {})
        assert found == [("/person", "required"), ("/method", "required")]

    def test_a_word_that_is_not_one_of_ours_with_the_words_that_are(self, as_: As) -> None:
        person = somebody_with_everything()
        wrong = {"confirmed": True, "verification": "rumour"}
        answer = as_("officer", TOWNSHIP).post(f"/v1/suspicions/{person}.death.20250620/outcome", wrong)
        (error,) = answer.json_body["errors"]
        assert (error["pointer"], error["code"]) == ("/verification", "not_one_of")
        assert "document" in error["en"]
        assert "rumour" not in error["en"]

    def test_an_instant_has_a_day_a_time_and_an_offset(self, as_: As) -> None:
        for made_at in (
            "2025-07-01",
            "2025-07-01T09:30:00",  # of which country?
            "1751333400",
            "2025-07-01 09:30+08:00",
            "2025-13-01T09:30:00+08:00",
            "2025-07-01T25:30:00+08:00",
            "２０２５-07-01T09:30:00+08:00",
        ):
            assert (made_at, self.of_visit(as_, made_at=made_at)) == (made_at, [("/made_at", "shape")])

    def test_a_visit_is_neither_to_come_nor_long_ago(self, as_: As) -> None:
        for made_at in (
            "2025-07-01T10:06:00+08:00",
            "2024-07-01T09:30:00+08:00",
            "9999-12-31T23:59:59-12:00",
            "0001-01-01T00:00:00+14:00",
        ):
            assert (made_at, self.of_visit(as_, made_at=made_at)) == (made_at, [("/made_at", "not_in_range")])

    def test_the_day_of_a_death_comes_with_a_death(self, as_: As) -> None:
        for outcome, day, code in (
            ("deceased", None, "required"),
            ("deceased", "2025-07-02", "not_in_range"),
            ("seen", "2025-06-20", "only_if_deceased"),
            ("deceased", "20250620", "shape"),
            ("deceased", 20250620, "wrong_type"),
        ):
            found = self.of_visit(as_, outcome=outcome, deceased_on=day)
            assert (day, found) == (day, [("/deceased_on", code)])

    def test_a_reason_names_nobody_and_hides_nothing(self, as_: As) -> None:
        for reason, code in (
            (f"本人{CANARY}已住院", "identifying"),
            (f"打{PHONE}联系过", "identifying"),
            ("隐\u202e形", "shape"),
            ("换\n行", "shape"),
        ):
            found = self.errors(as_, "/v1/suspension-proposals/{p}.3/refuse", {"reason": reason})
            assert (reason, found) == (reason, [("/reason", code)])


class TestContentTypes:
    def test_only_json(self, as_: As) -> None:
        a_person()
        app = as_("app", COUNTY)
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
            "a, application/json",
        ):
            answer = app.post("/v1/persons:lookup", {"number": CANARY}, Content_Type=kind)
            assert (kind, answer.status_code, answer.json_body["code"]) == (
                kind,
                415,
                "unsupported_media_type",
            )

    def test_a_charset_may_be_said(self, as_: As) -> None:
        a_person()
        said = "Application/JSON; charset=utf-8"
        assert (
            as_("app", COUNTY).post("/v1/persons:lookup", {"number": CANARY}, Content_Type=said).status_code
            == 200
        )

    def test_what_needs_no_body_takes_none_or_an_empty_one(self, as_: As) -> None:
        person = somebody_with_everything()
        officer = as_("officer", COUNTY, authority=HRSS)
        path = f"/v1/instructions/{person}.2025-07.resident_pension.suspend/acknowledge"
        assert officer.post(path, {"x": 1}).status_code == 422
        assert officer.post(path, {}).status_code == 200
        assert officer.post(path).status_code == 200


@pytest.mark.parametrize(
    ("body", "encoded"),
    [
        (base64.b64encode(b'{"number": "\xff\xfe"}').decode(), True),
        ("this is no base64!", True),
        ('{"number": "\ud800"}', False),
        (None, False),
        ("", False),
    ],
)
def test_bodies_as_api_gateway_hands_them_over(as_: As, body: str | None, encoded: bool) -> None:
    as_("app", COUNTY)  # the keys are in place
    event = {
        "requestContext": {
            "httpMethod": "POST",
            "resourcePath": "/v1/persons:lookup",
            "identity": {},
            "path": "/x",
        },
        "headers": {"Authorization": f"Bearer {a_token('app', COUNTY)}", "Content-Type": "application/json"},
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "stageVariables": {},
        "body": body,
        "isBase64Encoded": encoded,
    }
    assert _app()(event, None)["statusCode"] == 422
