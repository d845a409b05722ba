"""Accounts (row J5): who grants and ends them, and what a token is worth beside one."""

from __future__ import annotations

import dataclasses
from datetime import date
from itertools import product
from typing import Any

import pytest

from admin import accounts as command
from admin.__main__ import main
from chalicelib.api.tokens import Caller, Role, caller_of
from chalicelib.clock import now, today
from chalicelib.errors import ConflictError
from chalicelib.model import AreaCode, UserAccount, UserAccountState
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import user_accounts
from tests.api.conftest import CITY, COUNTY, TOWNSHIP, VILLAGE, As, a_person, a_token
from tests.api.town import HRSS, SENDER
from tests.conftest import StoppedClock

GRANT: dict[str, Any] = {"subject": "wang-7", "post": "镇民政所 经办", "role": "officer", "area": TOWNSHIP}


@pytest.fixture
def required(as_: As, monkeypatch: pytest.MonkeyPatch) -> As:
    """A deployment that takes nobody's word but that of an account."""
    monkeypatch.setenv("WUGAN_ACCOUNTS_REQUIRED", "true")
    settings.cache_clear()
    return as_


def an_account(subject: str = "wang-7", **differently: Any) -> UserAccount:
    account = UserAccount(
        subject,
        "某岗位",
        "officer",
        AreaCode(TOWNSHIP),
        None,
        today(),
        None,
        UserAccountState.GRANTED,
        "operator",
        now(),
    )
    account = dataclasses.replace(account, **differently)
    return user_accounts.put(account, now(), "granted", "operator", {})


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json_body.get("code", "")


