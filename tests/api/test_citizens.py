from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import Case, Channel, EntitlementStatus, Message, MessageState, StateName, Template
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.api.conftest import (
    COUNTY,
    NAME,
    NUMBER,
    OTHER_NUMBER,
    OTHER_VILLAGE,
    VILLAGE,
    As,
    a_number,
    a_person,
    an_assertion,
    given,
    looks_at,
)
from tests.storage.faults import at_call

RIGHT = a_number(NUMBER[:17])


def _goes_on(_: object) -> None:
    """No fault: the call is only counted."""


CERTIFY = "/v1/self-certifications"


class TestLookup:
    def test_a_number_leads_to_an_opaque_id(self, as_: As) -> None:
        person = a_person()
        found = as_("app", COUNTY).post("/v1/persons:lookup", {"number": RIGHT})
        assert (found.status_code, found.json_body) == (200, {"id": person})
        assert looks_at(person) == [("app-341602", "lookup")]

    def test_every_way_of_writing_the_number_is_understood(self, as_: As) -> None:
        person = a_person()
        wide = RIGHT.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
        assert as_("app", COUNTY).post("/v1/persons:lookup", {"number": f" {wide}"}).json_body == {
            "id": person
        }

    def test_a_name_that_does_not_belong_to_the_number_finds_nobody(self, as_: As) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        assert app.post("/v1/persons:lookup", {"number": RIGHT, "name": NAME}).status_code == 200
        wrong = app.post("/v1/persons:lookup", {"number": RIGHT, "name": "别人"})
        stranger = app.post("/v1/persons:lookup", {"number": a_number("34160219480305432")})
        assert wrong.status_code == stranger.status_code == 404
        assert wrong.json_body | {"instance": ""} == stranger.json_body | {"instance": ""}
        assert len(looks_at(person)) == 1

    def test_citizens_find_only_themselves(self, as_: As) -> None:
        me, other = a_person(), a_person(OTHER_NUMBER)
        citizen = as_("citizen", person=me)
        assert citizen.post("/v1/persons:lookup", {"number": RIGHT}).json_body == {"id": me}
        other_number = people.identity_of(other).number
        assert citizen.post("/v1/persons:lookup", {"number": other_number}).status_code == 404
        assert looks_at(me) == looks_at(other) == []

    def test_a_wrong_number_is_named_by_its_fault_and_not_repeated(self, as_: As) -> None:
        wrong = as_("app", COUNTY).post("/v1/persons:lookup", {"number": "341602195001011230"})
        assert wrong.status_code == 422
        assert wrong.json_body["errors"][0]["pointer"] == "/number"
        assert wrong.json_body["errors"][0]["code"] == "number_check"
        assert b"341602" not in wrong.body

    def test_a_number_in_an_address_is_refused(self, as_: As) -> None:
        a_person()
        app = as_("app", COUNTY)
        assert app.get(f"/v1/persons/{RIGHT}/status").status_code == 404
        answer = app.get(f"/v1/stats?number={RIGHT}")
        assert answer.status_code == 422
        assert RIGHT.encode() not in answer.body


