"""Lists of people, what waits in an area, and all that is known of one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.api import people_by_area, waiting
from chalicelib.model import (
    AreaCode,
    Change,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    Month,
    Payment,
    PersonId,
    PersonRecord,
    Relation,
)
from chalicelib.storage.dynamodb import people, places, tables, worklist_rows
from chalicelib.storage.dynamodb.tables import Work
from tests.api.conftest import (
    COUNTY,
    NUMBER,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    As,
    a_person,
    looks_at,
)
from tests.api.town import HRSS, PENSION, SENDER, somebody_with_everything

BORN = "341602195001011"


def folk(count: int, area: str = VILLAGE, **also: Any) -> list[PersonId]:
    first = 10 if area == VILLAGE else 40
    return sorted(a_person(f"{BORN}{first + n:02d}0", area=area, **also) for n in range(count))


def moved(record: PersonRecord, **differently: Any) -> None:
    person = replace(record.person, **differently)
    people.change(person.id, lambda _: Change("given", "test", clock.now(), person=person))


def listed(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.body
    return [item["person"] for item in answer.json_body["items"]]


class TestPeople:
    def test_page_by_page_everybody_of_the_area_once_and_nobody_else(self, as_: As) -> None:
        here, there = folk(5), folk(2, OTHER_VILLAGE)
        officer = as_("officer", VILLAGE)
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = officer.get(f"/v1/people?limit=2{f'&cursor={cursor}' if cursor else ''}")
            found += listed(answer)
            cursor = answer.json_body["next"]
        assert found == here
        assert listed(as_("officer", COUNTY).get("/v1/people")) == [*here, *there]
        assert listed(as_("officer", COUNTY).get(f"/v1/people?area={OTHER_VILLAGE}")) == there
        assert listed(as_("officer", OTHER_COUNTY).get("/v1/people")) == []

    def test_by_status_route_benefit_and_end(self, as_: As) -> None:
        [usual] = folk(1)
        ending = a_person(f"{BORN}910", until=date(2025, 7, 20))
        stopped = a_person(f"{BORN}920", status=EntitlementStatus.SUSPENDED, until=date(2025, 5, 31))
        old = a_person(f"{BORN}930", benefits=("old_age_allowance",))
        officer = as_("officer", VILLAGE)
        assert listed(officer.get("/v1/people?status=suspended")) == [stopped]
        assert listed(officer.get("/v1/people?benefit=old_age_allowance")) == [old]
        assert listed(officer.get("/v1/people?ends_from=2025-07-01&ends_until=2025-07-31")) == [ending]
        assert usual in listed(officer.get("/v1/people?status=active&ends_from=2025-08-01"))
        assert listed(officer.get("/v1/people?route=visit")) == []
        for wrong in ("status=dead", "route=bus", "ends_from=soon", "ends_until=2025-02-30"):
            assert officer.get(f"/v1/people?{wrong}").status_code == 422

    def test_an_authority_sees_who_draws_its_benefits(self, as_: As) -> None:
        person = a_person(benefits=("resident_pension", "old_age_allowance"))
        answer = as_("officer", COUNTY, authority=HRSS).get("/v1/people")
        assert listed(answer) == [person]
        assert [b["benefit"] for b in answer.json_body["items"][0]["benefits"]] == [PENSION]
        assert listed(as_("officer", COUNTY, authority="housing").get("/v1/people")) == []

    def test_names_are_masked_and_each_line_is_a_look_once_a_day(self, as_: As) -> None:
        [person] = folk(1)
        officer = as_("officer", VILLAGE, "wu")
        line = officer.get("/v1/people").json_body["items"][0]
        officer.get("/v1/people")
        assert line["name"] == "孟*华"
        assert looks_at(person) == [("wu", "list of people")]

    def test_where_few_match_a_page_is_short_and_goes_on(
        self, as_: As, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(people_by_area, "READ_AT_MOST", 2)
        folk(3)
        officer = as_("officer", VILLAGE)
        first = officer.get("/v1/people?status=suspended")
        assert (listed(first), first.json_body["next"] is None) == ([], False)
        again = officer.get(f"/v1/people?status=suspended&cursor={first.json_body['next']}")
        assert (listed(again), again.json_body["next"]) == ([], None)


class TestWhereTheyLive:
    def test_a_row_is_written_when_somebody_comes_or_moves_and_by_nothing_between(self, aws: None) -> None:
        [person] = folk(1)
        assert list(places.residents(VILLAGE)) == [(VILLAGE, person)]
        before = people.load(person)
        assert worklist_rows.writes(before, before) == []
        moved(before, area=AreaCode(OTHER_VILLAGE))
        assert list(places.residents(VILLAGE)) == []
        assert list(places.residents(COUNTY)) == [(OTHER_VILLAGE, person)]
        moved(people.load(person), joined_to=PersonId("a" * 26))
        assert list(places.residents(COUNTY)) == []

    def test_whom_no_row_names_is_filed_by_the_nightly_count(self, aws: None) -> None:
        [person] = folk(1)
        tables.delete(Work(f"IN#{VILLAGE}", person))
        assert list(places.residents(COUNTY)) == []
        assert places.file_all([people.load(person).person]) == 1
        assert list(places.residents(COUNTY)) == [(VILLAGE, person)]
        assert places.file_all([people.load(person).person]) == 0

    def test_a_row_of_nobody_and_of_somebody_who_has_moved_shows_nobody(self, as_: As) -> None:
        [person] = folk(1)
        tables.put(Work(f"IN#{VILLAGE}", "a" * 26, body="{}"))
        places.remember(AreaCode(OTHER_VILLAGE))
        tables.put(Work(f"IN#{OTHER_VILLAGE}", person, body="{}"))
        assert listed(as_("officer", COUNTY).get("/v1/people")) == [person]


class TestToday:
    def kinds(self, answer: Any) -> dict[str, dict[str, Any]]:
        assert answer.status_code == 200, answer.body
        return {each["kind"]: each for each in answer.json_body["kinds"]}

    def test_what_waits_by_kind_day_and_area(self, as_: As) -> None:
        somebody_with_everything(NUMBER)
        found = self.kinds(as_("officer", COUNTY, authority=HRSS).get("/v1/today"))
        lines = found["suspension-proposals"]
        assert (lines["waiting"], lines["overdue"], lines["complete"]) == (3, 3, True)
        assert lines["by_day"] == [{"day": "2025-06-20", "waiting": 3}]
        assert lines["by_area"] == [{"area": TOWNSHIP, "waiting": 3}]
        assert found["visits"]["by_day"] == [{"day": "2025-07-04", "waiting": 1}]
        assert (found["suspicions"]["waiting"], found["endings"]["waiting"]) == (3, 1)
        assert found["instructions"]["waiting"] == 2

    def test_only_what_the_callers_own_lists_show(self, as_: As) -> None:
        somebody_with_everything(NUMBER)
        worker = self.kinds(as_("grid-worker", VILLAGE).get("/v1/today"))
        assert set(worker) == {"visits", "notices"}
        foreign = self.kinds(as_("officer", COUNTY, authority=SENDER).get("/v1/today"))
        assert foreign["suspension-proposals"]["waiting"] == foreign["visits"]["waiting"] == 0
        township = self.kinds(as_("officer", TOWNSHIP).get("/v1/today"))
        assert "instructions" not in township
        elsewhere = self.kinds(as_("officer", OTHER_COUNTY, authority=HRSS).get("/v1/today"))
        assert elsewhere["visits"]["waiting"] == elsewhere["instructions"]["waiting"] == 0

    @pytest.mark.parametrize("authority", [None, HRSS])
    def test_beyond_what_is_counted_it_says_so(
        self, as_: As, monkeypatch: pytest.MonkeyPatch, authority: str | None
    ) -> None:
        monkeypatch.setattr(waiting, "COUNTED", 1)
        somebody_with_everything(NUMBER)
        found = self.kinds(as_("officer", COUNTY, authority=authority).get("/v1/today"))
        assert found["suspicions"]["complete"] is False
        assert "instructions" not in found or found["instructions"]["complete"] is False


class TestPortrait:
    def test_the_time_line_says_what_each_item_counts_for(self, as_: As) -> None:
        [person] = folk(1, until=date(2025, 7, 31))
        key = EvidenceKey(date(2025, 6, 16), FeedId("hospital_inpatient"), "admitted")
        gone = EvidenceKey(date(2025, 1, 1), FeedId("a_feed_of_before"), "seen")
        evidence = (Evidence(key, FileId("0" * 16), 7), Evidence(gone, FileId("0" * 16), 8))
        people.change(person, lambda _: Change("given", "test", clock.now(), evidence=evidence))
        shown = as_("officer", COUNTY, authority=HRSS).get(f"/v1/persons/{person}/portrait").json_body
        item, unknown = shown["evidence"]
        assert (item["day"], item["feed"], item["proves"]) == ("2025-06-16", "hospital_inpatient", "presence")
        assert item["strength"] == "strong"
        [counted] = item["counts"]
        assert (counted["benefit"], counted["certifies"]) == (PENSION, True)
        assert counted["why"]["zh"]
        assert (unknown["title"]["zh"], unknown["proves"], unknown["counts"]) == ("seen", None, [])

    def test_each_month_what_was_due_and_what_came(self, as_: As) -> None:
        [person] = folk(1)
        people.put_payments([(person, Payment(PENSION, Month("2025-05"), 20_000, date(2025, 5, 10)))])
        shown = as_("auditor", COUNTY).get(f"/v1/persons/{person}/portrait").json_body
        months = {each["month"]: each for each in shown["payments"]}
        assert len(months) == 24
        may = months["2025-05"]
        assert (may["due_fen"], may["paid_fen"], may["is_stopped"]) == (21_500, 20_000, False)
        assert months["2025-06"]["paid_fen"] == 0

    def test_what_may_be_done_is_by_level_and_by_who_had_a_part(self, as_: As) -> None:
        person = somebody_with_everything(NUMBER)
        where = f"/v1/persons/{person}/portrait"

        def may(*who: str, **claims: str) -> set[str]:
            shown = as_(*who, **claims).get(where).json_body
            return {each["path"].replace(person, "P") for each in shown["may"]}

        county = may("officer", COUNTY, "wu", authority=HRSS)
        assert "/v1/suspension-proposals/P.2/approve" in county
        assert "/v1/suspension-proposals/P.1/confirm" not in county
        assert "/v1/endings/P.custody.20250628/approve" in county
        assert "/v1/suspension-proposals/P.1/confirm" in may("officer", TOWNSHIP, "zhou")
        same = may("officer", COUNTY, "township-officer", authority=HRSS)
        assert "/v1/suspension-proposals/P.2/approve" not in same
        assert may("auditor", COUNTY) == set()

    def test_another_authority_sees_its_own_part_and_who_looked_is_told(self, as_: As) -> None:
        person = a_person(benefits=("resident_pension", "old_age_allowance"))
        mine = as_("officer", COUNTY, "wu", authority=HRSS).get(f"/v1/persons/{person}/portrait").json_body
        assert [each["benefit"] for each in mine["benefits"]] == ["resident_pension"]
        assert {each["benefit"] for each in mine["payments"]} == {"resident_pension"}
        assert [(each["actor"], each["what"]) for each in mine["looks"]] == [("wu", "portrait")]
        assert looks_at(person) == [("wu", "portrait")]

    def test_whom_the_roster_names_as_related_is_told_from_either_side(self, as_: As) -> None:
        father, child = folk(2)
        moved(people.load(child), related={father: Relation.PARENT})
        auditor = as_("auditor", COUNTY)
        shown = auditor.get(f"/v1/persons/{child}/portrait").json_body["related"]
        assert shown == [{"person": father, "relation": "parent", "is_known": True}]
        shown = auditor.get(f"/v1/persons/{father}/portrait").json_body["related"]
        assert shown == [{"person": child, "relation": None, "is_known": True}]
