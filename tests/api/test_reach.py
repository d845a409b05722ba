"""Who may do what to whom: every role × area × authority × endpoint, against a table written out once more.

The table (`AGREED`) and what follows from it (`expected`) are not taken from the code: they are what was
agreed (docs/decisions/0009). The walk asks what the edge asks before every endpoint and every repeated answer
(`admitted`); that it does ask is tried over HTTP in `test_authorization`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product

import pytest

from chalicelib import api
from chalicelib.api import bodies, middleware, reach
from chalicelib.api.policy import POLICIES
from chalicelib.api.problems import Problem
from chalicelib.api.tokens import Caller, Role
from chalicelib.errors import NotFoundError
from chalicelib.model import AreaCode, DroppedFile, FileId, PersonId, PersonRecord
from chalicelib.storage.dynamodb import files, people, user_accounts
from tests.api import accounts, town
from tests.api.conftest import (
    CITY,
    COUNTY,
    NUMBER,
    OTHER_COUNTY,
    OTHER_TOWNSHIP,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
)
from tests.api.town import ENDPOINTS, HRSS, SENDER, body_for, somebody_with_everything

EVERYBODY = "citizen app grid-worker officer auditor"
SERVING = "citizen app grid-worker officer"
FIELD = "grid-worker officer"
VILLAGES, TOWNSHIPS, COUNTIES, CITIES, PROVINCES = 12, 9, 6, 4, 2  # by the digits of their codes
ANY_LEVEL = (VILLAGES, TOWNSHIPS, COUNTIES, CITIES, PROVINCES)
FROM_COUNTIES = (COUNTIES, CITIES, PROVINCES)
FROM_CITIES = (CITIES, PROVINCES)


@dataclass(frozen=True)
class Agreed:
    """What was agreed about an endpoint."""

    roles: str
    area: str  # whose: person's, county's, jurisdiction's, all of it (that), asked: in the address
    authority: str  # which officers: any; limited: who names one; own: must name it; sender; +: not townships
    levels: tuple[int, ...] = ANY_LEVEL


AGREED = {
    "GET /v1/accounts": Agreed("officer auditor", "asked", "any"),
    "GET /v1/accounts/{id}": Agreed("officer auditor", "account's", "any"),
    "POST /v1/accounts": Agreed("officer", "account's", "any", (TOWNSHIPS, *FROM_COUNTIES)),
    "POST /v1/accounts/{id}/approve": Agreed("officer", "city account's", "any", FROM_CITIES),
    "POST /v1/accounts/{id}/end": Agreed("officer", "account's", "any", (TOWNSHIPS, *FROM_COUNTIES)),
    "GET /v1/subscriptions": Agreed("officer auditor", "all of it", "any", FROM_CITIES),
    "GET /v1/subscriptions/{id}": Agreed("officer auditor", "all of it", "any", FROM_CITIES),
    "POST /v1/subscriptions": Agreed("officer", "all of it", "any", FROM_CITIES),
    "POST /v1/subscriptions/{id}/end": Agreed("officer", "all of it", "any", FROM_CITIES),
    "GET /v1/me": Agreed(EVERYBODY, "oneself", "any"),
    "POST /v1/persons:lookup": Agreed(SERVING, "found", "any"),
    "GET /v1/persons/{id}/status": Agreed(EVERYBODY, "person's", "limited"),
    "GET /v1/persons/{id}/portrait": Agreed("officer auditor", "person's", "limited"),
    "GET /v1/people": Agreed("grid-worker officer auditor", "asked", "any"),
    "GET /v1/today": Agreed(FIELD, "asked", "any"),
    "GET /v1/persons/{id}/certificate": Agreed(SERVING, "person's", "limited"),
    "GET /v1/persons/{id}/audit": Agreed("citizen auditor", "person's", "any"),
    "POST /v1/self-certifications": Agreed("citizen app officer", "person's", "any"),
    "GET /v1/visits": Agreed(FIELD, "asked", "any"),
    "POST /v1/visits": Agreed(FIELD, "person's", "any"),
    "POST /v1/visits/{id}/outcome": Agreed(FIELD, "person's", "limited+"),
    "GET /v1/notices": Agreed(FIELD, "asked", "any"),
    "POST /v1/notices/{id}/delivery": Agreed(FIELD, "person's", "limited+"),
    "GET /v1/suspension-proposals": Agreed("officer", "asked", "own+"),
    "POST /v1/suspension-proposals/{id}/confirm": Agreed("officer", "person's", "any", (TOWNSHIPS,)),
    "POST /v1/suspension-proposals/{id}/approve": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/suspension-proposals/{id}/refuse": Agreed("officer", "person's", "own+"),
    "GET /v1/suspension-limits": Agreed("officer", "asked", "own"),
    "POST /v1/suspension-limits/{id}/lift": Agreed("officer", "county's", "own", FROM_CITIES),
    "GET /v1/suspicions": Agreed("officer", "asked", "any"),
    "POST /v1/suspicions": Agreed("officer", "person's", "own"),
    "POST /v1/restarts": Agreed("officer", "person's", "own+"),
    "POST /v1/joining-doubts": Agreed("officer", "person's", "own+"),
    "POST /v1/suspicions/{id}/outcome": Agreed("officer", "person's", "own+"),
    "POST /v1/suspicions/{id}/approve": Agreed("officer", "person's", "own+"),
    "GET /v1/endings": Agreed("officer", "asked", "own", FROM_COUNTIES),
    "POST /v1/endings/{id}/approve": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/stop-requests": Agreed("citizen app officer", "person's", "any"),
    "POST /v1/stop-requests/{id}/undo": Agreed(SERVING, "person's", "any"),
    "POST /v1/objections": Agreed(SERVING, "person's", "any"),
    "GET /v1/objections": Agreed("officer", "asked", "any"),
    "POST /v1/objections/{id}/decision": Agreed("officer", "person's", "limited"),
    "GET /v1/instructions": Agreed("officer", "asked", "own"),
    "POST /v1/instructions/{id}/acknowledge": Agreed("officer", "person's", "own"),
    "POST /v1/instructions/{id}/approve": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "GET /v1/recoveries": Agreed("officer", "asked", "own+"),
    "POST /v1/recoveries/{id}/hearing": Agreed("officer", "person's", "own+"),
    "POST /v1/recoveries/{id}/decision": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/recoveries/{id}/demand": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/recoveries/{id}/instalments": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/recoveries/{id}/repayments": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/recoveries/{id}/refunds": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/recoveries/{id}/closing": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "POST /v1/recoveries/{id}/closing/approve": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "GET /v1/owed-to-heirs": Agreed("officer", "asked", "own"),
    "POST /v1/owed-to-heirs/{id}/release": Agreed("officer", "person's", "own", FROM_COUNTIES),
    "GET /v1/reconciliation": Agreed("officer", "asked", "own", FROM_COUNTIES),
    "GET /v1/rechecks": Agreed("officer", "asked", "any", (TOWNSHIPS, *FROM_COUNTIES)),
    "GET /v1/files": Agreed("officer auditor", "jurisdiction's", "sender"),
    "GET /v1/files/{id}": Agreed("officer auditor", "jurisdiction's", "sender"),
    "GET /v1/files/{id}/suggestions": Agreed("officer", "jurisdiction's", "sender"),
    "POST /v1/uploads": Agreed("officer", "jurisdiction's", "sender"),
    "GET /v1/files/{id}/rejected-rows": Agreed("officer", "jurisdiction's", "sender"),
    "POST /v1/files/{id}/release": Agreed("officer", "jurisdiction's", "sender", FROM_COUNTIES),
    "POST /v1/files/{id}/refuse": Agreed("officer", "jurisdiction's", "sender", FROM_COUNTIES),
    "GET /v1/feeds": Agreed("app officer auditor", "jurisdiction's", "any"),
    "GET /v1/rules": Agreed("app officer auditor", "jurisdiction's", "any"),
    "GET /v1/rules/{id}": Agreed("app officer auditor", "jurisdiction's", "any"),
    "GET /v1/rule-changes": Agreed("officer auditor", "all of it", "any", FROM_CITIES),
    "GET /v1/rule-changes/{id}": Agreed("officer auditor", "all of it", "any", FROM_CITIES),
    "GET /v1/rule-changes/{id}/report": Agreed("officer auditor", "all of it", "any", FROM_CITIES),
    "POST /v1/rule-changes": Agreed("officer", "all of it", "any", FROM_CITIES),
    "POST /v1/rule-changes/{id}/rehearse": Agreed("officer", "all of it", "any", FROM_CITIES),
    "POST /v1/rule-changes/{id}/propose": Agreed("officer", "all of it", "any", FROM_CITIES),
    "POST /v1/rule-changes/{id}/approve": Agreed("officer", "all of it", "any", FROM_CITIES),
    "POST /v1/rule-changes/{id}/activate": Agreed("officer", "all of it", "any", FROM_CITIES),
    "GET /v1/stats": Agreed("app officer auditor", "jurisdiction's", "any"),
}
AREAS = {
    "own": VILLAGE,
    "the township above": TOWNSHIP,
    "the county above": COUNTY,
    "the city above": CITY,
    "the province above": "34",
    "the village beside": OTHER_VILLAGE,
    "the township beside": OTHER_TOWNSHIP,
    "the county beside": OTHER_COUNTY,
    "the city beside": "3412",
    "a village elsewhere": "110101001001",
    "a county elsewhere": "110101",
    "a province elsewhere": "11",
}
LOOKED_INTO = ("GET /v1/files", "POST /v1/uploads")  # whose it is the endpoint finds
NOBODYS = "trade_union"  # no pack has a benefit or a feed of it


def expected(name: str, role: str, area: str, authority: str | None) -> str:
    """What comes of a request: "" where it is answered, else the problem's code."""
    agreed = AGREED[name]
    if role not in agreed.roles.split():
        return "role_not_allowed"
    if role == "citizen":
        return ""  # about themselves
    if len(area) not in agreed.levels:
        return "level_not_allowed"
    above = len(area) < TOWNSHIPS
    acts_for_one = agreed.authority in ("own", "sender") or (agreed.authority == "own+" and above)
    if role == "officer" and acts_for_one and authority is None:
        return "authority_required"
    homes = {
        "person's": VILLAGE,
        "county's": COUNTY,
        "account's": VILLAGE,
        "city account's": CITY,
        "all of it": CITY,
    }
    if agreed.area in homes and not homes[agreed.area].startswith(area):
        return "not_found"
    if agreed.area == "jurisdiction's" and not (CITY.startswith(area) or area.startswith(CITY)):
        return "not_found"
    if agreed.area == "asked" and not VILLAGE.startswith(area):
        return "not_found"
    if role != "officer" or authority is None or agreed.area == "asked" or name in LOOKED_INTO:
        return ""  # a list leaves out what is another authority's: `test_authorization`
    limited = agreed.authority in ("own", "limited") or (agreed.authority in ("own+", "limited+") and above)
    if (limited and authority != HRSS) or (agreed.authority == "sender" and authority != SENDER):
        return "not_found"
    return ""


