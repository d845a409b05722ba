"""A declaration says everything, once, in known words; whatever else stops the build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.errors import DeclarationError
from chalicelib.model import FeedEvent, FeedId, Proves, Route, Stay, Strength, SuspicionKind, Trace
from chalicelib.sources.feeds.durations import Quantity
from chalicelib.sources.feeds.feed import Feed, load_feeds
from tests.sources.builders import FEEDS, declared, feed

Edit = Callable[[dict[str, Any]], object]
API = {"kind": "api", "columns": None, "not_used": None, "format": None, "arrives": None, "expect": None}
QUERY = API | {"kind": "query", "interface": {"asks_per_call": 50, "ask_days_before_due": 90}}
WITHDRAWN = {"zh": "撤销", "en": "Taken back", "why": "X", "proves": "withdrawal", "withdraws": "came"}


def test_a_sound_declaration_answers_what_others_ask() -> None:
    made = feed()
    assert (made.department, made.takes_files, made.is_full) == ("transport", True, False)
    assert (made.interval_days, made.warn_after_days, made.fail_after_days) == (7, 10, 31)
    assert made.arrives
    assert made.arrives.missing_after_days == 14  # rule 11: later than twice its interval
    assert made.fields["day"] == "日期"
    assert made.facts == ("remark",)
    columns = made.model_dump()["columns"] | {"人": {"field": "name", "read": "text"}}
    assert feed(columns=columns).facts == ("remark",)  # a name tells who is meant, and is not kept
    assert made.required == {"number", "day", "event"}
    assert made.column_of["event"].codes == made.codes_of("event") == {"来": "came", "走": "left"}
    assert made.code_for("event", "left") == "走"
    assert made.codes_of("nothing") == {}
    columns["备注"] |= {"required": True}
    assert feed(columns=columns).required == {"number", "day", "event", "remark"}
    with pytest.raises(KeyError):
        made.code_for("event", "stayed")


def test_events_speak_the_words_of_the_model() -> None:
    assert FEEDS[FeedId("hospital_inpatient")].events["died"] == FeedEvent(
        feed=FeedId("hospital_inpatient"), event="died", zh="住院期间死亡", en="Died in hospital",
        proves=Proves.LOSS, stay=Stay.ENDS, suspicion=SuspicionKind.DEATH, department="medical_insurance",
    )  # fmt: skip
    face = FEEDS[FeedId("wanshitong_face")].events["certified"]
    assert (face.strength, face.trace, face.route) == (Strength.STRONG, Trace.BODY, Route.SELF)


def test_an_api_feed_takes_no_file_and_has_no_rhythm() -> None:
    made = feed(**API)
    assert not made.takes_files
    assert made.interval_days is made.warn_after_days is made.fail_after_days is None
    assert not made.is_full


def test_a_query_feed_takes_no_file_and_says_how_it_is_asked() -> None:
    made = feed(**QUERY)
    assert not made.takes_files
    assert made.interface is not None
    assert (made.interface.asks_per_call, made.interface.ask_days_before_due) == (50, 90)
    assert set(made.events) == {"came", "left"}


def test_an_interface_takes_nothing_back() -> None:
    """It is asked again, and answers otherwise."""
    events = feed().model_dump(by_alias=True, exclude_none=True)["events"]
    with pytest.raises(ValidationError, match="only dated records"):
        feed(**QUERY | {"events": events | {"withdrawn": WITHDRAWN}})


def test_the_main_event_is_the_one_said_or_the_only_one() -> None:
    assert feed().main == "came"
    assert feed(main_event="left").main == "left"
    assert FEEDS[FeedId("bus_rides")].main == "ridden"
    assert FEEDS[FeedId("roster")].main is None


def test_a_feed_counts_as_what_its_main_event_proves() -> None:
    place = {"polarity": "positive", "strength": "weak"}
    made = feed(main_event="left", counts_as=place)  # proves nothing: neither negative nor of a strength
    assert made.counts_as is not None
    assert made.counts_as.strength is Strength.WEAK
    assert feed().counts_as is None  # a technical feed has no place


def test_a_department_can_take_a_record_back() -> None:
    document = declared()
    document["columns"]["类别"]["codes"]["撤销"] = "withdrawn"
    document["events"]["withdrawn"] = WITHDRAWN
    made = Feed.model_validate(document).events["withdrawn"]
    assert (made.proves, made.withdraws) == (Proves.WITHDRAWAL, "came")


def test_a_column_may_bear_other_headers() -> None:
    document = declared()
    document["columns"]["日期"]["also"] = ["发生日期", "日 期 "]
    with pytest.raises(ValidationError, match="stands twice"):
        Feed.model_validate(document)
    document["columns"]["日期"]["also"] = ["发生日期"]
    assert Feed.model_validate(document).column_of["day"].also == ["发生日期"]


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
        (lambda d: d["expect"].update(filled={"colour": 1}), "names no field that must be sent: colour"),
        (lambda d: d.update(filled_by_hand=["day", "colour"]), "filled_by_hand names no field"),
        (lambda d: d.update(filled_by_hand=["number"]), "filled_by_hand names no field"),
        (lambda d: d["columns"].pop("身份证号码"), "no column leads to number"),
        (column("身份证号码", read="text"), "number is read by identity_number"),
        (column("行", field="line", read="text"), "has no field line"),
        (column("姓", field="name", read="code", codes={"a": "b"}), "name is read by text"),
        (column("生日", field="born", read="text"), "born is read by date"),
        (lambda d: d.update(guests_outside="3416"), "names who certified"),
        (lambda d: d.update(guests_outside="上海"), "match pattern"),
        (column("备注", optional=True), "remark must be sent"),
        (column("备注", read="telepathy"), "Input should be"),
        (column("备注", codes={"a": "b"}), "codes belong to"),
        (column("备注", boxes=True), "boxes are ticked for the event"),
        (lambda d: (column("类别", boxes=True)(d), d["not_used"].append("来")), "stands twice"),
        (column("日期", required=True), "only a fact that every file sends is required"),
        (column("姓", field="name", read="text", required=True), "only a fact that every file sends"),
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
        (column("备注", also=["姓名"]), "stands twice"),
        (column("备注", also=["日期"]), "stands twice"),
        (column("备注", also=[" "]), "must not be empty"),
        (event("came", cannot_cover=None), "whom it cannot cover"),
        (event("left", withdraws="came"), "withdraws belongs"),
        (event("left", proves="withdrawal"), "withdraws belongs"),
        (event("left", proves="withdrawal", withdraws="stayed"), "must name another event"),
        (event("left", proves="withdrawal", withdraws="left"), "must name another event"),
        (event("left", proves="withdrawal", withdraws="came", stay="ends"), "neither begins nor ends"),
        (event("left", releases=["stayed"]), "releases must name"),
        (event("left", releases=["came"]), "releases must name"),
        (event("came", releases=["left"]), "proves nothing else"),
        (event("left", repays=True), "repays belongs"),
        (
            lambda d: (event("left", **WITHDRAWN)(d), d.update(main_event="left")),
            "a withdrawal cannot be what a feed is for",
        ),
        (
            lambda d: (
                event("left", **WITHDRAWN)(d),
                d["columns"].pop("日期"),
                d.update(day="as_of"),
                d["format"].update(load="full"),
            ),
            "only dated records",
        ),
        (lambda d: d.pop("main_event"), "say which is the main one"),
        (lambda d: d.update(main_event="stayed"), "no event 'stayed'"),
        (lambda d: d.update(counts_as={"polarity": "negative", "strength": "strong"}), "neither a loss"),
        (lambda d: d.update(counts_as={"polarity": "positive", "strength": "weak"}), "is strong"),
        (lambda d: d.update(counts_as={"polarity": "neutral", "strength": "weak"}), "Input should be"),
        (
            lambda d: (
                event("came", proves="loss", suspicion="death", strength=None, trace=None)(d),
                d.update(counts_as={"polarity": "positive", "strength": "strong"}),
            ),
            "proves a loss",
        ),
        (lambda d: d.update(interface=QUERY["interface"]), "interface belongs"),
        (lambda d: d.update(kind="query"), "interface belongs"),
        (lambda d: d.update(kind="query", interface=QUERY["interface"]), "a query feed takes no file"),
        (lambda d: d.update(interface={"asks_per_call": 0, "ask_days_before_due": 90}), "greater than"),
        (event("came", strength=None), "strength and trace belong"),
        (event("came", trace=None), "strength and trace belong"),
        (event("left", trace="body"), "strength and trace belong"),
        (event("left", carries_months=3), "carries_months belongs to strong events"),
        (event("left", proves="loss"), "a suspicion belongs"),
        (event("left", suspicion="death"), "a suspicion belongs"),
        (event("left", proves="loss", suspicion="doubted"), "no feed reports that"),
        (event("left", proves="loss", suspicion="reversal"), "no feed reports it"),
        (event("left", proves="magic"), "Input should be"),
    ],
)
def test_what_is_not_understood_is_refused(edit: Edit, why: str) -> None:
    document = declared()
    edit(document)
    with pytest.raises(ValidationError, match=why):
        Feed.model_validate(document)


@pytest.mark.parametrize(
    ("header", "change", "why"),
    [
        ("关联人关系", None, "belong together"),
        ("关联人关系", {"codes": {"邻居": "neighbour"}}, "relations are"),
        ("待遇领取人员", {"optional": True}, "must be sent"),
    ],
)
def test_a_roster_names_relatives_whole_or_not_at_all(
    header: str, change: dict[str, Any] | None, why: str
) -> None:
    document = FEEDS[FeedId("roster")].model_dump(by_alias=True, mode="json")
    document.update(
        retain="12 months", arrives={"every": "1 month", "warn_after": "40 days", "fail_after": "62 days"}
    )
    columns = document["columns"]
    named = header if header in columns else next(iter(columns))
    if change is None:
        del columns[named]
    else:
        columns[named] |= change
    with pytest.raises(ValidationError, match=why):
        feed(**document | {"event": None})


@pytest.mark.parametrize("name", ["roster", "payments"])
def test_rosters_and_payments_have_no_events_and_no_list_day(name: str) -> None:
    document = FEEDS[FeedId(name)].model_dump(by_alias=True, mode="json")
    document.update(
        retain="12 months", arrives={"every": "1 month", "warn_after": "40 days", "fail_after": "62 days"}
    )
    feed(**document | {"event": None})
    place = {"polarity": "positive", "strength": "strong"}
    for change, why in (
        ({"event": "paid"}, "has no events"),
        ({"counts_as": place}, "only feeds of departments"),
        ({"day": "as_of"}, "only an evidence feed"),
        (
            {"columns": document["columns"] | {"色": {"field": "colour", "read": "text"}}},
            "has no field colour",
        ),
    ):
        with pytest.raises(ValidationError, match=why):
            feed(**document | change)


def test_an_api_feed_has_events_and_no_place_in_the_catalogue() -> None:
    with pytest.raises(ValidationError, match="must be the same"):
        feed(**API | {"events": {}})
    with pytest.raises(ValidationError, match="only feeds of departments"):
        feed(**API | {"counts_as": {"polarity": "positive", "strength": "strong"}})


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


def test_what_only_several_keys_show_wrong_is_shown_at_its_line(tmp_path: Path) -> None:
    source = (Path("chalicelib/packs/bozhou/feeds") / "cremations.yaml").read_text(encoding="utf-8")
    path = tmp_path / "cremations.yaml"
    for old, new, why in (
        ("    withdraws: cremated", "    withdraws: buried", "events.withdrawn.withdraws: Value error"),
        ("main_event: cremated", "main_event: buried", "main_event: Value error"),
        ("polarity: negative", "polarity: positive", "counts_as.polarity: Value error"),
        ("load: delta}", "load: delta}\nday: as_of", "day: Value error"),
    ):
        text = source.replace(old, new)
        line = next(i for i, said in enumerate(text.splitlines(), 1) if new.rpartition("\n")[2] in said)
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DeclarationError) as raised:
            load_feeds(tmp_path)
        assert str(raised.value).startswith(f"{path}:{line}: {why}"), (old, str(raised.value))
