"""Lists: what stands in a line, within the area, in pages; and what happens to it."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from itertools import product
from typing import Any

import pytest

from chalicelib.api import ids
from chalicelib.model import (
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    InstructionState,
    SuspicionState,
    Visit,
    VisitOutcome,
    VisitPurpose,
)
from chalicelib.storage.dynamodb import people
from tests.api.conftest import (
    CITY,
    COUNTY,
    NAME,
    NUMBER,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    PHONE,
    TOWNSHIP,
    VILLAGE,
    As,
    Caller,
    a_number,
    a_person,
    given,
    looks_at,
)
from tests.api.town import HRSS, LIMIT, REPORT, SENDER, a_file, somebody_with_everything, too_many_lines
from tests.in_one_go import nightly_statistics

LISTS = (
    "/v1/visits",
    "/v1/suspension-proposals",
    "/v1/suspension-limits",
    "/v1/suspicions",
    "/v1/endings",
    "/v1/objections",
    "/v1/instructions",
    "/v1/recoveries",
    "/v1/owed-to-heirs",
    "/v1/files",
)


def everything(caller: Caller, path: str, limit: int) -> tuple[list[dict[str, Any]], int]:
    """All lines of a list and the number of its pages."""
    items: list[dict[str, Any]] = []
    cursor, pages = "", 0
    while cursor is not None:
        sign = "&" if "?" in path else "?"
        answer = caller.get(f"{path}{sign}limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status_code == 200
        assert len(answer.json_body["items"]) <= limit
        items += answer.json_body["items"]
        cursor, pages = answer.json_body["next"], pages + 1
    return items, pages


class TestVisits:
    def test_a_line_says_whom_to_visit_by_when_and_why(self, as_: As) -> None:
        person = somebody_with_everything()
        (line,) = as_("grid-worker", VILLAGE).get("/v1/visits").json_body["items"]
        assert line["id"] == f"{person}.3"
        assert (line["not_before"], line["due"]) == ("2025-06-24", "2025-07-04")
        assert (line["name"], line["grid"], line["key_groups"]) == ("孟*华", "03", ["very_old"])
        assert line["why"][0]["zh"]

    def test_lists_show_no_full_name_number_or_phone(self, as_: As) -> None:
        somebody_with_everything()
        officer = as_("officer", COUNTY, authority=HRSS)
        for path in LISTS:
            text = officer.get(path).body.decode()
            assert not [secret for secret in (NAME, a_number(NUMBER[:17]), PHONE) if secret in text]

    def test_each_line_shown_is_a_look_once_a_day(self, as_: As, clock: Any) -> None:
        person = somebody_with_everything()
        worker = as_("grid-worker", VILLAGE, "worker-3")
        worker.get("/v1/visits")
        worker.get("/v1/visits")
        assert looks_at(person) == [("worker-3", "visit 3")]
        as_("grid-worker", VILLAGE, "worker-4").get("/v1/visits")
        clock.advance(days=1)
        as_("grid-worker", VILLAGE, "worker-3").get("/v1/visits")
        assert [actor for actor, _ in looks_at(person)] == ["worker-3", "worker-4", "worker-3"]

    def test_a_report_is_kept_under_the_worker_s_name(self, as_: As) -> None:
        person = somebody_with_everything()
        answer = as_("grid-worker", VILLAGE, "worker-9").post(f"/v1/visits/{person}.3/outcome", REPORT)
        assert answer.json_body["outcome"] == "not_found"
        visit = people.load(person).visits[-1]
        assert (visit.outcome, visit.by, visit.notice_left) == (VisitOutcome.NOT_FOUND, "worker-9", True)
        assert as_("grid-worker", VILLAGE).get("/v1/visits").json_body["items"] == []

    def test_who_was_seen_is_certified(self, as_: As) -> None:
        person = somebody_with_everything()
        answer = as_("grid-worker", VILLAGE).post(
            f"/v1/visits/{person}.3/outcome", {**REPORT, "outcome": "seen"}
        )
        benefit = answer.json_body["benefits"][0]
        assert (benefit["status"], benefit["route"]) == ("active", "visit")

    def test_the_same_report_again_changes_nothing_and_another_s_is_refused(self, as_: As) -> None:
        person = somebody_with_everything()
        worker = as_("grid-worker", VILLAGE)
        worker.post(f"/v1/visits/{person}.3/outcome", REPORT)
        before = people.load(person)
        assert worker.post(f"/v1/visits/{person}.3/outcome", REPORT).status_code == 200
        another = as_("grid-worker", VILLAGE, "another-worker")
        other = another.post(f"/v1/visits/{person}.3/outcome", {**REPORT, "outcome": "away"})
        assert (other.status_code, other.json_body["code"]) == (409, "visit_already_made")
        assert other.json_body["detail"]
        assert people.load(person) == before

    def test_a_wrong_tap_is_corrected_by_the_worker_and_by_an_officer(self, as_: As) -> None:
        person = somebody_with_everything()
        as_("grid-worker", VILLAGE, "worker-9").post(f"/v1/visits/{person}.3/outcome", REPORT)
        for who, outcome in (
            (as_("grid-worker", VILLAGE, "worker-9"), "away"),
            (as_("officer", VILLAGE), "moved"),
        ):
            answer = who.post(f"/v1/visits/{person}.3/outcome", {**REPORT, "outcome": outcome})
            assert (answer.status_code, answer.json_body["outcome"]) == (200, outcome)
            assert people.load(person).visits[-1].by == "worker-9"

    def test_a_visit_that_does_not_exist(self, as_: As) -> None:
        person, worker = somebody_with_everything(), as_("grid-worker", VILLAGE)
        for number in ["0", "4", "03", "-1", "1e0", "999999999999999999999", "3.3", "三"]:
            answer = worker.post(f"/v1/visits/{person}.{number}/outcome", REPORT)
            assert (number, answer.status_code) == (number, 404)


class TestSuspensionLists:
    def test_a_line_shows_what_was_tried(self, as_: As) -> None:
        somebody_with_everything()
        lines = as_("officer", TOWNSHIP).get("/v1/suspension-proposals").json_body["items"]
        assert [line["state"] for line in lines] == ["proposed", "confirmed", "proposed"]
        assert [visit["outcome"] for visit in lines[0]["visits"]] == ["not_found", "not_found"]
        assert lines[0]["benefits"][0]["title"]["zh"]
        assert lines[0]["valid_until"] == {"resident_pension": "2025-05-31"}
        assert lines[0]["why"]

    def test_a_line_shows_the_signs_of_life(self, as_: As) -> None:
        """The person's own card within the days before the last visit; a bill is none."""
        person = somebody_with_everything()
        officer = as_("officer", TOWNSHIP)
        assert officer.get("/v1/suspension-proposals").json_body["items"][0]["signs_of_life"] == []
        keys = [("bus_rides", "ridden", "2025-06-10"), ("gas_bills", "paid", "2025-06-12")]
        traces = [EvidenceKey(date.fromisoformat(d), FeedId(f), e) for f, e, d in keys]
        given(person, evidence=tuple(Evidence(key, FileId("f"), 1) for key in traces))
        (sign,) = officer.get("/v1/suspension-proposals").json_body["items"][0]["signs_of_life"]
        assert (sign["day"], sign["feed"]) == ("2025-06-10", "bus_rides")
        assert sign["zh"]

    def test_a_struck_line_leaves_the_list_with_its_reason_on_record(self, as_: As) -> None:
        person = somebody_with_everything()
        officer = as_("officer", TOWNSHIP, "zhou")
        answer = officer.post(f"/v1/suspension-proposals/{person}.3/refuse", {"reason": "住县医院"})
        assert answer.json_body["state"] == "refused"
        assert len(officer.get("/v1/suspension-proposals").json_body["items"]) == 2
        entry = next(e for e in people.audit_trail(person) if e.action == "suspension refused")
        assert (entry.actor, entry.details["reason"]) == ("zhou", "住县医院")


