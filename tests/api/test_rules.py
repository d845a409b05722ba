"""The rules over the API: what holds and which line says it; a change drafted, rehearsed
on everybody, and put in force by two people."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from chalicelib import passes
from chalicelib.cases import executions
from chalicelib.errors import UnfinishedError
from chalicelib.jurisdiction import bundles, drafts, rehearsal
from chalicelib.model import FeedId, FileId
from chalicelib.storage.dynamodb import people, shards
from chalicelib.storage.s3 import lake, rulebooks
from chalicelib.storage.s3.lake_snapshot import LakeSnapshot
from tests.api import rule_changes
from tests.api.conftest import CITY, OTHER_VILLAGE, As, a_person
from tests.api.rule_changes import DRAFT
from tests.conftest import StoppedClock
from tests.storage.builders import evidence, key

OLD = "341602194003011230"  # 85: both draw the allowance by age
OLDER = "341602194103011230"
RAISED = {"key": "amount", "value": "{changed: [{fen: 6000, where: [{when: aged_at_least, value: 80}]}]}"}


def rehearse(as_: As, name: str, *, fails: str = "") -> None:
    """The pass, as the state machine walks it: each step with its own rights, each shard by itself."""
    judge = as_(None).judge
    said = {"pass": drafts.REHEARSAL, "day": "2025-07-01", "about": name}
    functions = {each: each for each in ("read", "write", "send", "apply")}
    event = {"execution": "rehearsal-1", "functions": functions, "input": said}
    with judge.acting("PassRead"):
        plan = passes.run_pass({"state": "Plan", **event})
        done: list[dict[str, Any]] = []
        for first in plan["shards"]:
            shard = first
            while shard.get("more"):
                if shard["shard"] == fails:
                    shard = {"shard": fails, "failed": True}
                    break
                shard = passes.run_pass({"state": "Do", "shard": json.loads(json.dumps(shard))})
            done.append(shard)
        passes.run_pass({"state": "Put together", **event, "input": {**plan, "done": done}})


def everybody() -> None:
    """Two who draw the allowance, of different villages, one of whom was in hospital in June."""
    first = a_person(OLD, benefits=("old_age_allowance", "resident_pension"), born=date(1940, 3, 1))
    a_person(OLDER, area=OTHER_VILLAGE, benefits=("old_age_allowance",), born=date(1941, 3, 1))
    lake.put_evidence(
        FeedId("hospital_inpatient"),
        FileId("f1"),
        {first: [evidence("2025-06-20", feed="hospital_inpatient", event=key().event)]},
    )


class TestWhatHolds:
    def test_each_benefit_stands_with_the_version_of_the_day(self, as_: As) -> None:
        officer = as_("officer", CITY)
        for day, since in (("2023-12-31", "2023-05-01"), ("2024-01-01", "2024-01-01")):
            items = officer.get(f"/v1/rules?on={day}").json_body["items"]
            allowance = next(each for each in items if each["benefit"] == "old_age_allowance")
            assert (allowance["version"]["since"], allowance["versions"]) == (since, 2)

    def test_each_value_names_the_line_that_says_it_and_its_source(self, as_: As) -> None:
        told = as_("officer", CITY).get("/v1/rules/old_age_allowance?on=2025-07-01").json_body
        values = {each["key"]: each for each in told["values"]}
        assert values["amount.4.fen"]["value"] == "5000"
        assert values["amount.4.fen"]["file"] == "benefits/old_age_allowance.yaml"
        shared = values["cutoff_day"]
        assert (shared["value"], shared["file"]) == ("25", "policy.yaml")
        assert shared["source"] == "[choice] one day for all payers, until an authority declares its own"
        assert [version["since"] for version in told["versions"]] == ["2023-05-01", "2024-01-01"]
        assert any("5000" in said["zh"] or "50" in said["zh"] for said in told["says"])

    def test_a_benefit_that_nobody_has_declared_is_not_there(self, as_: As) -> None:
        assert as_("officer", CITY).get("/v1/rules/dragon_subsidy").status_code == 404
        assert as_("officer", CITY).get("/v1/rules?on=yesterday").status_code == 422


class TestAChange:
    def test_is_rehearsed_read_approved_by_another_and_holds_from_its_day(
        self, as_: As, clock: StoppedClock
    ) -> None:
        everybody()
        one, two = as_("officer", CITY, "one"), as_("officer", CITY, "two")
        drafted = one.post("/v1/rule-changes", {**DRAFT, "values": [RAISED]})
        assert drafted.status_code == 200, drafted.body
        name = drafted.json_body["id"]
        assert (drafted.json_body["state"], drafted.json_body["rehearsal"]) == ("rehearsing", None)
        change = f"/v1/rule-changes/{name}"
        refused = one.post(f"{change}/propose")
        assert (refused.status_code, refused.json_body["code"]) == (409, "not_rehearsed")

        rehearse(as_, name)
        found = one.get(change).json_body
        effects = {each["effect"]: each for each in found["rehearsal"]["effects"]}
        assert found["state"] == "rehearsed"
        assert (effects["due_more"]["entitlements"], effects["due_more"]["fen"]) == (2, 2_000)
        changed = [d for d in found["differences"] if d["key"].endswith("fen")]
        assert [(d["before"], d["after"]) for d in changed] == [("5000", "6000")]
        assert "未提交" in one.get(f"{change}/report").body.decode()

        proposed = one.post(f"{change}/propose").json_body
        number = proposed["report"]
        assert number in two.get(f"{change}/report").body.decode(), "the report states the number"
        own = one.post(f"{change}/approve", {"report": number})
        assert (own.status_code, own.json_body["code"]) == (409, "two_people")
        unread = two.post(f"{change}/approve", {"report": "0" * 16})
        assert (unread.status_code, unread.json_body["code"]) == (409, "other_rehearsal")
        early = two.post(f"{change}/activate", {"since": "2025-09-01"})
        assert (early.status_code, early.json_body["code"]) == (409, "not_approved")
        assert two.post(f"{change}/approve", {"report": number}).json_body["state"] == "approved"

        today = two.post(f"{change}/activate", {"since": "2025-07-01"})
        assert (today.status_code, today.json_body["code"]) == (409, "not_in_the_future")
        active = two.post(f"{change}/activate", {"since": "2025-09-01"}).json_body
        deeds = [active[word]["by"] for word in ("drafted", "proposed", "approved", "activated")]
        assert (active["state"], active["in_force_from"], deeds) == (
            "activated",
            "2025-09-01",
            ["one", "one", "two", "two"],
        )
        fen = {
            day: next(
                v["value"]
                for v in one.get(f"/v1/rules/old_age_allowance?on={day}").json_body["values"]
                if v["key"] == "amount.4.fen"
            )
            for day in ("2025-08-31", "2025-09-01")
        }
        assert fen == {"2025-08-31": "5000", "2025-09-01": "6000"}

    def test_the_pass_finds_what_the_command_line_finds(self, as_: As) -> None:
        everybody()
        name = as_("officer", CITY).post("/v1/rule-changes", {**DRAFT, "values": [RAISED]}).json_body["id"]
        rehearse(as_, name)
        made = drafts.draft_of(name)
        comparison = rehearsal.compared(bundles.fetch(made.against), bundles.fetch(name), made.on)
        at_once = comparison.replayed(LakeSnapshot().completing(people.everyone()))
        kept = rulebooks.read_rehearsed(name)
        assert kept is not None
        assert kept[0]["people"] == at_once.replayed.people == 2
        report = comparison.report(
            at_once, drafts.differences(bundles.read(made.against), bundles.read(name))
        )
        assert kept[1] == report

    def test_a_rehearsal_of_which_a_shard_failed_says_nothing_and_is_begun_again(
        self, as_: As, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        everybody()
        officer = as_("officer", CITY)
        name = officer.post("/v1/rule-changes", DRAFT).json_body["id"]
        with pytest.raises(UnfinishedError):
            rehearse(as_, name, fails=shards.every_shard()[0])
        assert officer.get(f"/v1/rule-changes/{name}").json_body["state"] == "rehearsing"
        started = []
        monkeypatch.setattr(executions, "start_pass", lambda *of: started.append(of))
        officer.post(f"/v1/rule-changes/{name}/rehearse")
        assert started == [(drafts.REHEARSAL, date(2025, 7, 1), name)]

    def test_another_change_activated_meanwhile_overtakes_it(self, as_: As) -> None:
        officer = as_("officer", CITY, "two")
        rehearsed, approved = rule_changes.a_change("rehearsed"), rule_changes.a_change("approved")
        officer.post(f"/v1/rule-changes/{approved}/activate", {"since": "2025-09-01"})
        late = officer.post(f"/v1/rule-changes/{rehearsed}/propose")
        assert (late.status_code, late.json_body["code"]) == (409, "rehearsed_against_another")
        states = {c["id"]: c["state"] for c in officer.get("/v1/rule-changes").json_body["items"]}
        assert states == {rehearsed: "overtaken", approved: "activated"}

    @pytest.mark.parametrize(
        ("differently", "code"),
        [
            ({"values": [{"key": "cutoff_day", "value": "25"}]}, "nothing_differs"),
            ({"values": [{"key": "cutoff_day", "value": "31"}]}, "does_not_hold"),
            ({"values": [{"key": "dragon", "value": "1"}]}, "does_not_hold"),
            ({"since": "2025-07-01"}, "change_untold"),
            ({"reviewed_on": "2023-12-20"}, "change_untold"),
        ],
    )
    def test_what_does_not_hold_is_refused_before_anybody_is_rehearsed(
        self, as_: As, differently: dict[str, Any], code: str
    ) -> None:
        answer = as_("officer", CITY).post("/v1/rule-changes", {**DRAFT, **differently})
        assert (answer.status_code, answer.json_body["code"]) == (409, code)
        assert rulebooks.draft_names() == []

    @pytest.mark.parametrize(
        "differently",
        [
            {"source": "somebody said so"},
            {"values": []},
            {"values": [{"key": "cutoff_day", "value": "20\nfrom: 2020-01-01"}]},
            {"values": [{"key": "Cut-off", "value": "20"}]},
            {"note": "亲属 13800001111"},
        ],
    )
    def test_a_body_that_says_no_source_or_more_than_a_value_is_refused(
        self, as_: As, differently: dict[str, Any]
    ) -> None:
        assert as_("officer", CITY).post("/v1/rule-changes", {**DRAFT, **differently}).status_code == 422
