"""What a department finds in its outbox: one reminder when it is late, one page a month."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree

import boto3
import pytest

from chalicelib import intake
from chalicelib.clock import CHINA
from chalicelib.jurisdiction import current
from chalicelib.model import Counts, DroppedFile, FeedId, FileState, FileStep, Month
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import objects
from tests.conftest import StoppedClock

pytestmark = pytest.mark.usefixtures("aws")


def dropped(day: str, feed: str = "cremations", rows: int = 10, rejected: int = 1) -> DroppedFile:
    key = f"civil_affairs/{feed}/{day.replace('-', '')}/孟晓华.csv"
    file = DroppedFile(
        id=files.file_id(key, "d"),
        department="civil_affairs",
        feed=FeedId(feed),
        day=date.fromisoformat(day),
        key=key,
        digest="d",
        state=FileState.LOADED,
        received=datetime.fromisoformat(f"{day}T09:00:00+08:00").astimezone(CHINA),
        counts=Counts(rows=rows, accepted=rows - rejected, rejected=rejected),
    )
    files.put(file)
    return file


def outbox(prefix: str) -> dict[str, bytes]:
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket="outbox", Prefix=prefix).get("Contents", [])
    return {o["Key"]: s3.get_object(Bucket="outbox", Key=o["Key"])["Body"].read() for o in found}


def reminders(feed: str = "cremations") -> list[dict[str, Any]]:
    return [json.loads(body) for body in outbox(f"civil_affairs/reminders/{feed}/").values()]


class TestReminders:
    def test_one_when_late_and_one_when_missing(self, clock: StoppedClock) -> None:
        dropped("2025-06-28")  # every 7 days, warn after 10; today is 1 July
        counted = []
        for _ in range(20):
            counted.append(intake.watch_feeds())
            clock.advance(days=1)
        late, missing = sorted(reminders(), key=lambda note: note["written"])
        assert (late["state"], late["written"], late["due"]) == ("late", "2025-07-09", "2025-07-05")
        assert (missing["state"], missing["written"]) == ("missing", "2025-07-13")
        assert late["zh"] != missing["zh"]
        feeds = [feed for feed in current().feeds.values() if feed.takes_files]
        assert {sum(each.values()) for each in counted} == {len(feeds)}, "each is in one state"

    def test_who_delivers_is_left_in_peace(self, clock: StoppedClock) -> None:
        dropped("2025-06-28")
        intake.watch_feeds()
        assert not reminders()

    def test_one_that_never_delivered_is_asked_once(self, clock: StoppedClock) -> None:
        for _ in range(3):
            intake.watch_feeds()
            clock.advance(days=1)
        (note,) = reminders()
        assert (note["last"], note["state"]) == (None, "missing")


class TestMonthlyPage:
    @pytest.fixture
    def pages(self, clock: StoppedClock) -> dict[str, bytes]:
        for day in ("2025-05-29", "2025-06-05", "2025-06-12", "2025-06-25"):
            dropped(day)
        statistics = {"proved": {"cremations": {"2025-06": {"checked": 8, "wrong": 2}}}}
        objects.put_statistics(json.dumps(statistics).encode())
        assert intake.monthly_quality() > 5
        return outbox("civil_affairs/quality/")

    def test_page_list_and_figures_say_the_same(self, pages: dict[str, bytes]) -> None:
        assert [key.rpartition("/")[2] for key in pages] == ["2025-06.csv", "2025-06.html", "2025-06.json"]
        figures = json.loads(pages["civil_affairs/quality/2025-06.json"])
        cremations = next(f for f in figures["feeds"] if f["feed"] == "cremations")["months"]
        assert cremations[0]["month"] == "2024-07"
        june = cremations[-1]
        assert (june["days_late"], june["load"], june["rows"], june["rejected"]) == (5, "delta", 30, 3)
        assert (june["rejected_share"], june["wrong_share"]) == (0.1, 0.25)
        text = pages["civil_affairs/quality/2025-06.csv"].decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text)) if row[:2] == ["殡葬火化", "2025年6月"]]
        assert rows == [["殡葬火化", "2025年6月", "3", "5", "增量", "30", "3", "8", "2", "0", "delta"]]

    def test_the_page_is_well_formed_shows_twelve_months_and_names_nobody(
        self, pages: dict[str, bytes]
    ) -> None:
        html = pages["civil_affairs/quality/2025-06.html"].decode()
        assert "孟晓华" not in html
        assert "25.0%<small>2 / 8</small>" in html, "a rate comes with its denominator"
        drawing = html[html.index("<svg") : html.index("</svg>") + 6]
        assert len(ElementTree.fromstring(drawing).findall("rect")) == 12  # noqa: S314 - our own
        assert "http" not in html, "it prints without a network"

    def test_the_same_figures_give_the_same_bytes(self, pages: dict[str, bytes]) -> None:
        intake.monthly_quality()
        assert outbox("civil_affairs/quality/") == pages

    def test_a_full_list_that_a_person_let_pass_is_not_whole(self, clock: StoppedClock) -> None:
        step = FileStep(FileState.RELEASED, clock(), "officer", "节假日")
        for day, steps in (("2025-06-02", ()), ("2025-05-02", (step,))):
            files.put(replace(dropped(day, "care_home"), steps=steps))
        intake.monthly_quality()
        figures = json.loads(outbox("civil_affairs/quality/2025-06.json").popitem()[1])
        months = next(f for f in figures["feeds"] if f["feed"] == "care_home")["months"]
        assert [m["load"] for m in months[-3:]] == ["nothing", "short", "full"]

    @pytest.mark.parametrize(("stood", "late"), [(FileState.LOADED, 4), (FileState.HELD, 30)])
    def test_corrections_make_nobody_late_in_the_past(self, stood: FileState, late: int) -> None:
        """What was never loaded, because it was held, had not come until it was corrected."""
        for day in ("2025-06-01", "2025-06-08", "2025-06-20", "2025-06-27"):
            first = dropped(day)
            steps = tuple(
                FileStep(state, first.received, "intake") for state in (stood, FileState.SUPERSEDED)
            )
            files.put(replace(first, state=FileState.SUPERSEDED, steps=steps))
            key = first.key + ".corrected"  # another content under the same name has another id
            at = datetime.fromisoformat("2025-07-01T09:00:00+08:00")
            files.put(replace(first, id=files.file_id(key, "e"), received=at))
        dropped("2025-05-24")
        intake.monthly_quality(Month("2025-06"))
        figures = json.loads(outbox("civil_affairs/quality/2025-06.json").popitem()[1])
        june = next(f for f in figures["feeds"] if f["feed"] == "cremations")["months"][-1]
        assert (june["days_late"], june["rows"]) == (late, 0)