class TestGranting:
    def test_a_level_above_grants_and_ends_and_each_change_is_kept(self, as_: As) -> None:
        chief = as_("officer", COUNTY, "chief")
        granted = chief.post("/v1/accounts", GRANT)
        assert granted.status_code == 200, granted.body
        assert (granted.json_body["state"], granted.json_body["holds"]) == ("granted", True)
        assert chief.post("/v1/accounts", GRANT).json_body == granted.json_body, "the same again is the same"
        ended = chief.post("/v1/accounts/wang-7/end", {"reason": "调离岗位"})
        assert (ended.json_body["state"], ended.json_body["ended_by"]) == ("ended", "chief")
        shown = as_("auditor", COUNTY).get("/v1/accounts/wang-7").json_body
        assert [(change["action"], change["actor"]) for change in shown["changes"]] == [
            ("granted", "chief"),
            ("ended", "chief"),
        ]
        assert shown["chain_holds"] is True
        again = chief.post("/v1/accounts", {**GRANT, "post": "县级 经办", "area": TOWNSHIP})
        assert (again.json_body["state"], again.json_body["post"]) == ("granted", "县级 经办")

    @pytest.mark.parametrize(
        ("level", "area", "came"),
        [
            (TOWNSHIP, VILLAGE, (200, "")),
            (TOWNSHIP, TOWNSHIP, (409, "not_one_level_up")),
            (TOWNSHIP, COUNTY, (404, "not_found")),
            (COUNTY, TOWNSHIP, (200, "")),
            (CITY, COUNTY, (200, "")),
            (VILLAGE, VILLAGE, (403, "level_not_allowed")),
            (COUNTY, "341621", (404, "not_found")),
        ],
    )
    def test_only_from_above(self, as_: As, level: str, area: str, came: tuple[int, str]) -> None:
        assert code(as_("officer", level).post("/v1/accounts", {**GRANT, "area": area})) == came

    def test_an_authority_grants_its_own_alone(self, as_: As) -> None:
        wanted = {**GRANT, "area": COUNTY, "authority": HRSS}
        assert code(as_("officer", CITY, authority=SENDER).post("/v1/accounts", wanted)) == (
            409,
            "another_authority",
        )
        assert code(as_("officer", CITY).post("/v1/accounts", wanted)) == (409, "another_authority")
        assert code(as_("officer", CITY, authority=HRSS).post("/v1/accounts", wanted)) == (200, "")

    def test_of_a_city_two_people_grant_it(self, as_: As) -> None:
        first, second = as_("officer", CITY, "first"), as_("officer", CITY, "second")
        proposed = first.post("/v1/accounts", {**GRANT, "area": CITY})
        assert (proposed.json_body["state"], proposed.json_body["holds"]) == ("proposed", False)
        assert code(first.post("/v1/accounts/wang-7/approve")) == (409, "same_person")
        assert code(as_("officer", CITY, "wang-7").post("/v1/accounts/wang-7/approve")) == (409, "oneself")
        approved = second.post("/v1/accounts/wang-7/approve")
        assert (approved.json_body["state"], approved.json_body["approved_by"]) == ("granted", "second")
        assert second.post("/v1/accounts/wang-7/approve").json_body == approved.json_body
        assert code(first.post("/v1/accounts/wang-7/approve")) == (409, "not_proposed")

    def test_one_account_at_a_time_and_none_that_is_over_already(self, as_: As) -> None:
        chief = as_("officer", COUNTY)
        chief.post("/v1/accounts", GRANT)
        assert code(chief.post("/v1/accounts", {**GRANT, "area": VILLAGE})) == (409, "has_an_account")
        late = {**GRANT, "subject": "li-8", "until": "2025-06-30"}
        assert code(chief.post("/v1/accounts", late)) == (422, "invalid")
        assert code(chief.post("/v1/accounts/nobody/end", {"reason": "调离岗位"})) == (404, "not_found")

    def test_the_list_is_of_the_area_and_of_ones_authority(self, as_: As) -> None:
        an_account("a-1", area=AreaCode(VILLAGE), role="grid-worker")
        an_account("b-2", area=AreaCode(COUNTY), authority=HRSS)
        an_account("c-3", area=AreaCode("341621"))

        def listed(who: Any, query: str = "") -> list[str]:
            return [each["id"] for each in who.get(f"/v1/accounts{query}").json_body["items"]]

        assert listed(as_("officer", CITY)) == ["b-2", "a-1", "c-3"]
        assert listed(as_("officer", COUNTY)) == ["b-2", "a-1"]
        assert listed(as_("officer", COUNTY, authority=SENDER)) == ["a-1"]
        assert listed(as_("officer", CITY), "?account_state=ended") == []
        first = as_("auditor", CITY).get("/v1/accounts?limit=2").json_body
        assert [each["id"] for each in first["items"]] == ["b-2", "a-1"]
        assert listed(as_("auditor", CITY), f"?limit=2&cursor={first['next']}") == ["c-3"]


