"""The events of the bozhou feeds as the engine sees them, so that its tests need no feed files.

`tests/engine/test_pack.py` holds them against the real declarations.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from chalicelib.engine.rulebook import RuleBook, load_rule_book
from chalicelib.model import FeedEvent, FeedId, Proves, Route, Stay, Strength, SuspicionKind, Trace

BOZHOU: Final = Path(__file__).parent.parent / "chalicelib" / "packs" / "bozhou"


def _strong(name: str, zh: str, en: str, route: Route = Route.SILENT, stay: Stay | None = None) -> FeedEvent:
    feed, _, event = name.partition("/")
    return FeedEvent(FeedId(feed), event, zh, en, Proves.PRESENCE, route, Strength.STRONG, Trace.BODY, stay)


def _weak(name: str, zh: str, en: str, trace: Trace) -> FeedEvent:
    feed, _, event = name.partition("/")
    return FeedEvent(FeedId(feed), event, zh, en, Proves.PRESENCE, Route.SILENT, Strength.WEAK, trace)


def _other(
    name: str,
    zh: str,
    en: str,
    proves: Proves,
    suspicion: SuspicionKind | None = None,
    stay: Stay | None = None,
) -> FeedEvent:
    feed, _, event = name.partition("/")
    return FeedEvent(FeedId(feed), event, zh, en, proves, stay=stay, suspicion=suspicion)


_ALL: Final = (
    _strong("travel_agency/travelled", "旅行社出行", "Travelled with an agency"),
    _strong("hospital_inpatient/admitted", "住院（入院）", "Admitted to hospital", stay=Stay.BEGINS),
    _strong("hospital_inpatient/treated", "住院治疗", "Treated in hospital"),
    _other("hospital_inpatient/discharged", "出院", "Discharged", Proves.NOTHING, stay=Stay.ENDS),
    _other(
        "hospital_inpatient/died",
        "住院期间死亡",
        "Died in hospital",
        Proves.LOSS,
        SuspicionKind.DEATH,
        Stay.ENDS,
    ),
    _weak("bus_rides/ridden", "社保卡乘公交", "Rode a bus", Trace.OWN_CARD),
    _weak("pharmacy_purchases/bought", "药房购药", "Bought at a pharmacy", Trace.ACCOUNT),
    _weak("gas_bills/paid", "居民用气缴费", "Paid the gas bill", Trace.HOUSEHOLD),
    _strong("wanshitong_face/certified", "皖事通人脸识别", "Face recognition", Route.SELF),
    _other("cremations/cremated", "遗体火化", "Cremated", Proves.LOSS, SuspicionKind.DEATH),
    _other("custody/sentence", "判刑收监", "Serving a sentence", Proves.LOSS, SuspicionKind.CUSTODY),
    _other("custody/awaiting_judgment", "羁押待审", "Awaiting judgment", Proves.LOSS, SuspicionKind.CUSTODY),
    _other("custody/suspended_sentence", "缓刑", "Suspended sentence", Proves.NOTHING),
    _other("custody/outside_prison", "监外执行", "Outside prison", Proves.NOTHING),
    _other(
        "employee_pension/registered",
        "职工退休",
        "Draws the employees' pension",
        Proves.EXCLUSION,
        SuspicionKind.DOUBLE_RECEIPT,
    ),
    _strong("home_visits/seen", "上门见到本人", "Seen at home", Route.VISIT),
    _strong("self_certification/certified", "自助认证", "Self-certified", Route.SELF),
    _strong("counter/certified", "窗口认证", "Certified at a counter", Route.COUNTER),
    _strong("care_home/resident", "养老院入住", "Lives in a care home", stay=Stay.BEGINS),
)
EVENTS: Final = {(event.feed, event.event): event for event in _ALL}
RULES: Final[RuleBook] = load_rule_book(BOZHOU, EVENTS)
