"""What a changed rule book changes about feeds is told in sentences, beside every value."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.jurisdiction import PACKS, load, load_folder
from chalicelib.jurisdiction.pages.differing import sentences

Rewrite = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the pack, to be changed."""
    shutil.copytree(PACKS / "bozhou", tmp_path / "bozhou")
    return tmp_path / "bozhou"


@pytest.fixture
def rewrite(folder: Path) -> Rewrite:
    def change(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def told(folder: Path) -> list[tuple[str, str]]:
    return list(sentences(load("bozhou"), load_folder(folder)))


def test_of_the_same_rules_nothing_is_told(folder: Path) -> None:
    assert told(folder) == []


def test_a_weak_event_worth_less_and_of_another_trace(folder: Path, rewrite: Rewrite) -> None:
    rewrite("feeds/bus_rides.yaml", "trace: own_card", "trace: account")
    rewrite("policy.yaml", "points: 40", "points: 30")  # the first: the ride's
    assert told(folder) == [
        (
            "“社保卡乘公交”的“刷社保卡乘坐公交”：痕迹由“本人卡证”改为“账户”，分值由“40”改为“30”。",
            "Bus rides on the social-security card, Rode a bus on the social-security card: "
            "trace from “own card” to “account”, points from “40” to “30”.",
        )
    ]


def test_strong_becomes_nothing(folder: Path, rewrite: Rewrite) -> None:
    rewrite("feeds/hotel_stays.yaml", "    strength: strong\n    trace: body\n", "")
    rewrite("feeds/hotel_stays.yaml", "proves: presence", "proves: nothing")
    [(zh, en)] = [each for each in told(folder) if "强弱" in each[0]]
    assert "证明由“本人在场”改为“不作证明”，强弱由“强”改为“无”，痕迹由“本人到场”改为“无”" in zh
    assert "proves from “presence” to “nothing”" in en


def test_a_word_of_the_department_that_means_another_event(folder: Path, rewrite: Rewrite) -> None:
    rewrite("feeds/bank_business.yaml", "代理: by_proxy", "代理: by_proxy\n      受托: by_proxy")
    rewrite("feeds/bank_business.yaml", "本人: served", "本人: served\n      上门: served")
    assert told(folder) == [
        (
            "“银行实名业务”的代码“上门”：由“无”改为“本人办理银行实名业务”。",
            "Bank business with an identity check, the code “上门”: "
            "from “none” to “Served at a bank counter”.",
        ),
        (
            "“银行实名业务”的代码“受托”：由“无”改为“代理人办理银行业务”。",
            "Bank business with an identity check, the code “受托”: from “none” to “Served through a proxy”.",
        ),
    ]


def test_events_come_and_go(folder: Path, rewrite: Rewrite) -> None:
    rewrite("feeds/bank_business.yaml", "代理: by_proxy", "视频: by_video")
    rewrite("feeds/bank_business.yaml", "  by_proxy:", "  by_video:")
    rewrite("feeds/bank_business.yaml", "代理人办理银行业务", "视频办理银行业务")
    zh = [zh for zh, _ in told(folder)]
    assert zh[:2] == [
        "“银行实名业务”不再有“代理人办理银行业务”。",
        "“银行实名业务”新增“视频办理银行业务”：不作证明。",
    ]


def test_feeds_come_and_go(folder: Path) -> None:
    old, new = load("bozhou"), load_folder(folder)
    without = type(new)({k: v for k, v in new.feeds.items() if k != "bus_rides"}, new.rules)
    assert list(sentences(old, without)) == [
        ("不再使用数据来源“社保卡乘公交”。", "No feed any more: Bus rides on the social-security card.")
    ]
    assert [zh for zh, _ in sentences(without, old)] == [
        "新增数据来源“社保卡乘公交”。",
        "“社保卡乘公交”新增“刷社保卡乘坐公交”：本人在场（弱）。",
    ]


def test_whatever_else_a_feed_does_is_pointed_at(folder: Path, rewrite: Rewrite) -> None:
    rewrite("feeds/bus_rides.yaml", "retain: 12 months", "retain: 24 months")
    [(zh, en)] = told(folder)
    assert "保存期限有变" in zh
    assert "see the values" in en


def test_a_shorter_tier_and_a_higher_threshold(folder: Path, rewrite: Rewrite) -> None:
    rewrite("policy.yaml", "from: 2023-05-01", "from: 2025-09-01")
    rewrite("policy.yaml", "months: 9", "months: 8")
    rewrite("policy.yaml", "threshold: 100", "threshold: 110")
    rewrite("policy.yaml", "percent: 50", "percent: 40")
    rewrite("policy.yaml", "list_day: 20", "list_day: 19")
    assert [zh for zh, _ in told(folder)] == [
        "政策原为：9个月：高龄，应缩短认证期限。",
        "政策原为：组合所需分值：100。",
        "政策原为：60日内的弱认证数据按50%计分。",
        "政策自2025-09-01起改为：8个月：高龄，应缩短认证期限。",
        "政策自2025-09-01起改为：组合所需分值：110。",
        "政策自2025-09-01起改为：60日内的弱认证数据按40%计分。",
        "政策中办理时限、告知、名单等取值有变，见逐项对照。",
    ]


def test_a_county_that_sets_other_values(folder: Path, rewrite: Rewrite) -> None:
    rewrite("counties/341671.yaml", "to: 120", "to: 110")
    assert told(folder) == [
        (
            "亳南新区不再：弱数据组合所需分值为120。",
            "Bonan New District, no more: points that weak items need: 120.",
        ),
        (
            "亳南新区自2025-01-01起：弱数据组合所需分值为110。",
            "Bonan New District from 2025-01-01: points that weak items need: 110.",
        ),
    ]
    (folder / "counties/341671.yaml").rename(folder / "341671.yaml")
    gone = told(folder)
    assert len(gone) == 3
    assert all("no more" in en for _, en in gone)


def test_a_benefit_with_another_version(folder: Path) -> None:
    path = folder / "benefits/old_age_allowance.yaml"
    text = path.read_text(encoding="utf-8")
    last = text[text.rindex("  - from: ") :].replace("2024-01-01", "2025-09-01")
    last = last.replace("fen: 5000", "fen: 25000").replace("value: 80", "value: 95")
    path.write_text(f"{text}{last}    cutoff_day: 20\n", encoding="utf-8")
    assert [zh for zh, _ in told(folder)] == [
        "“高龄津贴”2024-01-01起：年满95周岁：每月200.00元。",
        "“高龄津贴”2024-01-01起：发放数据每月25日截止。",
        "“高龄津贴”2025-09-01起改为：年满95周岁：每月250.00元。",
        "“高龄津贴”2025-09-01起改为：发放数据每月20日截止。",
    ]


def test_benefits_that_come_and_go(folder: Path, rewrite: Rewrite) -> None:
    (folder / "benefits/farmland_subsidy.yaml").rename(folder / "benefits/field_subsidy.yaml")
    rewrite("benefits/field_subsidy.yaml", "code: farmland_subsidy", "code: field_subsidy")
    assert [en.split(":")[0] for _, en in told(folder)] == ["No benefit any more", "A new benefit"]