def test_the_agreed_table_covers_every_route_and_no_other() -> None:
    assert {f"{method} {path}" for method, path in POLICIES} == set(AGREED) == set(ENDPOINTS)


def test_a_route_without_a_rule_cannot_be_registered() -> None:
    with pytest.raises(KeyError):
        middleware.Audience("elsewhere").route("GET", "/v1/everything")


@pytest.fixture
def known(aws: None, monkeypatch: pytest.MonkeyPatch) -> tuple[PersonId, FileId]:
    """One person with everything and one held file, read once."""
    person, dropped = somebody_with_everything(NUMBER), town.a_file()
    records: dict[str, PersonRecord] = {person: people.load(person)}
    found: dict[str, DroppedFile] = {dropped.id: dropped}

    def load(wanted: PersonId) -> PersonRecord:
        if wanted not in records:
            raise NotFoundError("nobody")
        return records[wanted]

    monkeypatch.setattr(people, "load", load)
    monkeypatch.setattr(files, "find", found.__getitem__)
    accounts.two_accounts()
    granted = {subject: user_accounts.find(subject) for subject in (accounts.ACCOUNT, accounts.CITY_ACCOUNT)}
    monkeypatch.setattr(user_accounts, "find", granted.__getitem__)
    return person, dropped.id


def test_every_role_in_every_area_of_every_authority_at_every_route(known: tuple[PersonId, FileId]) -> None:
    person, dropped = known
    models = {f"{r.method} {r.path}": r.body for audience in api.AUDIENCES for r in audience.routes}
    wrong, tried = [], 0
    for name, role, where, authority in product(AGREED, Role, AREAS, (HRSS, SENDER, NOBODYS, None)):
        endpoint, model = ENDPOINTS[name], models[name]
        named = {town.FILE: dropped, **{n: n for n in (town.LIMIT, accounts.ACCOUNT, accounts.CITY_ACCOUNT)}}
        item = named.get(endpoint.item) or person + endpoint.item.strip("-")
        sent = json.dumps(body_for(endpoint, person) or {}).encode()
        body = bodies.read_body(sent, model) if model is not None else None
        caller = Caller(f"{role}-1", role, AreaCode(AREAS[where]), None, authority)
        if role is Role.CITIZEN:
            caller = Caller("citizen-1", role, AreaCode(""), person)
        came = ""
        try:
            reach.admitted(
                caller, POLICIES[endpoint.method, endpoint.path], {"id": item}, body, {"area": VILLAGE}
            )
        except Problem as problem:
            came = problem.code
        except NotFoundError:
            came = "not_found"
        should = expected(name, role, AREAS[where], authority)
        tried += 1
        if came != should:
            wrong.append((name, role.value, where, authority, came, should))
    assert wrong == []
    assert tried == len(AGREED) * 5 * len(AREAS) * 4
