"""Conditions that never held: too young, in no key group; and what was lawful before (rules 6 and 16)."""

from dataclasses import replace

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.rules.conditions import Clause
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, EntitlementStatus, Outcome, SuspicionKind
from tests.engine.judging import ON, STRONG
from tests.events import RULES
from tests.people import a_person, an_entitlement, day

BECAUSE = {"because": {"zh": "因", "en": "because"}, "authority": "A"}
OF_80 = {"when": "aged_at_least", "value": 80, **BECAUSE}
OF_80_SAID_OTHERWISE = {**OF_80, "because": {"zh": "换个说法", "en": "in other words"}}


def test_whoever_draws_below_the_age_is_looked_into_once() -> None:
    """Nobody has turned 80 at 60: not so since the grant, and a person verifies it."""
    young, drawn = a_person("1965-03-01"), [an_entitlement("old_age_allowance", fen=5_000)]
    decision = decide(young, drawn, [STRONG], RULES, ON)
    (finding,) = decision.findings
    assert (finding.kind, finding.day) == (SuspicionKind.CONDITION, day("2018-04-01"))
    assert (finding.benefit, finding.evidence.feed) == ("old_age_allowance", "roster")
    assert "核实期间待遇照常发放" in finding.reason.zh
    assert decision.verdicts[0].outcome is Outcome.EXCLUDED
    cleared = decide(young, drawn, [STRONG], RULES, ON, refuted=frozenset({finding.evidence}))
    assert (cleared.findings, cleared.verdicts[0].outcome) == ((), Outcome.STRONG)
    ended = [an_entitlement("old_age_allowance", status=EntitlementStatus.TERMINATED)]
    assert decide(young, ended, [STRONG], RULES, ON).findings == ()


def test_a_group_never_belonged_to_is_looked_into() -> None:
    """A condition asks for a key group: whoever draws and is on no register of it."""
    clause = {"when": "in_key_group", "value": "bedridden", **BECAUSE}
    rules = with_versions("resident_pension", ("2023-05-01", [clause]))
    (finding,) = decide(a_person(), [an_entitlement()], [STRONG], rules, ON).findings
    assert (finding.kind, finding.benefit) == (SuspicionKind.CONDITION, "resident_pension")
    lying = a_person(key_groups=["bedridden"])
    assert decide(lying, [an_entitlement()], [STRONG], rules, ON).findings == ()


@pytest.mark.parametrize(
    ("versions", "since", "why"),
    [
        ([("2023-05-01", [OF_80])], "2018-04-01", "it always was so: since the grant"),
        ([("2023-05-01", []), ("2025-01-01", [OF_80])], "2025-01-01", "before, drawing was lawful"),
        (
            [("2023-05-01", []), ("2024-01-01", [OF_80]), ("2025-01-01", [OF_80_SAID_OTHERWISE])],
            "2024-01-01",
            "other words for the same are no new condition",
        ),
        (
            [("2023-05-01", [OF_80]), ("2025-01-01", [OF_80_SAID_OTHERWISE]), ("2026-01-01", [])],
            "2018-04-01",
            "what holds from a later day does not count yet",
        ),
    ],
)
def test_a_condition_accuses_nobody_of_what_was_lawful_before(
    versions: list[tuple[str, list[dict[str, object]]]], since: str, why: str
) -> None:
    rules = with_versions("resident_pension", *versions)
    (finding,) = decide(a_person(), [an_entitlement()], [STRONG], rules, ON).findings
    assert finding.day == day(since), why


def with_versions(code: str, *versions: tuple[str, list[dict[str, object]]]) -> RuleBook:
    """The rule book with other versions of a benefit: from a day on, these conditions."""
    benefit = RULES.benefit(BenefitCode(code))
    made = [
        benefit.versions[0].model_copy(
            update={"from_": day(start), "conditions": tuple(map(Clause.model_validate, clauses))}
        )
        for start, clauses in versions
    ]
    benefits = {**RULES.benefits, benefit.code: benefit.model_copy(update={"versions": tuple(made)})}
    return replace(RULES, benefits=benefits, counties={})  # type: ignore[arg-type]
