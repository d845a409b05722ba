"""Files dropped from a browser: one key, chosen here, signed for a quarter of an hour; rejected rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from chalicelib.settings import settings
from chalicelib.storage.clients import client
from tests.api.conftest import CITY, COUNTY, As
from tests.api.town import HRSS, SENDER, a_file

WISH = {"feed": "cremations", "kind": "csv", "bytes": 20_000}


@pytest.fixture
def lent(aws: None, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What STS was asked for."""
    asked: list[dict[str, Any]] = []
    sts = client("sts")
    real = sts.assume_role

    def assume_role(**parameters: Any) -> Any:
        asked.append(parameters)
        return real(**parameters)

    monkeypatch.setattr(sts, "assume_role", assume_role)
    return asked


def policy_of(form: Mapping[str, Any]) -> list[Any]:
    """What S3 holds a form against (moto does not)."""
    document = json.loads(base64.b64decode(form["fields"]["policy"]))
    conditions: list[Any] = document["conditions"]
    return conditions


def test_a_form_is_worth_one_key_one_kind_and_so_many_bytes(as_: As, lent: list[dict[str, Any]]) -> None:
    answer = as_("officer", CITY, authority=SENDER).post("/v1/uploads", WISH)
    assert answer.status_code == 200, answer.body
    told = answer.json_body
    department, feed, day, name = told["key"].split("/")
    assert (department, feed, day) == (SENDER, "cremations", "20250701")
    assert name.endswith(".csv")
    conditions = policy_of(told["file"])
    assert {"bucket": "inbox"} in conditions
    assert told["file"]["url"] == "https://inbox.s3.cn-north-1.amazonaws.com.cn/", "as the policy names it"
    assert {"key": told["key"]} in conditions, "this key, and no beginning of one"
    assert {"Content-Type": "text/csv"} in conditions
    assert ["content-length-range", 1, 20_000] in conditions
    assert not [each for each in conditions if isinstance(each, list) and each[0] == "starts-with"]
    assert {"key": f"{told['key']}.manifest.json"} in policy_of(told["manifest"])


def test_it_is_signed_as_a_role_that_may_do_nothing_else_just_now(
    as_: As, lent: list[dict[str, Any]]
) -> None:
    told = as_("officer", CITY, authority=SENDER).post("/v1/uploads", WISH).json_body
    first = lent[0]
    assert first["RoleArn"] == settings().upload_role_arn
    assert first["DurationSeconds"] == 900
    [objects, key] = json.loads(first["Policy"])["Statement"]
    assert objects["Action"] == "s3:PutObject"
    assert objects["Resource"] == f"arn:aws-cn:s3:::inbox/{told['key']}"
    assert key["Action"] == "kms:GenerateDataKey"


def test_of_another_departments_feed_there_is_none(as_: As) -> None:
    officer = as_("officer", CITY, authority=HRSS)
    assert officer.post("/v1/uploads", WISH).status_code == 404
    assert officer.post("/v1/uploads", {**WISH, "feed": "nothing_of_ours"}).status_code == 404
    for wrong in ({"kind": "exe"}, {"bytes": 0}, {"bytes": 600_000_000}, {"feed": "../x"}):
        assert officer.post("/v1/uploads", {**WISH, **wrong}).status_code == 422


def test_rejected_rows_are_fetched_by_whoever_sent_them(as_: As, lent: list[dict[str, Any]]) -> None:
    dropped = a_file()
    place = f"{SENDER}/{dropped.id}.csv"
    boto3.client("s3").put_object(Bucket="rejects", Key=place, Body=b"rows")
    where = f"/v1/files/{dropped.id}/rejected-rows"
    told = as_("officer", COUNTY, authority=SENDER).get(where)
    assert told.status_code == 200, told.body
    assert f"/{place}?" in told.json_body["url"]
    assert "X-Amz-Expires=900" in told.json_body["url"]
    [objects, key] = json.loads(lent[0]["Policy"])["Statement"]
    assert (objects["Action"], objects["Resource"]) == ("s3:GetObject", f"arn:aws-cn:s3:::rejects/{place}")
    assert key["Action"] == "kms:Decrypt"
    assert as_("officer", COUNTY, authority=HRSS).get(where).status_code == 404
    assert as_("auditor", COUNTY).get(where).status_code == 403


def test_where_a_browser_reaches_s3_elsewhere_the_address_is_that(
    as_: As, lent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WUGAN_UPLOAD_URL", "http://127.0.0.1:4566")
    settings.cache_clear()
    officer = as_("officer", CITY, authority=SENDER)
    assert officer.post("/v1/uploads", WISH).json_body["file"]["url"] == "http://127.0.0.1:4566/inbox"
    told = officer.get(f"/v1/files/{a_file().id}/rejected-rows").json_body
    assert told["url"].startswith(f"http://127.0.0.1:4566/rejects/{SENDER}/")
