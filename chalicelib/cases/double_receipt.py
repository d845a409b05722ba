"""重复领取 · Double receipt on the rosters (rule 19): one benefit in two places, or beside one that excludes
it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from chalicelib import clock
from chalicelib.cases import evidence_effects, suspicion_verification
from chalicelib.engine.money.double_receipt import Listed, drawn_twice
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import may_open, opened
from chalicelib.engine.suspicion.termination import is_of_two_lines
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    Finding,
    PersonId,
    PersonRecord,
)
from chalicelib.model.named import BY_THE_ROSTER
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.busy import one_by_one

ACTOR: Final = BY_THE_ROSTER


def drawn_beside(lines: Sequence[Listed]) -> None:
    """Look into whoever draws, beside a line of a roster, a benefit that excludes it; the records say so."""
    one_by_one(sorted(_drawing_apart(lines, current().rules)), _look_into)


def listed_together(lines: Sequence[Listed]) -> None:
    """Look into whoever stands in several places for one benefit, on rosters that are kept already."""
    twice = drawn_twice(lines, current().rules)
    one_by_one(sorted(twice), lambda person: _look_into(person, twice[person]))


def moves_settled(several: AbstractSet[tuple[PersonId, BenefitCode]]) -> None:
    """End what was suspected of two lines where one of them has gone: the person has moved.

    `several` are those who still stand in several places. What people have decided stays.
    """
    moved = [
        (row.person, row.item.name)
        for row in worklists.suspicions("")
        if is_of_two_lines(row.item) and (row.person, row.item.benefit) not in several
    ]
    one_by_one(
        moved,
        lambda found: suspicion_verification.withdraw(*found, "moved", actor=ACTOR),
        lambda found: found[0],
    )


def _drawing_apart(lines: Sequence[Listed], rules: RuleBook) -> set[PersonId]:
    """Who draws a benefit beside one that excludes it, on whichever roster that stands."""
    apart = _apart(rules)
    pairs = {(line.person, other) for line in lines for other in apart.get(line.benefit, ())}
    return {
        person
        for (person, _), other in people.entitlements_of(pairs).items()
        if other.status is not EntitlementStatus.TERMINATED
    }


def _apart(rules: RuleBook) -> Mapping[BenefitCode, AbstractSet[BenefitCode]]:
    """By benefit those that exclude it or are excluded by it, in any version."""
    found: dict[BenefitCode, set[BenefitCode]] = defaultdict(set)
    for code, benefit in rules.benefits.items():
        for row in (row for version in benefit.versions for row in version.excludes):
            if row.benefit is not None:
                found[code].add(BenefitCode(row.benefit))
                found[BenefitCode(row.benefit)].add(code)
    return found


def _look_into(person: PersonId, twice: Sequence[Finding] = ()) -> None:
    """Open what the rule book finds on the record, and what two lines of the rosters show."""

    def put(record: PersonRecord) -> Change | None:
        on = clock.today()
        settlement = evidence_effects.apply_rules(record, on)
        known = [*record.suspicions, *settlement.suspicions]
        new = tuple(
            opened(finding, on, current().rules.policy, record.suspicions)
            for finding in twice
            if may_open(finding, known)
        )
        settlement = replace(settlement, suspicions=(*settlement.suspicions, *new))
        return settlement.change("rosters compared", ACTOR) if settlement else None

    evidence_effects.wake_and_start(people.change(person, put))