class TestSuspicions:
    def test_a_line_and_its_end(self, as_: As) -> None:
        person = somebody_with_everything()
        officer = as_("officer", COUNTY, "wu", authority=HRSS)
        lines = officer.get(f"/v1/suspicions?area={VILLAGE}").json_body["items"]
        line = next(line for line in lines if line["kind"] == "death")
        assert (line["kind"], line["day"], line["verify_by"]) == ("death", "2025-06-20", "2025-06-30")
        ended = officer.post(
            f"/v1/suspicions/{line['id']}/outcome", {"confirmed": False, "verification": "visit"}
        )
        assert ended.json_body["state"] == "cleared"
        (suspicion,) = (
            s for s in people.load(person).suspicions if ids.of_suspicion(person, s) == line["id"]
        )
        assert (suspicion.state, suspicion.verified_by) == (SuspicionState.CLEARED, "wu")
        other = officer.post(
            f"/v1/suspicions/{line['id']}/outcome", {"confirmed": True, "verification": "document"}
        )
        assert (other.status_code, other.json_body["code"]) == (409, "already_ended")

    def test_a_suspicion_that_does_not_exist(self, as_: As) -> None:
        person, officer = somebody_with_everything(), as_("officer", COUNTY, authority=HRSS)
        body = {"confirmed": True, "verification": "document"}
        for rest in ["death.20250621", "death.20250230", "death.2025-06-20", "murder.20250620", "death"]:
            answer = officer.post(f"/v1/suspicions/{person}.{rest}/outcome", body)
            assert (rest, answer.status_code) == (rest, 404)


