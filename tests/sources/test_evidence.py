"""Evidence as columns: objects on demand, what is taken back, and the newest of strong presence."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from chalicelib.model import Evidence, EvidenceKey, FeedId
from chalicelib.model.evidence import NAME_SENT
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.records import newest
from tests.sources.builders import FILE, declared, feed, lines, person, read, row

VISITS = FeedId("visits_to_town")


def taking_back() -> Feed:
    document: dict[str, Any] = declared()
    document["columns"]["类别"]["codes"]["撤"] = "withdrawn"
    document["events"]["withdrawn"] = {
        "zh": "撤", "en": "W", "why": "X", "proves": "withdrawal", "withdraws": "came",
    }  # fmt: skip
    return feed(columns=document["columns"], events=document["events"], main_event=document.get("main_event"))


def test_evidence_is_a_mapping_that_makes_its_objects_on_demand() -> None:
    evidence = read(lines(row(2), row(1), row(2, "2025-04-01", remark="x"), row(9))).evidence
    came = Evidence(EvidenceKey(date(2025, 5, 1), VISITS, "came"), FILE, 3)
    assert evidence[person(1)] == [came]
    assert [e.line for e in evidence[person(2)]] == [2, 4]
    assert list(evidence) == [person(1), person(2)]
    assert len(evidence) == 2
    assert evidence == dict(evidence.items())
    assert [len(items) for items in evidence.values()] == [1, 2]
    assert repr(evidence) == "EvidenceByPerson(3 rows)"
    with pytest.raises(KeyError):
        evidence[person(9)]


def test_a_withdrawal_names_the_evidence_that_it_takes_back_and_is_none_itself() -> None:
    reading = read(
        lines(row(1), row(2, event="撤"), row(2, "2025-04-30", "撤"), row(9, event="撤")), by=taking_back()
    )
    assert reading.counts.accepted == 3
    assert set(reading.evidence) == {person(1)}
    assert reading.withdrawals == {
        person(2): [
            EvidenceKey(date(2025, 5, 1), VISITS, "came"),
            EvidenceKey(date(2025, 4, 30), VISITS, "came"),
        ]
    }
    assert reading.lake is not None
    assert reading.lake.height == 1


def test_of_strong_presence_the_newest_is_enough_and_all_else_is_kept() -> None:
    reading = read(
        lines(
            row(1, "2025-05-03"), row(1, "2025-05-02"), row(1, event="走"), row(1, "2025-05-04", "走"), row(2)
        )
    )
    assert reading.lake is not None
    kept = newest(reading.lake, feed())
    assert kept["line"].to_list() == [2, 4, 5, 6]


def test_presence_under_another_name_stands_in_nobody_s_way() -> None:
    """It certifies nobody: the newest under the person's own name must not be lost to it."""
    reading = read(lines(row(1, "2025-05-03"), row(1, "2025-05-04"), row(1, "2025-05-02")))
    assert reading.lake is not None
    under = reading.lake.with_columns(pl.Series(NAME_SENT, [None, "李四", None], dtype=pl.String))
    assert newest(under, feed())["line"].to_list() == [2, 3]
