"""The packs reproduce what the documents count, and every row of the annexes is a feed.

The tables below are the documents' own words: annex 2 of Jining's scheme, and what the articles on Bozhou
and Anhui's plan name.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from chalicelib.model import FeedId, Proves
from chalicelib.sources.feeds.feed import Feed, load_feeds

PACKS = Path(__file__).parents[2] / "chalicelib" / "packs"
FEEDS = {pack.name: load_feeds(pack / "feeds") for pack in sorted(PACKS.iterdir()) if pack.is_dir()}
TECHNICAL = {"roster", "payments", "self_certification", "home_visits", "counter"}

# Annex 2 of Jining, row by row: the department as our code, the feed as the annex calls it, and its id.
JINING = [
    ("public_security", "公安比对信息", "police_checks"),
    ("civil_affairs", "殡葬信息", "cremations"),
    ("civil_affairs", "低保待遇", "low_income"),
    ("justice", "服刑人员信息", "custody"),
    ("hrss", "伤残鉴定", "disability_appraisal"),
    ("hrss", "职工退休", "employee_pension"),
    ("hrss", "居民领取待遇", "resident_pension"),
    ("hrss", "人工认证", "manual_certification"),
    ("hrss", "社区联网认证", "community_terminal"),
    ("hrss", "人脸比对", "app_face"),
    ("housing", "居民用气信息", "gas_bills"),
    ("housing", "居民供暖信息", "heating_bills"),
    ("transport", "公交集团公交卡年审", "bus_card_check"),
    ("transport", "公交集团公交卡刷卡", "bus_rides"),
    ("transport", "交运集团公交卡年审", "coach_card_check"),
    ("transport", "交运集团售票", "coach_tickets"),
    ("water", "居民用水信息", "water_bills"),
    ("culture_tourism", "济宁旅游惠民卡信息", "tourism_card"),
    ("culture_tourism", "公共文化场所信息", "public_venues"),
    ("health", "核酸检测", "nucleic_acid_tests"),
    ("health", "疫苗接种", "vaccinations"),
    ("medical_insurance", "门诊大病", "serious_illness"),
    ("medical_insurance", "普通门诊", "outpatient_visits"),
    ("medical_insurance", "其他结算", "other_settlements"),
    ("medical_insurance", "异地结算", "remote_settlements"),
    ("medical_insurance", "医疗缴费", "insurance_contributions"),
    ("medical_insurance", "住院结算", "hospital_inpatient"),
    ("medical_insurance", "医保刷卡数据", "insurance_card_swipes"),
]
# What the articles on Bozhou and Anhui's plan name; polarity and strength where they state them.
NAMED = [
    ("bozhou", "travel_agency", "旅行社出行", "positive", "strong"),
    ("bozhou", "hospital_inpatient", "住院就医", "positive", "strong"),
    ("bozhou", "wanshitong_face", "皖事通人脸识别", "positive", "strong"),
    ("bozhou", "care_home", "养老院入住", "positive", None),
    ("bozhou", "bank_business", "银行实名业务", "positive", None),
    ("bozhou", "bus_rides", "社保卡乘公交", "positive", "weak"),
    ("bozhou", "pharmacy_purchases", "药房购药", "positive", "weak"),
    ("anhui", "national_platform", "国家平台自助认证", "positive", "strong"),
    ("anhui", "ministry_push", "部级推送数据", None, None),
    ("anhui", "remote_assistance", "异地协助认证", "positive", "strong"),
    ("anhui", "travel", "出行", "positive", "strong"),
]
# Likewise for rows of Jining whose kind is borrowed from Bozhou by likeness.
BY_LIKENESS = {
    "cremations": ("negative", None),
    "custody": ("negative", None),
    "manual_certification": ("positive", "strong"),
    "community_terminal": ("positive", "strong"),
    "app_face": ("positive", "strong"),
    "bus_rides": ("positive", "weak"),
    "nucleic_acid_tests": ("positive", None),
    "vaccinations": ("positive", None),
    "hospital_inpatient": ("positive", "strong"),
}


def the(pack: str, id: str) -> Feed:
    return FEEDS[pack][FeedId(id)]


def counted(pack: str) -> list[Feed]:
    return [feed for feed in FEEDS[pack].values() if feed.counts_as is not None]


def split(pack: str) -> tuple[Counter[str], Counter[str]]:
    places = [feed.counts_as for feed in counted(pack) if feed.counts_as is not None]
    return Counter(p.polarity for p in places), Counter(p.strength.value for p in places)


def departments(pack: str) -> set[str]:
    return {feed.department for feed in counted(pack)}


def test_bozhou_has_50_feeds_of_26_departments() -> None:
    assert (len(counted("bozhou")), len(departments("bozhou"))) == (50, 26)
    assert split("bozhou") == ({"positive": 45, "negative": 5}, {"strong": 43, "weak": 7})


def test_jining_has_the_28_rows_of_annex_2_of_10_departments() -> None:
    assert [(f.department, f.title.zh, f.id) for f in counted("jining")] == sorted(JINING, key=lambda r: r[2])
    assert len(departments("jining")) == 10


def test_two_rows_of_jining_are_interfaces_that_are_asked() -> None:
    assert {f.id for f in FEEDS["jining"].values() if f.kind == "query"} == {
        "nucleic_acid_tests",
        "vaccinations",
    }


def test_anhui_names_no_total_and_has_twenty() -> None:
    assert len(counted("anhui")) == 20


@pytest.mark.parametrize(("pack", "id", "zh", "polarity", "strength"), NAMED)
def test_every_feed_that_the_documents_name_is_there(
    pack: str, id: str, zh: str, polarity: str | None, strength: str | None
) -> None:
    feed = the(pack, id)
    assert feed.title.zh == zh
    agrees_with(feed, polarity, strength)


def test_what_the_documents_do_not_name_says_that_it_is_assumed() -> None:
    named = {(pack, id) for pack, id, *_ in NAMED}
    for pack in ("bozhou", "anhui"):
        for feed in counted(pack):
            assert feed.assumed or (pack, feed.id) in named, f"{pack}/{feed.id}"


@pytest.mark.parametrize("id", BY_LIKENESS)
def test_jinings_rows_are_what_their_likes_are(id: str) -> None:
    agrees_with(the("jining", id), *BY_LIKENESS[id])


def agrees_with(feed: Feed, polarity: str | None, strength: str | None) -> None:
    place = feed.counts_as
    assert place is not None
    assert polarity in (None, place.polarity)
    assert strength in (None, place.strength)


@pytest.mark.parametrize("pack", FEEDS)
def test_what_is_not_counted_is_technical_or_says_that_no_document_names_it(pack: str) -> None:
    others = {id: feed for id, feed in FEEDS[pack].items() if feed.counts_as is None}
    assert others.keys() >= TECHNICAL
    for id in others.keys() - TECHNICAL:
        assert others[id].assumed, id


@pytest.mark.parametrize("pack", FEEDS)
def test_at_least_three_departments_can_take_a_record_back(pack: str) -> None:
    able = {id for id, f in FEEDS[pack].items() if any(e.withdraws for e in f.events.values())}
    assert able >= {"cremations", "custody", "employee_pension"}


SETTLED = ("other_settlements", "insurance_contributions", "heating_bills")


@pytest.mark.parametrize("id", SETTLED)
def test_settlements_and_contributions_prove_nothing(id: str) -> None:
    assert {event.proves for event in the("jining", id).events.values()} == {Proves.NOTHING}


@pytest.mark.parametrize(("pack", "id"), [(p, f.id) for p, fs in FEEDS.items() for f in fs.values()])
def test_settlement_dates_date_nothing_and_lists_are_full(pack: str, id: str) -> None:
    """Rule 5: presence has the day of the stay or the visit; a state has the list's day."""
    feed = the(pack, id)
    proves = {event.proves for event in feed.events.values()}
    if Proves.PRESENCE in proves and "day" in feed.fields:
        headers = [feed.fields["day"], *feed.column_of["day"].also]
        assert not any("结算" in header for header in headers), "a settlement is no day of presence"
    if feed.day == "as_of":
        assert feed.is_full
    if feed.kind == "evidence" and feed.event in ("listed", "valid", "enrolled", "resident"):
        assert feed.day == "as_of", "a list of states bears the list's own day"


@pytest.mark.parametrize("id", ["low_income", "disability_appraisal", "employee_pension", "resident_pension"])
def test_what_is_drawn_or_appraised_proves_a_condition_or_an_exclusion(id: str) -> None:
    proves = {e.proves for e in the("jining", id).events.values() if not e.withdraws}
    assert proves <= {Proves.CONDITION, Proves.EXCLUSION}


def test_a_discharge_by_death_speaks_of_death() -> None:
    for pack in FEEDS:
        feed = the(pack, "hospital_inpatient")
        assert feed.events["died"].proves is Proves.LOSS
        assert feed.codes_of("event")["死亡"] == "died"