class TestInstructions:
    def test_under_the_authority_s_own_reference_and_acknowledged(self, as_: As) -> None:
        person = somebody_with_everything()
        officer = as_("officer", COUNTY, authority=HRSS)
        _resume, line = officer.get("/v1/instructions").json_body["items"]
        assert line["payee"].startswith("payee-resident_pension")
        assert (line["kind"], line["month"], line["fen"]) == ("suspend", "2025-07", 21_500)
        answer = officer.post(f"/v1/instructions/{line['id']}/acknowledge")
        assert answer.json_body["state"] == "acknowledged"
        assert people.load(person).instructions[1].state is InstructionState.ACKNOWLEDGED
        assert "instruction 2025-07#resident_pension#suspend" in {what for _, what in looks_at(person)}

    def test_those_of_other_areas_are_left_out(self, as_: As) -> None:
        here = somebody_with_everything()
        there = somebody_with_everything("34162119500101123X", f"{OTHER_COUNTY}001001")

        def persons(area: str) -> set[str]:
            lines = as_("officer", area, authority=HRSS).get("/v1/instructions").json_body["items"]
            return {line["person"] for line in lines}

        assert [persons(area) for area in (COUNTY, OTHER_COUNTY, CITY)] == [{here}, {there}, {here, there}]
        items, pages = everything(as_("officer", CITY, authority=HRSS), "/v1/instructions", 1)
        assert ({item["person"] for item in items}, pages) == ({here, there}, 4)


class TestFiles:
    def test_what_became_of_a_file_but_never_its_name(self, as_: As) -> None:
        dropped = a_file()
        answer = as_("auditor", COUNTY).get("/v1/files?feed=cremations&state=held")
        (line,) = answer.json_body["items"]
        assert (line["id"], line["counts"]["rows"], line["why"]["code"]) == (dropped.id, 3, "too_few_rows")
        assert NAME not in answer.body.decode()
        assert "csv" not in answer.body.decode()

    def test_newest_first_and_in_pages(self, as_: As) -> None:
        for day in range(1, 6):
            a_file(state=FileState.LOADED, day=date(2025, 6, day))
        a_file()
        a_file("custody")
        items, pages = everything(as_("officer", COUNTY, authority=SENDER), "/v1/files?feed=cremations", 2)
        assert [item["day"][-2:] for item in items] == ["30", "05", "04", "03", "02", "01"]
        assert pages == 3
        assert len(everything(as_("officer", COUNTY, authority=SENDER), "/v1/files", 2)[0]) == 7
        assert len(everything(as_("officer", COUNTY, authority=SENDER), "/v1/files?state=held", 1)[0]) == 2

    def test_filters_are_words_of_ours(self, as_: As) -> None:
        for query in ["state=stolen", "feed=../etc", "feed=", "state=", "feed=%00", "since=2025"]:
            answer = as_("officer", COUNTY, authority=SENDER).get(f"/v1/files?{query}")
            assert (query, answer.status_code) == (query, 422)
            assert b"stolen" not in answer.body


