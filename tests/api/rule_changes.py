"""A change of the rules in each state about which an endpoint has something to say."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from chalicelib import clock
from chalicelib.jurisdiction import amendment, bundles, proposals
from chalicelib.jurisdiction.amendment import Amendment
from chalicelib.jurisdiction.drafts import Draft
from chalicelib.settings import settings
from chalicelib.storage.s3 import rulebooks
from tests.api.accounts import Request

BENEFIT = "old_age_allowance"
CUTOFF = {"drafted": "20", "rehearsed": "21", "proposed": "22", "approved": "23"}
SINCE = date(2025, 9, 1)
DRAFT: dict[str, Any] = {
    "what": BENEFIT,
    "since": SINCE.isoformat(),
    "authority": "亳民〔2025〕7号",
    "reviewed_by": "亳州市民政局 养老服务岗",
    "reviewed_on": "2025-06-20",
    "source": "[pub] 亳民〔2025〕7号",
    "note": "发放日提前",
    "values": [{"key": "cutoff_day", "value": "18"}],
}
PAGE = f"<html>{proposals.NUMBER}</html>".encode()
NUMBER = proposals.digest_of(PAGE)
FIGURES = {
    "on": "2025-09-01",
    "at": "2025-07-01T02:00:00+00:00",
    "people": 2,
    "entitlements": 2,
    "certified_now": 2,
    "certified_then": 1,
    "certified_less_long": 1,
    "left_out": 0,
    "effects": [{"effect": "certificate_lost", "entitlements": 1, "fen": None}],
}

ENDPOINTS: tuple[Request, ...] = (
    ("GET", "/v1/rules", None, ""),
    ("GET", "/v1/rules/{id}", None, BENEFIT),
    ("GET", "/v1/rule-changes", None, ""),
    ("GET", "/v1/rule-changes/{id}", None, "proposed"),
    ("GET", "/v1/rule-changes/{id}/report", None, "proposed"),
    ("POST", "/v1/rule-changes", DRAFT, ""),
    ("POST", "/v1/rule-changes/{id}/rehearse", None, "rehearsed"),
    ("POST", "/v1/rule-changes/{id}/propose", None, "rehearsed"),
    ("POST", "/v1/rule-changes/{id}/approve", {"report": NUMBER}, "proposed"),
    ("POST", "/v1/rule-changes/{id}/activate", {"since": "2025-09-01"}, "approved"),
)


@cache
def _bundle(cutoff: str) -> tuple[bytes, bytes]:
    """The newest rule book, and the same with another cut-off day."""
    before = proposals.newest_data()
    with TemporaryDirectory() as name:
        bundles.lay_out(before, Path(name))
        said = {**DRAFT, "values": {"cutoff_day": cutoff}}
        wanted = Amendment(
            BENEFIT,
            SINCE,
            said["authority"],
            said["reviewed_by"],
            date(2025, 6, 20),
            said["source"],
            said["values"],
        )
        amendment.amend(Path(name), wanted)
        return before, bundles.pack_up(Path(name))


def a_change(state: str) -> str:
    """A change that stands there again, whatever became of it; nothing has been activated."""
    boto3.client("s3").delete_object(Bucket=settings().rules_bucket, Key="activations.json")
    before, data = _bundle(CUTOFF[state])
    against, name, at = bundles.keep(before), bundles.keep(data), clock.now()
    values = {"cutoff_day": CUTOFF[state]}
    rulebooks.put_draft(
        name, Draft(name, against, SINCE, "drafter", at, BENEFIT, SINCE, "提前", values).to_json()
    )
    if state == "drafted":
        return name
    rulebooks.put_rehearsed(name, FIGURES, PAGE)
    if state != "rehearsed":
        rulebooks.put_rehearsal(name, NUMBER, PAGE.replace(proposals.NUMBER.encode(), NUMBER.encode()))
        proposal = proposals.Proposal(name, "proposer", at, "提前", NUMBER, against)
        if state == "approved":
            proposal = proposals.Proposal(
                name, "proposer", at, "提前", NUMBER, against, approved_by="second", approved_at=at
            )
        known = rulebooks.read_proposal(name)
        rulebooks.put_proposal(name, proposal.to_json(), instead_of=known[1] if known else None)
    else:
        boto3.client("s3").delete_object(Bucket=settings().rules_bucket, Key=f"proposals/{name}.json")
    return name
