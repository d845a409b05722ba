"""The blast radius (rule 12): what one file would cause for far too many people waits for one person."""

from __future__ import annotations

import json
from datetime import date

import pytest

from chalicelib import intake
from chalicelib.model import FileState, SuspicionKind
from chalicelib.storage import objects
from tests.workflow.village import Recipient, Village

MANY = [Recipient(900 + n) for n in range(14)]
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
CREMATED = "身份证号码,死亡日期,登记状态"


def pay(village: Village, raised: int, month: str = "2024-12", yuan: str = "210.00") -> None:
    rows = [
        f"{r.number},{r.benefit},{month},{yuan if n < raised else '200.00'},2024-12-10"
        for n, r in enumerate(MANY)
    ]
    village.drop("payments", "\n".join([PAID, *rows]) + "\n", f"{raised}{month}.csv")


def accused(village: Village, kind: SuspicionKind) -> int:
    return sum(s.kind is kind for r in MANY for s in village.record(r.number).open_suspicions)


@pytest.fixture
def many(village: Village) -> Village:
    village.settle(*MANY)
    return village


@pytest.mark.parametrize(("raised", "suspicions", "notices"), [(10, 10, 0), (11, 0, 1)])
def test_a_rise_that_the_roster_does_not_know_yet(
    many: Village, raised: int, suspicions: int, notices: int
) -> None:
    pay(many, raised)
    assert accused(many, SuspicionKind.WRONG_AMOUNT) == suspicions
    file = next(f for f in many.files() if f.feed == "payments")
    assert file.state is FileState.LOADED  # what was paid is known all the same
    assert [(n.code, n.count, n.of) for n in file.notices] == [("too_many_wrong_amounts", 11, 14)] * notices
    receipt = objects.read_receipt(file.department, file.id)
    assert receipt is not None
    assert len(json.loads(receipt)["notices"]) == notices


def test_once_the_roster_tells_of_the_rise_nobody_is_suspected(many: Village) -> None:
    pay(many, 14)
    many.until(date(2025, 1, 5))
    for recipient in MANY:
        recipient.yuan = "210.00"
    many.settle(*MANY)
    for recipient in MANY:
        recipient.yuan = "200.00"
    pay(many, 14, "2025-01")
    assert accused(many, SuspicionKind.WRONG_AMOUNT) == 0


def report(village: Village, deaths: int, name: str = "c.csv") -> None:
    rows = [f"{r.number},2024-12-28,火化" for r in MANY[:deaths]]
    village.drop("cremations", "\n".join([CREMATED, *rows]) + "\n", name)


@pytest.mark.parametrize(("deaths", "state", "suspicions"), [(10, "loaded", 10), (11, "held", 0)])
def test_a_file_that_reports_far_too_many_deaths(
    many: Village, deaths: int, state: str, suspicions: int
) -> None:
    report(many, deaths)
    file = next(f for f in many.files() if f.feed == "cremations")
    assert file.state == state
    assert accused(many, SuspicionKind.DEATH) == suspicions


def test_released_by_a_person_it_accuses_them(many: Village) -> None:
    report(many, 11)
    file = next(f for f in many.files() if f.feed == "cremations")
    assert (file.code, "11 / 14" in file.zh) == ("too_many_deaths", True)
    intake.release(file.id, by="officer", reason="电话核实无误")
    many.sandbox.run_until_quiet()
    assert accused(many, SuspicionKind.DEATH) == 11


def test_a_list_of_all_the_dead_counts_only_the_new_ones(many: Village) -> None:
    report(many, 10)
    report(many, 12, "again.csv")
    assert accused(many, SuspicionKind.DEATH) == 12
