"""Arrears that wait for a second person: who sees them, and who may approve (rule 18)."""

from __future__ import annotations

from tests.api.conftest import COUNTY, TOWNSHIP, VILLAGE, As
from tests.api.town import HRSS, somebody_with_everything


def test_a_second_person_of_the_authority_approves_them(as_: As) -> None:
    person = somebody_with_everything()
    where = f"/v1/instructions/{person}.2025-06.resident_pension.resume/approve"
    officer = as_("officer", COUNTY, "li", authority=HRSS)
    lines = officer.get(f"/v1/instructions?area={VILLAGE}").json_body["items"]
    (held,) = (line for line in lines if line["held_months"])
    assert (held["held_months"], held["certified_by"]) == (["2025-04", "2025-05"], "clerk-7")
    for caller, status, code in (
        (as_("officer", TOWNSHIP, "li", authority=HRSS), 403, "level_not_allowed"),
        (as_("officer", COUNTY, "li"), 403, "authority_required"),
        (as_("officer", COUNTY, "li", authority="education"), 404, "not_found"),
        (as_("officer", COUNTY, "clerk-7", authority=HRSS), 409, "same_person"),
    ):
        refused = caller.post(where)
        assert (refused.status_code, refused.json_body["code"]) == (status, code)
    told = officer.post(where).json_body
    assert (told["fen"], told["held_months"], told["state"]) == (5 * 21_500, [], "issued")
    assert officer.post(where).json_body["code"] == "nothing_held"