class TestStatus:
    def test_it_says_until_when_why_and_what_to_do(self, as_: As) -> None:
        person = a_person(benefits=("resident_pension", "outpatient_chronic"))
        status = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body
        assert status["person"] == person
        assert status["as_of"] == "2025-07-01"
        assert status["hotline"] == "12333"
        assert status["case"] is None
        benefit = next(b for b in status["benefits"] if b["benefit"] == "resident_pension")
        assert benefit["title"]["zh"]
        assert benefit["status"] == "active"
        assert benefit["valid_until_at_least"] == "2025-08-31"
        assert benefit["why"][0]["zh"]
        assert benefit["why"][0]["en"]
        assert benefit["what_to_do"]["zh"].startswith("无需办理")
        assert RIGHT not in str(status)
        assert NAME not in str(status)

    def test_an_open_case_has_a_deadline_and_a_code_against_fraudsters(self, as_: As) -> None:
        person = a_person()
        given(person, cases=(Case(date(2025, 8, 31), date(2025, 6, 2), 1, StateName.REMIND),))
        status = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body
        case = status["case"]
        assert (case["state"], case["since"], case["deadline"]) == ("Remind", "2025-06-02", "2025-08-31")
        assert len(case["check_code"]) == 6
        assert "2025年8月31日" in status["benefits"][0]["what_to_do"]["zh"]

    def test_the_expired_are_told_that_they_are_still_paid(self, as_: As) -> None:
        person = a_person(until=date(2025, 5, 31))
        benefit = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body["benefits"][0]
        assert benefit["status"] == "expired_still_paid"
        assert "待遇仍在发放" in benefit["what_to_do"]["zh"]

    def test_the_suspended_are_told_how_to_resume(self, as_: As) -> None:
        person = a_person(until=date(2025, 5, 31), status=EntitlementStatus.SUSPENDED)
        benefit = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body["benefits"][0]
        assert benefit["status"] == "suspended"
        assert "补发" in benefit["what_to_do"]["zh"]

    def test_notices_can_be_read_again(self, as_: As) -> None:
        person = a_person()
        words = {"deadline": "2025-08-31", "hotline": "12333", "code": "123456"}
        message = Message(
            f"{person}.1",
            Template.REMIND,
            "2025-08-31",
            Channel.SMS,
            words,
            date(2025, 6, 2),
            MessageState.SENT,
        )
        given(person, messages=(message,))
        notices = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body["notices"]
        assert notices[0]["template"] == "remind"
        assert "12333" in notices[0]["text"]

    def test_polling_with_the_tag_costs_next_to_nothing_until_something_changes(self, as_: As) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        first = app.get(f"/v1/persons/{person}/status")
        tag = first.headers["ETag"]
        again = app.get(f"/v1/persons/{person}/status", If_None_Match=f'W/"other", {tag}')
        assert (again.status_code, again.body) == (304, b"")
        assert again.headers["ETag"] == tag
        for _ in range(3):
            app.get(f"/v1/persons/{person}/status", If_None_Match=tag)
        assert len(looks_at(person)) == 2, "that nothing has changed is a look, and one a day"
        given(person, cases=(Case(date(2025, 8, 31), date(2025, 6, 2), 1, StateName.REMIND),))
        changed = app.get(f"/v1/persons/{person}/status", If_None_Match=tag)
        assert changed.status_code == 200
        assert changed.headers["ETag"] != tag

    @pytest.mark.long_way
    def test_the_record_is_read_once_also_where_the_look_is_recorded(self, as_: As) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        app.get("/v1/stats")  # whether tokens are revoked is asked once a minute
        with at_call("dynamodb", "Query", _goes_on) as read:
            assert app.get(f"/v1/persons/{person}/status").status_code == 200
        assert len(read) == 1
        assert looks_at(person) == [("app-341602", "status")]
        assert not findings_about(person)

    @pytest.mark.long_way
    def test_a_look_is_recorded_although_the_record_moved_on_meanwhile(self, as_: As) -> None:
        person = a_person()

        def somebody_else_writes(_: object) -> None:
            if len(written) == 1:
                given(person, details={"meanwhile": True})

        with at_call("dynamodb", "PutItem", somebody_else_writes, calls={1}) as written:
            assert as_("app", COUNTY).get(f"/v1/persons/{person}/status").status_code == 200
        assert [entry.action for entry in people.audit_trail(person)] == ["created", "given", "looked"]

    def test_an_id_of_another_shape_is_an_id_of_nothing(self, as_: As) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        odd = [
            "",
            "%2e%2e",
            "..",
            "x" * 26,
            person.upper(),
            f"{person}%00",
            "%ff",
            f"{person}x",
            "%25" * 40,
            "a" * 5000,
        ]
        assert {app.get(f"/v1/persons/{id_}/status").status_code for id_ in odd} == {404}
        encoded = "".join(f"%{ord(c):02x}" for c in person)
        assert app.get(f"/v1/persons/{encoded[:117]}/status").status_code in (200, 404)


