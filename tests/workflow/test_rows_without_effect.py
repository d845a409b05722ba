"""Accepted never means without effect: every file says how many rows changed nothing, and why (rule 25)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from chalicelib.model import DroppedFile
from chalicelib.storage.s3 import objects
from tests.workflow.test_corrections import CREMATIONS, HOSPITAL
from tests.workflow.village import NEW_YEAR, ROSTER, Recipient, Village

ONE, TWO, THREE = Recipient(980), Recipient(981, phone="13800000002"), Recipient(982, phone="13800000003")
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
DAY = NEW_YEAR - timedelta(days=3)


def took_in(village: Village, feed: str, header: str, *rows: str) -> Mapping[str, int]:
    """Drop a file; what its receipt counts as without effect, the same as is filed of it."""
    known = {file.id for file in village.files()}
    village.sandbox.advance(hours=1)
    village.drop(feed, "\n".join([header, *rows, ""]), f"{len(known)}.csv")
    [file] = [file for file in village.files() if file.id not in known]
    receipt = receipt_of(file)
    assert receipt["changed_nothing"] == file.changed_nothing
    assert receipt["accepted"] == len(rows)
    assert receipt["changed"] + sum(receipt["changed_nothing"].values()) == receipt["accepted"]
    return receipt["changed_nothing"]  # type: ignore[no-any-return]


def receipt_of(file: DroppedFile) -> dict[str, int | dict[str, int]]:
    body = objects.read_receipt(file.department, file.id)
    assert body is not None
    found = json.loads(body)
    assert isinstance(found, dict)
    return found


def test_every_kind_of_file_counts_the_rows_that_changed_nothing(village: Village) -> None:
    [one], [two], [three] = ONE.lines(), TWO.lines(), THREE.lines()
    assert took_in(village, "roster", ROSTER, one, two) == {}
    assert took_in(village, "roster", ROSTER, one, two.replace(TWO.phone, "13800000009"), three) == {
        "already_known": 1
    }
    assert took_in(village, "roster", ROSTER, one, two, three) == {
        "already_known": 2
    }  # back to the old phone

    stays = [f"{number},{name},乙,{DAY},入院" for number, name in _named(ONE, TWO)]
    assert took_in(village, "hospital_inpatient", HOSPITAL, *stays) == {}
    again = f"{TWO.number},孟庆1,乙,{DAY + timedelta(days=1)},入院"
    other = f"{ONE.number},李秀英,乙,{DAY + timedelta(days=2)},入院"
    assert took_in(village, "hospital_inpatient", HOSPITAL, *stays, again, other) == {"already_known": 2}

    pension, allowance = "城乡居民基本养老保险", "高龄津贴"
    paid = [f"{each.number},{pension},2024-12,{each.yuan},2024-12-10" for each in (ONE, TWO)]
    assert took_in(village, "payments", PAID, *paid, f"{ONE.number},{allowance},2024-12,50,2024-12-10") == {
        "not_listed": 1
    }
    more = f"{ONE.number},{pension},2024-12,10.00,2024-12-10"  # with the other part it is another sum
    assert took_in(village, "payments", PAID, *paid, more) == {"already_known": 1}

    dead = [f"{number},{name},乙,{DAY},{DAY},火化" for number, name in _named(ONE, TWO)]
    assert took_in(village, "cremations", CREMATIONS, dead[0]) == {}
    back = dead[0].replace("火化", "撤销")
    assert took_in(village, "cremations", CREMATIONS, back, dead[1].replace("火化", "撤销")) == {
        "names_nothing": 1
    }
    assert took_in(village, "cremations", CREMATIONS, back, dead[0]) == {"already_known": 1, "taken_back": 1}


def _named(*recipients: Recipient) -> list[tuple[str, str]]:
    return [(each.number, f"孟庆{each.sequence % 10}") for each in recipients]
