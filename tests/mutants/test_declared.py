"""A slip of the pen in a pack's declarations comes out otherwise in a scenario."""

import pytest

from tests.events import ALL_RULES
from tests.mutants.declared import (
    KNOWN,
    Break,
    How,
    breaks_of,
    broken,
    in_any_order,
    is_known,
    is_noticed,
    main,
    unnoticed,
)

CHILDREN = "benefits/unsupported_children"
PARENT_DEAD = ("versions", 0, "conditions", 1, "by", 1)


@pytest.mark.parametrize("pack", ALL_RULES)
def test_a_sample_of_slips_is_noticed(pack: str) -> None:
    survived, tried = unnoticed(in_any_order(pack, seed=1), most=80)
    assert tried == 80
    assert [str(slip) for slip in survived if not is_known(slip)] == []


def test_a_slip_is_named_as_an_officer_counts() -> None:
    slip = Break("bozhou", CHILDREN, PARENT_DEAD, How.LEFT_OUT)
    assert str(slip) == f"bozhou/{CHILDREN}: versions.1.conditions.2.by.2 left out"
    assert slip in set(breaks_of("bozhou"))


def test_what_is_broken_leaves_the_rule_book_as_it_was() -> None:
    slip, whole = Break("bozhou", CHILDREN, PARENT_DEAD, How.LEFT_OUT), ALL_RULES["bozhou"]
    rules = broken(slip)
    assert rules is not None
    assert rules.benefits != whole.benefits
    assert is_noticed(slip, rules)
    assert ALL_RULES["bozhou"] is whole
    assert not is_noticed(slip, whole)


def test_what_is_refused_or_says_the_same_is_no_slip() -> None:
    assert broken(Break("bozhou", CHILDREN, ("versions", 0, "starts"), How.LEFT_OUT)) is None, "refused"
    assert broken(Break("bozhou", CHILDREN, ("versions", 0, "tiers"), How.LEFT_OUT)) is None, "the default"


def test_what_most_benefits_share_is_broken_for_each_that_has_it() -> None:
    slip = Break("bozhou", "benefits/veteran_subsidy", ("versions", 0, "custody", 0, "then"), "pauses")
    assert slip in set(breaks_of("bozhou"))
    rules = broken(slip)
    assert rules is not None
    assert is_noticed(slip, rules)


def test_what_a_benefit_says_by_itself_is_left_unsaid() -> None:
    slip = Break("bozhou", CHILDREN, ("versions", 0, "custody"), How.UNSAID)
    assert slip in set(breaks_of("bozhou"))
    rules = broken(slip)
    assert rules is not None, "as most benefits have it"
    assert is_noticed(slip, rules)
    assert broken(Break("bozhou", CHILDREN, ("versions", 0, "amount"), How.UNSAID)) is None, "refused"


def test_a_county_is_broken_too() -> None:
    slip = Break("bozhou", "counties/341671", ("values", 0, "to"), How.ONE_UP)
    rules = broken(slip)
    assert rules is not None
    assert rules.counties["341671"].policy.weak.threshold == 121
    assert is_noticed(slip, rules)


def test_what_nothing_notices_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slips = [
        slip
        for slip in breaks_of("anhui")
        if "outpatient_chronic" in slip.file and "cutoff_day" in slip.place
    ]
    monkeypatch.setattr("tests.mutants.declared.breaks_of", lambda _: slips)
    assert main(["--pack", "anhui"]) == 0
    assert "2 values broken, 0 noticed, 2 change nothing, 0 unnoticed" in capsys.readouterr().out
    monkeypatch.setattr("tests.mutants.declared.KNOWN", KNOWN[3:])
    assert main(["--pack", "anhui"]) == 1
    assert (
        "unnoticed: anhui/benefits/outpatient_chronic: versions.1.cutoff_day one up"
        in capsys.readouterr().out
    )
