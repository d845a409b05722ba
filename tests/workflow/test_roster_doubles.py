"""Two people under one number and one person under two, across rosters: reported, never merged silently."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from chalicelib import intake
from chalicelib.model import DroppedFile, FileState
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import objects
from tests.workflow.village import ROSTER, Recipient, Village

ONE, TWO = Recipient(980), Recipient(981)


def roster_of(name: str, who: Recipient = ONE) -> str:
    return "\n".join([ROSTER, *(line.replace(f"孟庆{who.sequence % 10}", name) for line in who.lines()), ""])


def rosters(village: Village) -> list[DroppedFile]:
    return sorted((f for f in village.files() if f.feed == "roster"), key=lambda f: f.received)


def receipt_of(village: Village, file: DroppedFile) -> dict[str, Any]:
    found = objects.read_receipt(file.department, file.id)
    assert found is not None
    receipt: dict[str, Any] = json.loads(found)
    return receipt


def name_of(village: Village, who: Recipient = ONE) -> str:
    return people.identity_of(village.person(who.number)).name


def rejected_rows(village: Village, file: DroppedFile) -> bytes:
    found = village.sandbox.client("s3").get_object(
        Bucket=village.sandbox.settings.rejects_bucket, Key=f"{file.department}/{file.id}.csv"
    )
    return bytes(found["Body"].read())


def test_another_file_gives_nobody_s_number_to_somebody_else(village: Village) -> None:
    village.settle(ONE)
    village.sandbox.advance(hours=1)
    village.drop("roster", roster_of("欧阳锋"), "c.csv")
    second = rosters(village)[-1]
    assert (second.state, second.counts.accepted, second.counts.rejected) == (FileState.LOADED, 0, 1)
    assert name_of(village) == "孟庆0"
    index = objects.read_roster()
    assert index is not None
    assert index.frame["name"].to_list() == ["孟庆0"]
    receipt = receipt_of(village, second)
    assert receipt["doubles"] == [
        {"code": "two_people_one_number", "lines": [2], "with_an_earlier_roster": True}
    ]
    assert receipt["rejections_by_code"] == {"number_known_otherwise": 1}


def test_a_changed_name_comes_in_through_the_row_sent_again_and_an_officer(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 20))
    village.drop("roster", roster_of("欧阳锋"), "c.csv")
    back = rejected_rows(village, rosters(village)[-1])
    village.sandbox.advance(hours=1)
    village.put("hrss/roster/20250120/back.csv", back)
    again = rosters(village)[-1]
    assert (again.state, again.code) == (FileState.HELD, "names_changed")
    assert name_of(village) == "孟庆0"
    intake.release(again.id, by="officer-7", reason="已核对户口簿，本人更名")
    village.sandbox.run_until_quiet()
    assert rosters(village)[-1].state is FileState.LOADED
    assert name_of(village) == "欧阳锋"
    village.sandbox.advance(hours=1)
    village.drop("roster", roster_of("欧阳锋", ONE).replace("200.00", "210.00"), "d.csv")
    assert rosters(village)[-1].counts.accepted == 1, "from now on this is the name"


def test_one_person_under_a_second_number_in_another_file_is_reported(village: Village) -> None:
    village.settle(ONE)
    village.sandbox.advance(hours=1)
    village.drop("roster", roster_of("孟庆0", TWO), "c.csv")
    second = rosters(village)[-1]
    assert (second.state, second.counts.accepted) == (FileState.LOADED, 1)
    assert receipt_of(village, second)["doubles"] == [
        {"code": "one_person_two_numbers", "lines": [2], "with_an_earlier_roster": True}
    ]
    assert village.person(ONE.number) != village.person(TWO.number)