class TestSelfCertification:
    def body(self, person: str, method: str = "face", **other: str) -> dict[str, str]:
        if method == "counter":
            return {"person": person, "method": method, "reference": "session-7f3a", **other}
        return {"person": person, "method": method, "assertion": an_assertion(person, method), **other}

    def test_a_face_certifies_every_benefit_for_a_year(self, as_: As) -> None:
        person = a_person(benefits=("resident_pension", "outpatient_chronic"))
        answer = as_("citizen", person=person).post(CERTIFY, self.body(person))
        assert answer.status_code == 200
        assert answer.json_body["certified"] is True
        until = {b["benefit"]: (b["valid_until_at_least"], b["route"]) for b in answer.json_body["benefits"]}
        assert until["resident_pension"] == ("2026-06-30", "self")
        assert people.load(person).entitlements[-1].valid_until == date(2026, 6, 30)

    def test_the_evidence_names_who_certified_and_by_what(self, as_: As) -> None:
        person = a_person()
        as_("officer", VILLAGE, "clerk-7").post(CERTIFY, self.body(person, method="counter"))
        (evidence,) = people.load(person).evidence
        assert (evidence.key.feed, evidence.key.event) == ("counter", "certified")
        assert evidence.facts == {"by": "clerk-7", "method": "counter", "reference": "session-7f3a"}

    def test_only_officers_stand_at_a_counter(self, as_: As) -> None:
        person = a_person()
        refused = as_("app", COUNTY).post(CERTIFY, self.body(person, method="counter"))
        assert refused.status_code == 403
        assert refused.json_body["errors"][0]["pointer"] == "/method"
        assert people.load(person).evidence == ()

    def test_the_suspended_can_certify(self, as_: As) -> None:
        person = a_person(until=date(2025, 5, 31), status=EntitlementStatus.SUSPENDED)
        answer = as_("citizen", person=person).post(CERTIFY, self.body(person))
        assert answer.json_body["certified"] is True
        assert answer.json_body["benefits"][0]["valid_until_at_least"] == "2026-06-30"

    def test_nobody_certifies_another_citizen_or_another_area(self, as_: As) -> None:
        me, other = a_person(), a_person(OTHER_NUMBER)
        assert as_("citizen", person=me).post(CERTIFY, self.body(other)).status_code == 404
        assert as_("app", OTHER_VILLAGE).post(CERTIFY, self.body(other)).status_code == 404
        assert people.load(other).evidence == ()

    def test_a_reference_may_not_be_an_identity_number(self, as_: As) -> None:
        person = a_person()
        for reference in (RIGHT, f"face-{RIGHT}", "13800001111"):
            refused = as_("app", COUNTY).post(CERTIFY, self.body(person, reference=reference))
            assert refused.status_code == 422
            assert refused.json_body["errors"][0]["code"] == "identifying"
            assert reference.encode() not in refused.body

    def test_a_repeated_request_gets_the_same_answer(self, as_: As) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        body = self.body(person)
        first = app.post(CERTIFY, body, Idempotency_Key="k-1")
        length = people.load(person).person.sequence
        again = app.post(CERTIFY, body, Idempotency_Key="k-1")
        assert (again.status_code, again.body) == (first.status_code, first.body)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert people.load(person).person.sequence == length

    def test_a_key_stands_for_one_request_of_one_caller(self, as_: As) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        app.post(CERTIFY, self.body(person), Idempotency_Key="k-1")
        other = app.post(CERTIFY, self.body(person, reference="session-9"), Idempotency_Key="k-1")
        assert (other.status_code, other.json_body["code"]) == (422, "idempotency_key_reused")
        somebody = as_("app", COUNTY, "another-app").post(CERTIFY, self.body(person), Idempotency_Key="k-1")
        assert "Idempotent-Replayed" not in somebody.headers
        assert app.post(CERTIFY, self.body(person), Idempotency_Key="k" * 129).status_code == 422

    def test_a_refusal_is_remembered_too(self, as_: As) -> None:
        person = a_person()
        app = as_("app", OTHER_VILLAGE)
        body = self.body(person)
        first = app.post(CERTIFY, body, Idempotency_Key="k-2")
        again = app.post(CERTIFY, body, Idempotency_Key="k-2")
        assert again.status_code == first.status_code == 404
        assert again.headers["Content-Type"] == "application/problem+json"


class TestAudit:
    def test_a_person_sees_who_looked(self, as_: As) -> None:
        person = a_person()
        as_("grid-worker", VILLAGE, "worker-3").get(f"/v1/persons/{person}/status")
        items = as_("citizen", person=person).get(f"/v1/persons/{person}/audit").json_body["items"]
        look = items[-1]
        assert (look["action"], look["actor"]) == ("looked", "worker-3")
        assert look["details"] == {"what": "status", "role": "grid-worker", "area": VILLAGE}

    def test_nothing_identifying_stands_in_it(self, as_: As) -> None:
        person = a_person()
        as_("app", COUNTY).post("/v1/persons:lookup", {"number": RIGHT, "name": NAME})
        audit = as_("auditor", COUNTY).get(f"/v1/persons/{person}/audit").body.decode()
        assert RIGHT not in audit
        assert NAME not in audit

    def test_an_auditor_sees_that_the_chain_is_whole_and_is_seen_looking(self, as_: As) -> None:
        person = a_person()
        audit = as_("auditor", COUNTY).get(f"/v1/persons/{person}/audit").json_body
        assert audit["chain_holds"] is True
        assert audit["items"][-1]["actor"] == "auditor-341602"

    def test_it_comes_in_pages(self, as_: As) -> None:
        person = a_person()
        for worker in range(4):
            as_("grid-worker", VILLAGE, f"worker-{worker}").get(f"/v1/persons/{person}/status")
        citizen = as_("citizen", person=person)
        seen, cursor, pages = [], "", 0
        while cursor is not None:
            page = citizen.get(
                f"/v1/persons/{person}/audit?limit=2" + (f"&cursor={cursor}" if cursor else "")
            )
            seen += [item["sequence"] for item in page.json_body["items"]]
            cursor, pages = page.json_body["next"], pages + 1
        assert (seen, pages) == ([1, 2, 3, 4, 5], 3)
