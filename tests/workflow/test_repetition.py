"""Files dropped twice, and in another order, change no certificate, no case and no message (rule 25)."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from sandbox.kernel import Sandbox
from tests.workflow.village import HOUSEKEEPING, NEW_YEAR, ROSTER, Recipient, Village

PEOPLE = [Recipient(980 + i, phone=f"1380000000{i}") for i in range(8)]


def files() -> list[tuple[str, bytes]]:
    """A day's files: strong, weak in combination, household alone, a death, and the roster itself."""
    day = NEW_YEAR - timedelta(days=3)
    roster = "\n".join([ROSTER, *(line for person in PEOPLE for line in person.lines())])
    hospital = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
    stays = [
        f"{PEOPLE[i].number},甲,乙,{day},{what}" for i, what in [(0, "入院"), (1, "末次治疗"), (1, "入院")]
    ]
    older = [
        f"{PEOPLE[0].number},甲,乙,{day - timedelta(days=40)},入院",
        f"{PEOPLE[2].number},甲,乙,{day},死亡",
    ]
    texts = {
        "hrss/roster/20250101/roster.csv": roster,
        "medical_insurance/hospital_inpatient/20250101/a.csv": "\n".join([hospital, *stays]),
        "medical_insurance/hospital_inpatient/20250101/b.csv": "\n".join([hospital, *older]),
        "civil_affairs/cremations/20250101/c.csv": "\n".join(
            [
                "身份证号码,姓名,殡仪馆名称,死亡日期,火化日期,登记状态",
                f"{PEOPLE[3].number},甲,乙,{day},{day},火化",
            ]
        ),
    }
    return [(key, (text + "\n").encode()) for key, text in texts.items()]


def village_after(drop: Callable[[Village], None], patch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    with Sandbox(start=NEW_YEAR, seed=1, schedules=HOUSEKEEPING) as sandbox:
        village = Village(sandbox)
        drop(village)
        village.until(NEW_YEAR + timedelta(days=100))
        assert not sandbox.last_errors
        return village.end_state()


def test_twice_or_in_another_order_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def once(village: Village) -> None:
        for key, data in files():
            village.put(key, data)

    def twice(village: Village) -> None:
        once(village)
        once(village)
        for key, data in files():  # and once more under another name
            village.put(f"{key}.again.csv", data)

    def shuffled(village: Village) -> None:
        others = files()
        random.Random(7).shuffle(others)
        assert "roster" not in others[0][0], "the roster must not come first here"
        for key, data in others:
            village.put(key, data)

    expected = village_after(once, monkeypatch)
    assert village_after(twice, monkeypatch) == expected
    assert village_after(shuffled, monkeypatch) == expected
