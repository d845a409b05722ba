"""Drawn twice, and not drawn at all (rules 19 and 20)."""

from datetime import date

import pytest

from chalicelib.engine.money.double_receipt import Listed, drawn_twice, unclaimed
from chalicelib.model import AreaCode, BenefitCode, PersonId, SuspicionKind
from tests.events import RULES
from tests.people import PENSION, a_person, an_entitlement, day, some_evidence

HER = PersonId("A" * 26)
OLD = BenefitCode("old_age_allowance")


def listed(
    area: str = "341602", payee: str = "RE-1", since: str = "2018-04-01", benefit: str = PENSION
) -> Listed:
    return Listed(HER, BenefitCode(benefit), AreaCode(area), payee, date.fromisoformat(since))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([listed()], False),
        ([listed(), listed()], False),
        ([listed(), listed(benefit=OLD, payee="OL-1")], False),
        ([listed(), listed(area="341621", since="2020-01-01")], True),
        ([listed(), listed(payee="RE-2", since="2020-01-01")], True),
    ],
    ids=["one line", "the same line twice", "two benefits", "two areas", "two numbers"],
)
def test_one_benefit_in_two_places_is_drawn_twice(lines: list[Listed], found: bool) -> None:
    twice = drawn_twice(lines, RULES)
    assert bool(twice) is found
    for finding in twice.get(HER, ()):
        assert (finding.kind, finding.benefit) == (SuspicionKind.DOUBLE_RECEIPT, PENSION)
        assert finding.day == date(2020, 1, 1)
        assert "341621" not in finding.reason.zh + finding.reason.en
        assert "2处名册" in finding.reason.zh
        assert "2 places" in finding.reason.en


def test_the_dead_and_those_in_custody_are_offered_nothing() -> None:
    person = a_person("1940-01-01")
    on = day("2025-06-10")
    assert [item.benefit for item in unclaimed(person, [an_entitlement()], [], RULES, on)] == [OLD]
    death = some_evidence("cremations/cremated", "2025-05-01")
    assert unclaimed(person, [an_entitlement()], [death], RULES, on) == ()
    late = a_person("1940-01-01", deceased_on="2025-05-01")
    assert unclaimed(late, [an_entitlement()], [], RULES, on) == ()
    released = some_evidence("custody/sentence", "2020-05-01", until="2024-05-01")
    assert len(unclaimed(person, [an_entitlement()], [released], RULES, on)) == 1


def test_whoever_draws_what_excludes_it_is_offered_nothing() -> None:
    states = [
        some_evidence("disability_certificates/valid", "2025-05-01", grade="grade_2", until="2030-01-01"),
        some_evidence("low_income/listed", "2025-05-01", category="marginal"),
    ]
    on = day("2025-06-10")
    both = ["disability_care_subsidy", "disability_living_subsidy"]
    assert [item.benefit for item in unclaimed(a_person(), [], states, RULES, on)] == both
    kept = [an_entitlement("destitute_support")]
    assert unclaimed(a_person(), kept, states, RULES, on) == ()
    (first, _) = unclaimed(a_person(), [], states, RULES, on)
    assert "国发〔2015〕52号" in first.reason.zh
    assert "authority is asked" in first.reason.en
