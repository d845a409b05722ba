"""A declaration says everything, once, in known words; whatever else stops the build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.errors import DeclarationError
from chalicelib.model import FeedEvent, FeedId, Proves, Route, Stay, Strength, SuspicionKind, Trace
from chalicelib.sources.feed import Feed, Quantity, load_feeds
from tests.sources.builders import FEEDS, declared, feed

Edit = Callable[[dict[str, Any]], object]
API = {"kind": "api", "columns": None, "not_used": None, "format": None, "arrives": None, "expect": None}


def test_a_sound_declaration_answers_what_others_ask() -> None:
    made = feed()
    assert (made.department, made.takes_files, made.is_full) == ("transport", True, False)
    assert (made.interval_days, made.warn_after_days, made.fail_after_days) == (7, 10, 31)
    assert made.missing_after_days == 14  # rule 11: later than twice its interval
    assert made.fields["day"] == "日期"
    assert made.facts == ("remark",)
    assert made.required == {"number", "day", "event"}
    assert made.column("event").codes == made.codes_of("event") == {"来": "came", "走": "left"}
    assert made.code_for("event", "left") == "走"
    assert made.codes_of("nothing") == {}
    with pytest.raises(KeyError):
        made.code_for("event", "stayed")


def test_events_speak_the_words_of_the_model() -> None:
    assert FEEDS[FeedId("hospital_inpatient")].events["died"] == FeedEvent(
        feed=FeedId("hospital_inpatient"), event="died", zh="住院期间死亡", en="Died in hospital",
        proves=Proves.LOSS, stay=Stay.ENDS, suspicion=SuspicionKind.DEATH,
    )  # fmt: skip
    face = FEEDS[FeedId("wanshitong_face")].events["certified"]
    assert (face.strength, face.trace, face.route) == (Strength.STRONG, Trace.BODY, Route.SELF)


def test_an_api_feed_takes_no_file_and_has_no_rhythm() -> None:
    made = feed(**API)
    assert not made.takes_files
    assert (
        made.interval_days is made.warn_after_days is made.fail_after_days is made.missing_after_days is None
    )
    assert not made.is_full


@pytest.mark.parametrize(("text", "days"), [("7 days", 7), ("1 day", 1), ("1 month", 31), ("12 months", 372)])
def test_quantities_are_spelled(text: str, days: int) -> None:
    assert Quantity.spelled(text).longest_days == days


@pytest.mark.parametrize("text", ["7", "7d", "0 days", "a week", "1.5 months", "-1 days", 7, None])
def test_a_quantity_without_its_unit_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="spell it"):
        Quantity.spelled(text)


def column(name: str, **changes: Any) -> Edit:
    return lambda document: document["columns"].setdefault(name, {}).update(changes)


def event(name: str, **changes: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        declared_event = document["events"].setdefault(name, dict(document["events"]["left"]))
        declared_event.update(changes)

    return edit


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda d: d.update(colour="red"), "Extra inputs"),
        (lambda d: d.update(purpose=" "), "must not be empty"),
        (lambda d: d.update(id="Visits"), "small letters"),
        (lambda d: d.update(retain="18"), "spell it"),
        (lambda d: d["owner"].pop("contact"), "Field required"),
        (lambda d: d["arrives"].update(warn_after="3 days"), "must not decrease"),
        (lambda d: d["format"].update(kind=[]), "at least 1"),
        (lambda d: d["format"].update(kind=["xls"]), "'csv', 'xlsx' or 'jsonl'"),
        (lambda d: d["expect"]["rows"].update(min=0), "greater than or equal to 1"),
        (lambda d: d.pop("expect"), "must be said"),
        (lambda d: d.update(kind="api"), "takes no file"),
        (lambda d: d.update(API | {"columns": {}, "not_used": ["姓名"]}), "takes no file"),
        (lambda d: d["not_used"].append("备 注"), "stands twice"),
        (column("时间", field="day", read="date"), "two columns lead to one field"),
        (lambda d: d["expect"].update(filled={"colour": 1}), "names no field: colour"),
        (lambda d: d["columns"].pop("身份证号码"), "no column leads to number"),
        (column("身份证号码", read="text"), "number is read by identity_number"),
        (column("行", field="line", read="text"), "has no field line"),
        (column("备注", read="telepathy"), "Input should be"),
        (column("备注", codes={"a": "b"}), "codes belong to"),
        (column("类别", codes={}), "codes belong to"),
        (column("备注", read="key_groups", codes={"富": "rich"}), "key groups are"),
        (column("备注", empty_if={"colour": ["red"]}), "is not declared"),
        (column("备注", empty_if={"event": ["stayed"]}), "is not declared"),
        (lambda d: d.update(day="as_of"), "never both"),
        (lambda d: d["columns"].pop("日期"), "never both"),
        (lambda d: (d["columns"].pop("日期"), d.update(day="as_of")), "must be declared full"),
        (lambda d: d.update(event="came"), "the event comes from a column"),
        (lambda d: (d["columns"].pop("类别"), d["events"].pop("left")), "the event comes from a column"),
        (event("stayed"), "must be the same"),
        (column("类别", codes={"来": "came", "走": "left", "留": "stayed"}), "must be the same"),
        (lambda d: (d["columns"].pop("类别"), d.update(event="came")), "must be the same"),
        (event("came", strength=None), "strength and trace belong"),
        (event("came", trace=None), "strength and trace belong"),
        (event("left", trace="body"), "strength and trace belong"),
        (event("left", proves="loss"), "a suspicion belongs"),
        (event("left", suspicion="death"), "a suspicion belongs"),
        (event("left", proves="magic"), "Input should be"),
    ],
)
def test_what_is_not_understood_is_refused(edit: Edit, why: str) -> None:
    document = declared()
    edit(document)
    with pytest.raises(ValidationError, match=why):
        Feed.model_validate(document)


@pytest.mark.parametrize("name", ["roster", "payments"])
def test_rosters_and_payments_have_no_events_and_no_list_day(name: str) -> None:
    document = FEEDS[FeedId(name)].model_dump(by_alias=True, mode="json")
    document.update(
        retain="12 months", arrives={"every": "1 month", "warn_after": "40 days", "fail_after": "62 days"}
    )
    feed(**document | {"event": None})
    for change, why in (
        ({"event": "paid"}, "has no events"),
        ({"day": "as_of"}, "only an evidence feed"),
        (
            {"columns": document["columns"] | {"色": {"field": "colour", "read": "text"}}},
            "has no field colour",
        ),
    ):
        with pytest.raises(ValidationError, match=why):
            feed(**document | change)


def test_an_api_feed_without_events_is_refused() -> None:
    with pytest.raises(ValidationError, match="must be the same"):
        feed(**API | {"events": {}})


def test_a_list_of_states_is_full_and_takes_its_day_from_the_folder() -> None:
    care_home = FEEDS[FeedId("care_home")]
    assert care_home.is_full
    assert "day" not in care_home.fields


def test_a_pack_is_read_by_file_name(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no feed is declared"):
        load_feeds(tmp_path)
    source = (Path("chalicelib/packs/bozhou/feeds") / "counter.yaml").read_text(encoding="utf-8")
    (tmp_path / "counter.yaml").write_text(source, encoding="utf-8")
    assert list(load_feeds(tmp_path)) == ["counter"]
    (tmp_path / "desk.yaml").write_text(source, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"must be named counter\.yaml"):
        load_feeds(tmp_path)
    (tmp_path / "desk.yaml").write_text(source.replace("why:", "because:"), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"desk\.yaml:\d+: events\.certified"):
        load_feeds(tmp_path)
