"""The blast radius (rule 12): what one file would cause for far too many people waits for one person."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from chalicelib import cases, intake
from chalicelib.model import DroppedFile, FileState, SuspicionKind, Verification
from chalicelib.storage.s3 import objects
from tests.workflow.village import AUTHORITY, ROSTER, Recipient, Village

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
    report(many, 6)
    report(many, 10, "again.csv")
    assert accused(many, SuspicionKind.DEATH) == 10


def newest(village: Village, feed: str) -> DroppedFile:
    return max((f for f in village.files() if f.feed == feed), key=lambda f: f.received)


def test_deaths_are_counted_by_feed_and_days_and_not_by_file(many: Village) -> None:
    for first, last in ((0, 4), (4, 8), (8, 12)):
        many.sandbox.advance(hours=1)
        rows = [f"{r.number},2024-12-28,火化" for r in MANY[first:last]]
        many.drop("cremations", "\n".join([CREMATED, *rows]) + "\n", f"{first}.csv")
    third = newest(many, "cremations")
    assert (third.state, third.code, "12 / 14" in third.zh) == (FileState.HELD, "too_many_deaths", True)
    assert accused(many, SuspicionKind.DEATH) == 8
    intake.release(third.id, by="officer", reason="电话核实无误")
    many.sandbox.run_until_quiet()
    assert accused(many, SuspicionKind.DEATH) == 12
    many.sandbox.advance(hours=1)
    rows = [f"{r.number},2024-12-28,火化" for r in MANY[12:]]
    many.drop("cremations", "\n".join([CREMATED, *rows]) + "\n", "rest.csv")
    rest = newest(many, "cremations")
    assert rest.state is FileState.LOADED, "what a person let pass does not count against the next"


def test_far_more_deaths_than_usual_are_usual_again_after_a_month(many: Village) -> None:
    report(many, 10)
    many.days(31)
    report(many, 14, "later.csv")
    assert newest(many, "cremations").state is FileState.LOADED


@pytest.mark.parametrize(("back", "state"), [(3, FileState.LOADED), (4, FileState.HELD)])
def test_a_file_that_brings_many_back_to_life_waits_for_a_person(
    many: Village, back: int, state: FileState
) -> None:
    report(many, 4)
    for recipient in MANY[:4]:
        person, (death,) = many.person(recipient.number), many.record(recipient.number).open_suspicions
        for by in ("officer-1", "officer-2"):
            cases.suspicion_verified(
                person,
                death.kind,
                death.day,
                confirmed=True,
                by=by,
                verification=Verification.DOCUMENT,
                **AUTHORITY,
            )
    many.sandbox.run_until_quiet()
    many.sandbox.advance(hours=1)
    rows = [f"{r.number},2024-12-28,撤销" for r in MANY[:back]]
    many.drop("cremations", "\n".join([CREMATED, *rows]) + "\n", "back.csv")
    file = newest(many, "cremations")
    assert file.state is state
    assert all(many.record(r.number).person.deceased_on is not None for r in MANY[:4]), "two people decide"
    asked = [s.kind for r in MANY[:4] for s in many.record(r.number).open_suspicions]
    assert asked == [SuspicionKind.REVERSAL] * (0 if state is FileState.HELD else 3)
    if state is FileState.HELD:
        assert (file.code, "4 / 14" in file.zh) == ("too_many_withdrawals", True)


def test_so_does_a_correction_that_says_them_no_more(many: Village) -> None:
    report(many, 5)
    for recipient in MANY[:4]:
        person, (death,) = many.person(recipient.number), many.record(recipient.number).open_suspicions
        for by in ("officer-1", "officer-2"):
            cases.suspicion_verified(
                person,
                death.kind,
                death.day,
                confirmed=True,
                by=by,
                verification=Verification.DOCUMENT,
                **AUTHORITY,
            )
    many.sandbox.run_until_quiet()
    many.sandbox.advance(hours=1)
    many.drop("cremations", f"{CREMATED}\n{MANY[4].number},2024-12-28,火化\n", "c.csv")
    assert (newest(many, "cremations").state, newest(many, "cremations").code) == (
        FileState.HELD,
        "too_many_withdrawals",
    )


def changed(
    village: Village, count: int, name: str, change: Callable[[str, int], str], first: int = 0
) -> DroppedFile:
    """The roster with `count` lines changed."""
    village.sandbox.advance(hours=1)
    lines = [line for recipient in MANY for line in recipient.lines()]
    here = range(first, first + count)
    rows = [change(line, n) if n in here else line for n, line in enumerate(lines)]
    village.drop("roster", "\n".join([ROSTER, *rows]) + "\n", name)
    return newest(village, "roster")


CHANGES: dict[str, Callable[[str, int], str]] = {
    "认证有效期": lambda line, _: line.replace("2025-06-30", "2025-12-31"),
    "手机号码": lambda line, n: line.replace("13800000001", f"139000000{n:02d}"),
    "待遇编号": lambda line, _: line.replace(",P9", ",Q9"),
    "月标准": lambda line, _: line.replace("200.00", "200000.00"),
    "区划代码": lambda line, _: line.replace("341602001001", "341602002002"),
}


def test_a_roster_that_changes_far_more_than_usual_waits_for_a_person(many: Village) -> None:
    before = [many.record(r.number).entitlements for r in MANY]
    for title, change in CHANGES.items():
        file = changed(many, 11, f"{title}.csv", change)
        assert (file.state, file.code) == (FileState.HELD, "roster_changes_much")
        assert f"{title}11 / 14" in file.zh
    assert [many.record(r.number).entitlements for r in MANY] == before
    intake.release(file.id, by="officer", reason="区划调整")
    many.sandbox.run_until_quiet()
    assert next(f for f in many.files() if f.id == file.id).state is FileState.LOADED


def test_changes_of_a_roster_are_counted_over_its_files(many: Village) -> None:
    payees = CHANGES["待遇编号"]
    assert changed(many, 6, "1.csv", payees).state is FileState.LOADED
    held = changed(many, 12, "2.csv", payees)
    assert (held.state, "待遇编号12 / " in held.zh) == (FileState.HELD, True)
    many.days(31)
    assert changed(many, 12, "3.csv", payees).state is FileState.LOADED


def test_one_phone_for_far_too_many_people(village: Village) -> None:
    """A first roster may say so (a village without phones of its own); a later one that makes it so waits."""
    many = [Recipient(900 + n) for n in range(21)]
    village.settle(*many)
    assert village.files()[-1].state is FileState.LOADED
    village.settle(*(replace(each, phone="13800000009") for each in many))
    held = next(f for f in village.files() if f.state is FileState.HELD)
    assert held.code == "roster_changes_much"
    assert "改为同一手机号码21 / 21" in held.zh