class TestSuspensionLimits:
    """Rule 12: what a month would suspend beyond the limit is seen, and lifted by a person of the city."""

    def test_none_while_nothing_is_approved(self, as_: As) -> None:
        somebody_with_everything()
        assert as_("officer", COUNTY, authority=HRSS).get("/v1/suspension-limits").json_body == {
            "items": [],
            "next": None,
        }

    def test_a_line_says_how_many_how_many_may_and_how_to_lift_it(self, as_: As) -> None:
        too_many_lines()
        (line,) = as_("officer", COUNTY, authority=HRSS).get("/v1/suspension-limits").json_body["items"]
        assert (line["id"], line["lines"], line["most"], line["state"]) == (LIMIT, 11, 10, "exceeded")
        assert (line["average_of_months_before"], line["paid"], line["lifted"]) == (0, None, None)
        assert f"/v1/suspension-limits/{LIMIT}/lift" in line["what_to_do"]["zh"]
        assert (
            as_("officer", OTHER_COUNTY, authority=HRSS).get("/v1/suspension-limits").json_body["items"] == []
        )

    def test_a_person_of_the_city_lifts_it_with_a_reason(self, as_: As) -> None:
        too_many_lines()
        where, reason = f"/v1/suspension-limits/{LIMIT}/lift", {"reason": "逐行核对无误"}
        assert as_("officer", CITY, "wu", authority=HRSS).post(where, reason).json_body["code"] == "involved"
        lifted = as_("officer", CITY, "zheng", authority=HRSS).post(where, reason).json_body
        assert (lifted["state"], lifted["lifted"]["up_to"], lifted["lifted"]["by"]) == ("lifted", 11, "zheng")
        assert lifted["lifted"]["reason"] == "逐行核对无误"
        assert (
            as_("officer", CITY, "qian", authority=HRSS).post(where, reason).json_body["code"]
            == "within_limit"
        )
        (line,) = as_("officer", CITY, authority=HRSS).get("/v1/suspension-limits").json_body["items"]
        assert line == lifted

    def test_what_does_not_exist(self, as_: As) -> None:
        too_many_lines()
        for odd in (
            LIMIT.replace("pension", "pensions"),
            "341602.2025-13.resident_pension",
            "341602",
            "4" * 99,
        ):
            answer = as_("officer", CITY, authority=HRSS).post(
                f"/v1/suspension-limits/{odd}/lift", {"reason": "核对无误"}
            )
            assert (odd, answer.status_code) == (odd, 404)
        elsewhere = as_("officer", "3417", authority=HRSS).post(
            f"/v1/suspension-limits/{LIMIT}/lift", {"reason": "核对无误"}
        )
        assert elsewhere.status_code == 404

    def test_once_counted_the_share_of_those_paid_counts(self, as_: As) -> None:
        a_person()
        nightly_statistics()
        too_many_lines()
        (line,) = as_("officer", COUNTY, authority=HRSS).get("/v1/suspension-limits").json_body["items"]
        assert (line["paid"], line["most"]) == (1, 10)


