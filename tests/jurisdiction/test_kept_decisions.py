"""A rule book keeps its name and its decisions, whatever later programs declare beside it (rule 26).

`kept/` holds the bundles of November 2026, under the names with which they were stored, and a thousand
decisions that a year in three invented towns made by them: what was known of the person, and what the
audit chain says was decided. A change of the engine that makes one of them come out otherwise breaks what
an auditor was told; a new declared value needs a default under which old bundles say what they said.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.errors import NotFoundError
from chalicelib.jurisdiction import bundles
from chalicelib.model import Decision, Entitlement, Evidence, EvidenceKey, Outcome, Person
from chalicelib.storage.dynamodb.items import decode
from chalicelib.storage.s3 import rulebooks

KEPT = Path(__file__).parent / "kept"
NAMES = [path.stem for path in sorted(KEPT.glob("*.zip"))]


@cache
def kept_decisions() -> list[dict[str, Any]]:
    with gzip.open(KEPT / "decisions.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture
def stored() -> None:
    """The bundles as they stand in the bucket of a deployment of then: without the counties' versions."""
    for name in NAMES:
        rulebooks.put_bundle(name, (KEPT / f"{name}.zip").read_bytes())


def decided_again(kept: dict[str, Any]) -> Decision:
    """The entitlements are of the year's end: how far they reached before the decision is not kept."""
    drawn = [decode(Entitlement, json.dumps(each)) for each in kept["entitlements"]]
    return decide(
        decode(Person, json.dumps(kept["person"])),
        [replace(each, valid_until=each.certified_until) for each in drawn],
        [decode(Evidence, json.dumps(each)) for each in kept["evidence"]],
        bundles.for_rules(kept["rules"]).rules,
        date.fromisoformat(kept["on"]),
        refuted=frozenset(decode(EvidenceKey, json.dumps(each)) for each in kept["refuted"]),
    )


def told(decision: Decision) -> dict[str, Any]:
    """What a decision says, in the words of the kept ones."""
    verdicts = {
        verdict.benefit: {
            "outcome": verdict.outcome,
            "valid_until": verdict.valid_until.isoformat(),
            "route": verdict.route,
            "evidence": [str(key) for key in verdict.evidence],
            "lines": " ".join(dict.fromkeys(reason.rule for reason in verdict.reasons if reason.rule)),
        }
        for verdict in decision.verdicts
    }
    findings = sorted(f"{each.kind} {each.day} {each.evidence}" for each in decision.findings)
    return {"rules": decision.rules, "verdicts": verdicts, "findings": findings}


@pytest.mark.usefixtures("aws", "stored")
def test_a_thousand_decisions_come_out_as_they_were_stored() -> None:
    different = [
        (number, told(decision), said)
        for number, kept in enumerate(kept_decisions())
        if told(decision := decided_again(kept))
        != (said := {name: kept[name] for name in ("rules", "verdicts", "findings")})
    ]
    assert not different, f"{len(different)} of {len(kept_decisions())}, the first: {different[0]}"


def test_there_are_a_thousand_of_them_of_every_kind() -> None:
    kept = kept_decisions()
    outcomes = Counter(v["outcome"] for each in kept for v in each["verdicts"].values())
    assert len(kept) == 1000
    assert set(outcomes) == set(Outcome), outcomes
    assert sum("+" in each["rules"] for each in kept) > 50, "of a county with values of its own"
    assert {each["pack"] for each in kept} == {"anhui", "bozhou", "jining"}


@pytest.mark.usefixtures("aws", "stored")
@pytest.mark.parametrize("name", NAMES)
def test_a_stored_bundle_bears_the_version_that_its_name_says(name: str) -> None:
    assert bundles.fetch(name).rules.version == name.rpartition("-")[0]


@pytest.mark.usefixtures("aws", "stored")
def test_a_declared_field_more_renames_no_rule_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a later program would compute it: everything otherwise. Stored decisions find their rules."""
    monkeypatch.setattr("chalicelib.engine.rules.rulebook._version", lambda *_: "bozhou-2024-01-01-00000000")
    for version in {kept["rules"] for kept in kept_decisions()}:
        rules = bundles.for_rules(version).rules
        city, _, county = version.partition("+")
        assert (rules.counties[county[:6]].version if county else rules.version) == version
        assert rules.version.startswith(city)


@pytest.mark.usefixtures("aws")
def test_the_versions_of_counties_are_kept_beside_a_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bundles of the same city that differ in a county alone stay apart under a later program."""
    bozhou = next(name for name in NAMES if name.startswith("bozhou"))
    for digest, county in (("aaaaaaaa", "11111111"), ("bbbbbbbb", "22222222")):
        name = f"bozhou-2024-01-01-e5dab54a-{digest}-0aece097"
        rulebooks.put_versions(name, {"341671": f"bozhou-2024-01-01-e5dab54a+341671-{county}"})
        rulebooks.put_bundle(name, (KEPT / f"{bozhou}.zip").read_bytes())
    found = bundles.for_rules("bozhou-2024-01-01-e5dab54a+341671-22222222").rules
    assert found.version == "bozhou-2024-01-01-e5dab54a-bbbbbbbb"
    rulebooks.put_versions(name, {})
    bundles._unpacked.clear()
    assert bundles.fetch(name).rules.counties["341671"].version.endswith("22222222"), "written once"


@pytest.mark.usefixtures("aws", "stored")
@pytest.mark.parametrize(
    "version",
    ["bozhou-2024-01-01-00000000", "bozhou-2024-01-01-e5dab54a+341699-11111111", "", "bozhou"],
)
def test_a_version_of_nobody_is_not_found(version: str) -> None:
    with pytest.raises(NotFoundError):
        bundles.for_rules(version)
