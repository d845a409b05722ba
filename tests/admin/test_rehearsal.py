"""The page on which whoever must agree to a change of the rules sees what it would do."""

from dataclasses import replace

import pytest

from chalicelib.engine.rehearsal.effects import ON_AN_EVENT as WORDS
from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.engine.rehearsal.replay import Subject, replay
from chalicelib.engine.rules.benefits import LastMonth
from chalicelib.engine.rules.conditions import Clause
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.jurisdiction.rehearsal_report import ON_AN_EVENT, TITLES, page
from chalicelib.model import BenefitCode
from tests.engine.judging import ON, STRONG
from tests.events import RULES
from tests.people import a_person, an_entitlement

OLD = BenefitCode("old_age_allowance")
CHILD = Clause.model_validate(
    {"when": "aged_under", "value": 18, "because": {"zh": "未满", "en": "under"}, "authority": "A"}
)


def changed() -> RuleBook:
    """Fifty yuan more for the old, no more veterans, another last month, and a condition nobody old meets."""
    allowance, pension = RULES.benefit(OLD), RULES.benefit(BenefitCode("resident_pension"))
    bands = allowance.versions[-1].amount
    assert not isinstance(bands, str)
    more = tuple(band.model_copy(update={"fen": band.fen + 5_000}) for band in bands)
    benefits = {code: b for code, b in RULES.benefits.items() if code != "veteran_subsidy"}
    for benefit, update in (
        (allowance, {"amount": more}),
        (pension, {"last_month_due": LastMonth.MONTH_BEFORE_DEATH, "conditions": (CHILD,)}),
    ):
        versions = tuple(version.model_copy(update=update) for version in benefit.versions)
        benefits[BenefitCode(benefit.code)] = benefit.model_copy(update={"versions": versions})
    return replace(RULES, version="changed", benefits=benefits, counties={})


@pytest.fixture(scope="module")
def shown() -> str:
    drawn = (
        an_entitlement(OLD, "2025-12-31", fen=5_000),
        an_entitlement("veteran_subsidy", "2025-12-31"),
        an_entitlement(),
    )
    then = changed()
    done = replay([Subject(a_person("1940-01-01"), drawn, [STRONG])], RULES, then, ON)
    return page(done, [], RULES, then).decode()


@pytest.mark.parametrize(
    "words",
    [
        "无人应答的，将列入拟暂停名单",
        "<td>将新增疑点</td><td>条件不符合</td><td>a condition that does not hold</td>",
        '本月应发增加 more would be due this month</td><td class="n">+50.00 元',
        "每月应发50.00元。 → 每月应发100.00元。",
        "<td>城乡居民基本养老保险</td><td>死亡后应发至哪个月</td>",
        "在领待遇不再列入规则",
    ],
)
def test_the_page_tells(shown: str, words: str) -> None:
    assert words in shown


def test_a_benefit_that_is_dropped_bears_its_name_still(shown: str) -> None:
    title = RULES.benefit(BenefitCode("veteran_subsidy")).title.zh
    assert f"<td>在领待遇不再列入规则</td><td>{title}</td>" in shown


def test_where_nothing_differs_the_page_says_so() -> None:
    same = page(replay([], RULES, RULES, ON), [], RULES, RULES).decode()
    assert "疑点种类" not in same
    assert "遇事才显现的变化" not in same
    assert "无 none" in same


def test_every_effect_and_consequence_has_a_name() -> None:
    assert list(TITLES) == list(Effect)
    assert list(ON_AN_EVENT) == list(WORDS)