class TestATokenBesideAnAccount:
    def test_what_the_token_claims_of_role_and_area_counts_for_nothing(self, required: As) -> None:
        person = a_person()
        an_account("worker-1", role="grid-worker", area=AreaCode(VILLAGE))
        claims_more = required("officer", COUNTY, "worker-1", authority=HRSS)
        mine = claims_more.get("/v1/me").json_body
        assert (mine["role"], mine["area"], mine["authority"]) == ("grid-worker", VILLAGE, None)
        assert mine["account_until"] is None
        assert claims_more.get("/v1/suspicions").json_body["code"] == "role_not_allowed"
        assert claims_more.get(f"/v1/persons/{person}/status").status_code == 200

    def test_without_one_nobody_is_let_in_but_citizens_are(self, required: As) -> None:
        person = a_person()
        assert code(required("officer", COUNTY, "somebody").get("/v1/me")) == (403, "no_account")
        assert required("citizen", person=person).get(f"/v1/persons/{person}/status").status_code == 200

    def test_an_ended_one_is_refused_within_a_minute_by_a_warm_process(
        self, required: As, clock: StoppedClock
    ) -> None:
        account = an_account("worker-1")
        worker = required("officer", TOWNSHIP, "worker-1")
        assert worker.get("/v1/me").status_code == 200
        user_accounts.put(account.ended("chief", now(), "离岗"), now(), "ended", "chief", {})
        clock.advance(seconds=59)
        assert worker.get("/v1/me").status_code == 200, "what this process has just asked"
        clock.advance(seconds=2)
        assert code(worker.get("/v1/me")) == (403, "account_ended"), "not one that has run out: phones forget"

    def test_one_is_told_until_when_it_holds(self, required: As) -> None:
        an_account("worker-1", until=date(2025, 7, 20))
        mine = required("officer", TOWNSHIP, "worker-1").get("/v1/me").json_body
        assert (mine["account_until"], mine["account_days_left"]) == ("2025-07-20", 19)

    @pytest.mark.parametrize(
        ("differently", "holds"),
        [
            ({}, True),
            ({"state": UserAccountState.PROPOSED}, False),
            ({"since": date(2025, 7, 2)}, False),
            ({"until": date(2025, 7, 1)}, True),
            ({"since": date(2025, 6, 1), "until": date(2025, 6, 30)}, False),
        ],
    )
    def test_from_its_first_day_through_its_last(
        self, required: As, differently: dict[str, Any], holds: bool
    ) -> None:
        an_account("worker-1", **differently)
        answer = required("officer", TOWNSHIP, "worker-1").get("/v1/me")
        assert code(answer) == ((200, "") if holds else (403, "no_account"))

    def test_the_whole_matrix_of_callers_is_the_same_by_account_as_by_token(self, required: As) -> None:
        roles = [role for role in Role if role is not Role.CITIZEN]
        for number, (role, area, authority) in enumerate(
            product(roles, ("34", CITY, COUNTY, TOWNSHIP, VILLAGE), (None, HRSS))
        ):
            subject = f"somebody-{number}"
            an_account(subject, role=role.value, area=AreaCode(area), authority=authority)
            bare = a_token("app", "11", subject)
            by_account = caller_of({"authorization": f"Bearer {bare}"})
            assert by_account == Caller(subject, role, AreaCode(area), None, authority)


class TestTheCommandLine:
    def test_the_first_of_a_city_and_its_end(self, aws: None, capsys: pytest.CaptureFixture[str]) -> None:
        who = ["accounts", "grant", "--subject", "wu-1", "--post", "市级管理员", "--role", "officer"]
        assert main([*who, "--area", CITY, "--authority", HRSS, "--until", "2025-07-20"]) == 0
        account = user_accounts.find("wu-1")
        assert account is not None
        assert (account.state, account.granted_by) == (UserAccountState.GRANTED, "operator")
        assert user_accounts.chain_holds(account)
        assert main([*who, "--area", "3"]) == 1
        assert main(["accounts", "list", "--area", CITY, "--ending"]) == 0
        assert "wu-1" in capsys.readouterr().out
        assert main(["accounts", "export", "--area", CITY]) == 0
        assert "wu-1,市级管理员,officer,3416" in capsys.readouterr().out
        assert main(["accounts", "end", "--subject", "wu-1", "--because", "轮岗"]) == 0
        assert main(["accounts", "end", "--subject", "nobody", "--because", "轮岗"]) == 1
        account = user_accounts.find("wu-1")
        assert account is not None
        assert not account.holds_on(today())

    def test_what_an_operator_may_not_do_is_said(self, aws: None) -> None:
        an_account("wu-1")
        who = ["accounts", "grant", "--subject", "wu-1", "--post", "另一岗位", "--role", "officer"]
        assert main([*who, "--area", CITY]) == 1
        assert command.SOON == 30


def test_two_who_change_an_account_at_once_do_not_both_succeed(aws: None) -> None:
    account = an_account()
    user_accounts.put(account.ended("a", now(), "调离"), now(), "ended", "a", {})
    with pytest.raises(ConflictError):
        user_accounts.put(account.approved("b"), now(), "approved", "b", {})