class TestPages:
    @pytest.fixture
    def visits(self, aws: None) -> None:
        for number, area in enumerate((VILLAGE, OTHER_VILLAGE, f"{OTHER_COUNTY}001001")):
            for n in range(3):
                person = a_person(f"3416021950010{number}{n}12", area=area)
                visit = Visit(1, VisitPurpose.CERTIFY, "2025-08-31", date(2025, 7, 1), date(2025, 7, 9 - n))
                given(person, visits=(visit,))

    def test_every_line_once_by_area_and_due_day(self, as_: As, visits: None) -> None:
        for limit, pages in ((1, 9), (4, 3), (9, 1), (200, 1)):
            items, count = everything(as_("officer", CITY), "/v1/visits", limit)
            assert count == pages
            lines = [(item["area"], item["due"]) for item in items]
            assert lines == sorted(lines)
            assert len({item["id"] for item in items}) == 9

    def test_an_area_narrows_and_never_widens(self, as_: As, visits: None) -> None:
        def lines(caller: Caller, area: str) -> int:
            answer = caller.get(f"/v1/visits?area={area}")
            return len(answer.json_body["items"]) if answer.status_code == 200 else answer.status_code

        assert [lines(as_("officer", CITY), area) for area in (CITY, COUNTY, TOWNSHIP, VILLAGE)] == [
            9,
            6,
            6,
            3,
        ]
        assert [lines(as_("officer", TOWNSHIP), area) for area in (TOWNSHIP, VILLAGE)] == [6, 3]
        outside = ("34", CITY, COUNTY, OTHER_COUNTY, "341602002", "341602002001")
        assert [lines(as_("officer", TOWNSHIP), area) for area in outside] == [404] * len(outside)
        odd = (
            "",
            "3",
            "3416022",
            "34160200100",
            "34%25",
            "*",
            "３４１６０２",
            "341602001001%00",
            "3416020010011",
        )
        assert [lines(as_("officer", CITY), area) for area in odd] == [422] * len(odd)

    def test_limits(self, as_: As) -> None:
        for limit in ["0", "201", "-1", "1.5", "１０", "1e2", "", "all", "0x10", "9" * 5000]:
            answer = as_("officer", COUNTY).get(f"/v1/visits?limit={limit}")
            (error,) = answer.json_body["errors"]
            assert (limit, answer.status_code, error["parameter"]) == (limit, 422, "limit")

    def test_cursors_that_no_list_has_given(self, as_: As, visits: None) -> None:
        officer = as_("officer", CITY, authority=HRSS)
        own = hashlib.sha256(f"visits {CITY}".encode()).hexdigest()[:12]
        forged: list[object] = [
            [own, "~"],
            [own, "34~"],
            [own, f"{CITY}~~"],
            [own, f"{CITY}\ud800"],
            [own, "99"],
            [own, "\ud800"],
            [own, ""],
            [own, "x" * 400],
        ]
        forged += [[own, 1], [own], [], {}, None, [own, "a", "b"], ["other", "3416"]]
        cursors = [
            base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=") for value in forged
        ]
        cursors += ["", "x", "%ff", "=" * 8, "é", "A" * 600, base64.urlsafe_b64encode(b"[" * 300).decode()]
        for path, cursor in product(LISTS, cursors):
            answer = officer.get(f"{path}?cursor={cursor}")
            assert (cursor, answer.status_code, answer.json_body["code"]) == (cursor, 422, "bad_cursor")

    def test_a_cursor_belongs_to_its_list_and_filter(self, as_: As, visits: None) -> None:
        city = as_("officer", CITY)
        cursor = city.get("/v1/visits?limit=1").json_body["next"]
        assert city.get(f"/v1/visits?area={COUNTY}&cursor={cursor}").status_code == 422
        assert city.get(f"/v1/suspicions?cursor={cursor}").status_code == 422
        assert as_("officer", COUNTY).get(f"/v1/visits?cursor={cursor}").status_code == 422

    def test_parameters_are_known_and_given_once(self, as_: As) -> None:
        officer = as_("officer", COUNTY)
        assert officer.get(f"/v1/visits?area={COUNTY}&area={VILLAGE}").status_code == 422
        assert officer.get("/v1/visits?name=x").status_code == 422
        assert officer.get("/v1/stats?limit=1").status_code == 422
