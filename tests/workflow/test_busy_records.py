"""A record that others keep changing keeps a file from nobody else, and not for long from its own person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib import clock, intake
from chalicelib.errors import BusyError, ConflictError
from chalicelib.intake import entry
from chalicelib.model import FileState, PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import commits, files
from tests.workflow.village import NEW_YEAR, ROSTER, Recipient, Village

ONE, TWO = (Recipient(980 + n, phone=f"1380000000{n}") for n in range(2))
HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
KEY = "medical_insurance/hospital_inpatient/20250101/h.csv"


@contextmanager
def busy(monkeypatch: pytest.MonkeyPatch, person: PersonId) -> Iterator[None]:
    """Others change a person's record before every commit of ours."""
    commit = commits.commit

    def too_late(record: Any, *arguments: Any, **more: Any) -> Any:
        if record.person.id == person:
            raise ConflictError("another writer was first")
        return commit(record, *arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(commits, "commit", too_late)
        patch.setattr(retries, "pause", lambda _tries: None)
        yield


def in_hospital(village: Village) -> None:
    rows = [f"{each.number},甲,乙,{NEW_YEAR},入院" for each in (ONE, TWO)]
    village.sandbox.client("s3").put_object(
        Bucket=village.sandbox.settings.inbox_bucket, Key=KEY, Body="\n".join([HOSPITAL, *rows, ""]).encode()
    )


def test_everybody_else_is_certified_and_the_file_is_read_again_in_a_minute(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle(ONE, TWO)
    in_hospital(village)
    with busy(monkeypatch, village.person(ONE.number)):
        intake.file_dropped(f'{{"reread": "{KEY}"}}')
    (file,) = (f for f in village.files() if f.key == KEY)
    assert (file.state, file.certified) == (FileState.RECEIVED, 0)
    assert village.record(TWO.number).evidence
    assert not village.record(ONE.number).evidence
    village.sandbox.run_until_quiet()
    village.sandbox.advance(hours=1)
    (file,) = (f for f in village.files() if f.key == KEY)
    assert village.record(ONE.number).evidence
    assert (file.state, file.certified) == (FileState.LOADED, 2), "also who was certified by the first try"


def test_whoever_stays_busy_for_an_hour_sends_the_message_back(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle(ONE, TWO)
    in_hospital(village)
    monkeypatch.setattr(entry, "PATIENCE", -entry.PATIENCE)
    with busy(monkeypatch, village.person(ONE.number)), pytest.raises(BusyError):
        intake.file_dropped(f'{{"reread": "{KEY}"}}')
    village.sandbox.run_until_quiet()


def test_a_roster_makes_everybody_else_known_and_their_files_are_read_again(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle(ONE)
    in_hospital(village)
    village.sandbox.run_until_quiet()
    assert village.record(ONE.number).evidence
    key = "hrss/roster/20250101/next.csv"
    moved = Recipient(980, phone="13800000000", area="341602001002")
    body = "\n".join([ROSTER, *moved.lines(), *TWO.lines(), ""]).encode()
    village.sandbox.client("s3").put_object(Bucket=village.sandbox.settings.inbox_bucket, Key=key, Body=body)
    with busy(monkeypatch, village.person(ONE.number)):
        intake.file_dropped(f'{{"reread": "{key}"}}')
        intake.file_dropped(f'{{"reread": "{KEY}"}}')  # as the queue now says
        assert village.record(TWO.number).evidence
    assert village.record(ONE.number).person.area != moved.area
    village.sandbox.run_until_quiet()
    village.sandbox.advance(hours=1)
    assert village.record(ONE.number).person.area == moved.area
    assert {f.state for f in files.everything()} == {FileState.LOADED}
    assert clock.today() == NEW_YEAR
