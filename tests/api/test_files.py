"""Dropped files: what became of them, and a person's word on those that are held."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pytest

from chalicelib import stats
from chalicelib.intake import receipts
from chalicelib.model import (
    Counts,
    DroppedFile,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    VisitOutcome,
)
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.s3 import lake, objects
from tests.api.conftest import CITY, COUNTY, NUMBER, OTHER_COUNTY, OTHER_NUMBER, As, a_person, given
from tests.api.town import SENDER, a_file
from tests.conftest import StoppedClock
from tests.in_one_go import nightly_statistics
from tests.people import a_visit

REASON = {"reason": "电话核实，当日确实只有三条"}


def queued() -> list[str]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="inbox")["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"])["reread"] for message in found]


def receipt_of(dropped: DroppedFile) -> dict[str, Any]:
    body = objects.read_receipt(dropped.department, dropped.id)
    assert body is not None
    receipt: dict[str, Any] = json.loads(body)
    return receipt


class TestOneFile:
    def test_it_is_shown_with_its_receipt_and_without_its_name(self, as_: As) -> None:
        held = a_file()
        told = receipts.receipt_of(held, None, with_rejects=True)
        objects.put_receipt(held.department, held.id, json.dumps(told).encode())
        answer = as_("auditor", COUNTY).get(f"/v1/files/{held.id}")
        assert answer.json_body["receipt"] == told
        assert "孟晓华" not in answer.body.decode()

    @pytest.mark.parametrize("id", ["0" * 16, "0" * 15, "..%2F..", "z" * 16])
    def test_one_that_does_not_exist(self, as_: As, id: str) -> None:
        assert as_("officer", COUNTY, authority=SENDER).get(f"/v1/files/{id}").status_code == 404

    def test_the_state_may_be_written_either_way(self, as_: As) -> None:
        a_file()
        for state in ("held", "HELD"):
            assert (
                len(
                    as_("officer", COUNTY, authority=SENDER)
                    .get(f"/v1/files?state={state}")
                    .json_body["items"]
                )
                == 1
            )


class TestSuggestions:
    def test_whom_rows_without_a_number_may_be_about_by_area(self, as_: As) -> None:
        sent, here, beside = a_file(), a_person(NUMBER), a_person(OTHER_NUMBER, area=f"{OTHER_COUNTY}001001")
        objects.put_suggestions(sent.id, {7: (here, beside), 9: (beside,)})
        address = f"/v1/files/{sent.id}/suggestions"
        answer = as_("officer", COUNTY, "officer-7", authority=SENDER).get(address).json_body
        assert [(item["line"], [p["person"] for p in item["may_be"]]) for item in answer["items"]] == [
            (7, [here])
        ]
        everything = as_("officer", CITY, authority=SENDER).get(f"{address}?limit=1").json_body
        assert len(everything["items"][0]["may_be"]) == 2
        following = (
            as_("officer", CITY, authority=SENDER)
            .get(f"{address}?limit=1&cursor={everything['next']}")
            .json_body
        )
        assert [item["line"] for item in following["items"]] == [9]

    def test_the_person_can_see_who_looked(self, as_: As) -> None:
        sent, here = a_file(), a_person(NUMBER)
        objects.put_suggestions(sent.id, {7: (here,)})
        as_("officer", COUNTY, "officer-7", authority=SENDER).get(f"/v1/files/{sent.id}/suggestions")
        (looked,) = [e for e in people.audit_trail(here) if e.action == "looked"]
        assert looked.actor == "officer-7"

    def test_nothing_suggested(self, as_: As) -> None:
        answer = as_("officer", COUNTY, authority=SENDER).get(f"/v1/files/{a_file().id}/suggestions")
        assert answer.json_body == {"items": [], "next": None}


class TestRelease:
    def test_it_is_read_again_and_says_who_when_and_why(self, as_: As) -> None:
        held = a_file()
        answer = as_("officer", COUNTY, "officer-7", authority=SENDER).post(
            f"/v1/files/{held.id}/release", REASON
        )
        assert answer.json_body["state"] == "released"
        (stage,) = answer.json_body["stages"]
        assert (stage["by"], stage["reason"], stage["at"]) == (
            "officer-7",
            REASON["reason"],
            "2025-07-01T10:00:00+08:00",
        )
        assert queued() == [held.key]
        receipt = receipt_of(held)
        assert receipt["state"] == "released"
        assert receipt["stages"][-1]["reason"] == REASON["reason"]

    def test_twice_is_once(self, as_: As) -> None:
        held = a_file()
        for _ in range(2):
            answer = as_("officer", COUNTY, authority=SENDER).post(f"/v1/files/{held.id}/release", REASON)
            assert (answer.status_code, answer.json_body["state"]) == (200, "released")
        assert len(files.find(held.id).steps) == 1

    @pytest.mark.parametrize("state", [s for s in FileState if s is not FileState.HELD])
    def test_only_what_is_held(self, as_: As, state: FileState) -> None:
        other = a_file(state=state)
        for verb in ("release", "refuse"):
            answer = as_("officer", COUNTY, authority=SENDER).post(f"/v1/files/{other.id}/{verb}", REASON)
            assert (answer.status_code, answer.json_body["code"]) == (409, "not_held")
        assert files.find(other.id) == other

    def test_nobody_can_release_what_waits_for_the_roster(self, as_: As) -> None:
        files.put(waiting := replace(a_file(), code="no_roster_yet"))
        answer = as_("officer", COUNTY, authority=SENDER).post(f"/v1/files/{waiting.id}/release", REASON)
        assert answer.json_body["code"] == "waits_for_the_roster"

    @pytest.mark.parametrize("body", [{}, {"reason": "是"}, {"reason": "找孟某13800001111"}])
    def test_a_reason_is_given_and_names_nobody(self, as_: As, body: dict[str, str]) -> None:
        held = a_file()
        assert (
            as_("officer", COUNTY, authority=SENDER).post(f"/v1/files/{held.id}/release", body).status_code
            == 422
        )

    def test_two_officers_do_not_decide_differently(self, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
        held = a_file()
        found, asked = files.find, list[FileId]()

        def find_late(file: FileId) -> DroppedFile:
            before = found(file)
            asked.append(file)
            if len(asked) == 2:  # after the edge has looked, the other one is a moment faster
                files.put(replace(before, state=FileState.REFUSED, code="refused_by_a_person"))
            return before

        monkeypatch.setattr(files, "find", find_late)
        answer = as_("officer", COUNTY, authority=SENDER).post(f"/v1/files/{held.id}/release", REASON)
        assert (answer.status_code, answer.json_body["code"]) == (503, "busy")
        assert found(held.id).state is FileState.REFUSED


class TestRefuse:
    def test_it_goes_back_with_the_reason(self, as_: As) -> None:
        held = a_file()
        for _ in range(2):
            answer = as_("officer", COUNTY, "officer-7", authority=SENDER).post(
                f"/v1/files/{held.id}/refuse", REASON
            )
            assert (answer.json_body["state"], answer.json_body["why"]["code"]) == (
                "refused",
                "refused_by_a_person",
            )
        assert len(files.find(held.id).steps) == 1
        assert REASON["reason"] in receipt_of(held)["zh"]
        assert not queued()


class TestFeeds:
    def loaded(self, feed: str = "cremations", day: date = date(2025, 6, 20)) -> None:
        files.put(replace(a_file(feed, FileState.LOADED, day), counts=Counts(rows=4, accepted=3, rejected=1)))

    def feeds(self, as_: As, area: str = COUNTY) -> dict[str, dict[str, Any]]:
        return {i["feed"]: i for i in as_("app", area).get("/v1/feeds").json_body["items"]}

    def test_each_that_takes_files_with_its_state(self, as_: As) -> None:
        self.loaded()
        feeds = self.feeds(as_)
        assert "counter" not in feeds, "nobody drops files for it"
        cremations = feeds["cremations"]
        assert (cremations["state"], cremations["next_due"], cremations["days_late"]) == (
            "late",
            "2025-06-27",
            4,
        )
        assert (cremations["loaded"]["rows"], cremations["loaded"]["rejected_share"]) == (4, 0.25)
        assert feeds["bus_rides"]["state"] == "missing"

    def test_how_many_numbers_of_a_feed_were_repaired_and_how(self, as_: As) -> None:
        for day, repairs in ((19, {"blanks": 2, "x_form": 1}), (20, {"blanks": 3})):
            files.put(replace(a_file("cremations", FileState.LOADED, date(2025, 6, day)), repairs=repairs))
        files.put(replace(a_file("cremations", FileState.REFUSED, date(2025, 6, 21)), repairs={"blanks": 9}))
        assert self.feeds(as_)["cremations"]["repairs"] == {"blanks": 5, "x_form": 1}
        listed = (
            as_("officer", COUNTY, authority=SENDER)
            .get("/v1/files?feed=cremations&state=loaded")
            .json_body["items"]
        )
        assert [item["repairs"] for item in listed] == [{"blanks": 3}, {"blanks": 2, "x_form": 1}]

    def test_a_newer_file_that_is_held_counts_as_held_and_an_older_one_does_not(self, as_: As) -> None:
        self.loaded()
        a_file(day=date(2025, 6, 10))
        assert self.feeds(as_)["cremations"]["held"] is None
        newer = a_file(day=date(2025, 6, 30))
        found = self.feeds(as_)["cremations"]
        assert (found["state"], found["held"]["id"]) == ("held", newer.id)

    def test_an_interface_that_is_asked_stands_beside_them(
        self, as_: As, monkeypatch: pytest.MonkeyPatch, clock: StoppedClock
    ) -> None:
        monkeypatch.setenv("WUGAN_PACK", "jining")
        settings.cache_clear()
        asked = replace(a_file("vaccinations", FileState.LOADED, date(2025, 6, 29)), department="health")
        files.put(asked)
        nightly_statistics()
        feeds = self.feeds(as_, "3708")
        heard, unheard = feeds["vaccinations"], feeds["nucleic_acid_tests"]
        assert (heard["kind"], heard["load"], heard["state"], heard["last"]) == (
            "query",
            None,
            "on_time",
            "2025-06-29",
        )
        assert (unheard["state"], unheard["last"]) == ("missing", None)
        assert heard["coverage"] == unheard["coverage"] == {"certified": 0, "alone": 0}
        assert list(feeds) == sorted(feeds)
        clock.advance(days=7)  # a week's run has not come
        assert self.feeds(as_, "3708")["vaccinations"]["state"] == "late"

    def test_coverage_is_of_the_nightly_count(self, as_: As) -> None:
        until = date(2025, 1, 31)  # as stated by the authority: only what the feeds say reaches further
        both, alone = a_person(NUMBER, until=until), a_person(OTHER_NUMBER, until=until)

        def seen(feed: str, event: str) -> Evidence:
            return Evidence(EvidenceKey(date(2025, 5, 1), FeedId(feed), event), FileId("f"), 1)

        hospital, travel = seen("hospital_inpatient", "admitted"), seen("travel_agency", "travelled")
        given(both, evidence=(hospital, travel))
        given(alone, evidence=(hospital,), visits=(a_visit("2025-06-16 10:00", VisitOutcome.SEEN),))
        assert self.feeds(as_)["hospital_inpatient"]["coverage"] is None
        nightly_statistics()
        answer = as_("app", COUNTY).get("/v1/feeds").json_body
        assert (answer["coverage_as_of"], answer["recipients"]) == ("2025-07-01", 2)
        feeds = {item["feed"]: item["coverage"] for item in answer["items"]}
        assert feeds["hospital_inpatient"] == {"certified": 1, "alone": 1}
        assert feeds["travel_agency"] == {"certified": 1, "alone": 0}, "without it, the hospital would do"
        lake.put_evidence(FeedId("travel_agency"), FileId("g"), {alone: [travel]})
        nightly_statistics()
        feeds = self.feeds(as_)
        assert feeds["travel_agency"]["coverage"] == {"certified": 2, "alone": 0}, "the lake counts too"
        nobody = {"certified": 0, "alone": 0}
        assert feeds["hospital_inpatient"]["coverage"] == nobody, "no certificate rests on it any more"
        assert feeds["cremations"]["coverage"] == nobody, "counted, and it certifies nobody"
        figures = stats.latest()
        assert figures is not None
        right = {"2025-06": {"checked": 1, "wrong": 0}}
        assert figures["proved"] == {"hospital_inpatient": right, "travel_agency": right}
