"""认证决定 · Decide what the evidence about one person makes of each entitlement on one day.

Intake, workflow, replay and API all call `decide`: pure, the day passed in, nothing remembered.

  - Evidence is a set: neither order nor repetition matters, nor what was decided before. A
    certificate is what the authority stated or what live evidence gives, whichever reaches further.
  - Positive evidence never shortens, negative evidence never certifies and never stops money.
  - Strong evidence from after a loss counts for nothing, and is a finding. While a death is reported, data
    of before it extend nothing either; what they give stands once people have found the report wrong.
  - A condition that nobody has spoken about is as the authority found it when it granted the benefit;
    one that the data show to be unmet keeps data from certifying, and a person looks. It never moves a
    certificate back: what has certified by then stands as long as its evidence does.
  - Precedence (rule 7): excluded > contradicted > strong > weak > insufficient. `outcome` says what
    the evidence amounts to; whether somebody is certified on a day is asked of `valid_until`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

from chalicelib.engine.certification import reasons, weak_alone, weighing
from chalicelib.engine.certification.contradictions import Claim, against, claim_of, exclusion
from chalicelib.engine.certification.facts import Facts, Related, sort_evidence
from chalicelib.engine.certification.findings import findings
from chalicelib.engine.certification.weighing import NONE_AT_ALL, Shortfall, Sighting, Weighed, Weight
from chalicelib.engine.rules.benefits import Benefit
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    BenefitCode,
    Decision,
    Entitlement,
    Evidence,
    EvidenceKey,
    Outcome,
    Person,
    Reason,
    Route,
    Suspicion,
    Verdict,
)

__all__ = ["decide", "decide_on", "sort_evidence"]

EXCLUDED, CONTRADICTED, STRONG, WEAK, INSUFFICIENT = Outcome  # looked up once, not for every person
NOTHING: Final[Weighed] = (None, NONE_AT_ALL)


def decide(
    person: Person,
    entitlements: Sequence[Entitlement],
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    *,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
    related: Related | None = None,
    clearances: Sequence[Suspicion] = (),
    death_word: Reason | None = None,
) -> Decision:
    """What the rule book says of a person on a day, with a verdict for every entitlement.

    `refuted` are the items of suspicions that people have cleared: negative ones leave no trace
    (another record of the same kind and day included), positive ones merely accuse nobody again.
    `related` is the evidence about persons whom the roster names as related (a parent in prison);
    `clearances` are the conditions that people have found to hold, each for its own benefit.
    `death_word` is why somebody says at the door that the person died, while nobody has answered that.
    The values of the person's county hold. Raises NotFoundError for an entitlement to a benefit that
    nobody has declared.
    """
    facts = sort_evidence(person, evidence, rules, on, refuted, related, clearances, death_word)
    return decide_on(facts, entitlements, rules)


def decide_on(facts: Facts, entitlements: Sequence[Entitlement], rules: RuleBook) -> Decision:
    """The same of evidence that has been sorted."""
    on = facts.on
    if rules.counties:
        rules = rules.for_area(facts.person.area)
    claims = [claim_of(each, *rules.in_force(each.benefit, on), facts) for each in entitlements]
    plain = [claim.benefit for claim in claims if claim.benefit.is_plain]
    alike = _weigh(plain[0], facts, False, rules) if plain else NOTHING
    verdicts = [_verdict(claim, facts, alike, entitlements, rules) for claim in claims]
    return Decision(facts.person.id, on, rules.version, tuple(verdicts), findings(claims, facts, rules))


def _verdict(
    claim: Claim, facts: Facts, alike: Weighed, drawn: Sequence[Entitlement], rules: RuleBook
) -> Verdict:
    """`alike` is what the evidence gives any benefit that weighs like most."""
    entitlement, benefit, version, _ = claim
    stated = entitlement.certified_until
    excluded = exclusion(claim, facts)
    opposed = against(entitlement, version, facts, drawn, rules)
    if excluded is None and benefit.is_plain:
        strong, weak = alike
    else:
        strong, weak = _weigh(benefit, facts, excluded is not None, rules)
    if isinstance(weak, Weight):
        certified = stated if strong is None else max(stated, strong.until)
        weak = _alone(weak, certified, benefit, facts, rules)
    usable = weak if isinstance(weak, Weight) and not opposed else None
    best = strong
    if usable is not None and (best is None or usable.until > best.until):
        best = usable
    if best is not None and best.until < stated:
        best = None
    why = _because(stated, excluded, opposed, strong, weak, facts.on, rules)
    outcome = _outcome(excluded, opposed, strong, usable, facts.on)
    is_held = rules.policy.suspicions.death_holds and facts.is_death_reported
    if is_held and excluded is None and best is not None:
        best = _by_hand(benefit, facts, stated, rules)
    if is_held or excluded is not None:
        best = _kept(claim, facts, rules, stated, best)
    if best is None:
        return Verdict(entitlement.benefit, outcome, stated, None, (), why)
    return Verdict(entitlement.benefit, outcome, best.until, best.route, best.keys, why, best.months)


def _alone(weak: Weight, certified: date, benefit: Benefit, facts: Facts, rules: RuleBook) -> Weight:
    """A weak combination as far as it may carry alone; one from after that gives way to one from before."""
    end = weak_alone.last_day_alone(certified, rules)
    if end is None or weak.until <= end:
        return weak
    if weak.day > end:
        before = replace(facts, strong=(), brief=(), weak=[s for s in facts.weak if s.key.day <= end])
        _, earlier = _weigh(benefit, before, False, rules)
        if not isinstance(earlier, Weight):
            return weak_alone.nothing(weak, certified, rules)
        weak = earlier
    return weak_alone.within(weak, end, rules)


def _by_hand(benefit: Benefit, facts: Facts, stated: date, rules: RuleBook) -> Weight | None:
    """What people's own eyes give where data may not certify."""
    seen, _ = _weigh(benefit, facts, True, rules)
    return seen if seen is not None and seen.until >= stated else None


def _kept(claim: Claim, facts: Facts, rules: RuleBook, stated: date, best: Weight | None) -> Weight | None:
    """What had certified before something kept data from certifying: as far as it did, and still would."""
    so_far = claim.entitlement.valid_until
    if so_far <= (stated if best is None else best.until):
        return best
    found = [each for each in _weigh(claim.benefit, facts, False, rules) if isinstance(each, Weight)]
    furthest = max(found, key=lambda each: each.until, default=None)
    if furthest is None or furthest.until <= (stated if best is None else best.until):
        return best
    return furthest._replace(until=min(so_far, furthest.until))


def _weigh(benefit: Benefit, facts: Facts, only_by_hand: bool, rules: RuleBook) -> Weighed:
    """Where something keeps a benefit from silent certification, by hand is still open (rule 1)."""
    strong_ones, weak_ones = facts.strong, facts.weak
    if only_by_hand:
        strong_ones, weak_ones = [k for k in strong_ones if rules.event(k).route is not Route.SILENT], ()
    strong, weak = _weigh_in_turn(benefit, facts, strong_ones, weak_ones, rules)
    if facts.brief:
        strong = _further(weighing.briefest(facts.brief, benefit, rules), strong)
    return strong, weak


def _weigh_in_turn(
    benefit: Benefit,
    facts: Facts,
    strong_ones: Sequence[EvidenceKey],
    weak_ones: Sequence[Sighting],
    rules: RuleBook,
) -> Weighed:
    """What happened before these rules held is worth what was said before: a period only rolls forward.

    A combination is weighed by the rules of its newest item, and may reach back beyond them.
    """
    since, before = rules.since, rules.before
    if before is None:
        return _weigh_by(benefit, facts, strong_ones, weak_ones, rules)
    strong_then = [k for k in strong_ones if k.day < since]
    weak_then = [s for s in weak_ones if s.key.day < since]
    strong_now = [k for k in strong_ones if k.day >= since]
    weak_now = weak_ones if len(weak_then) < len(weak_ones) else ()
    theirs = before.benefit(BenefitCode(benefit.code))
    old = _weigh_in_turn(theirs, facts, strong_then, weak_then, before)
    new = _weigh_by(benefit, facts, strong_now, weak_now, rules)
    return _further(old[0], new[0]), _further(old[1], new[1])


W = TypeVar("W", Weight | None, Weight | Shortfall)


def _further(old: W, new: W) -> W:
    if not isinstance(new, Weight):
        return old if isinstance(old, Weight) or new is None or new is NONE_AT_ALL else new
    return old if isinstance(old, Weight) and old.until >= new.until else new


def _weigh_by(
    benefit: Benefit,
    facts: Facts,
    strong_ones: Sequence[EvidenceKey],
    weak_ones: Sequence[Sighting],
    rules: RuleBook,
) -> Weighed:
    strong = weighing.strongest(facts.person, strong_ones, benefit, rules, facts.strong)
    if not weak_ones or (strong is not None and _reaches_further(strong, weak_ones, facts.on, rules)):
        return strong, NONE_AT_ALL
    return strong, weighing.combined(weak_ones, benefit, rules)


def _reaches_further(strong: Weight, weak_ones: Sequence[Sighting], on: date, rules: RuleBook) -> bool:
    """Whether no weak combination can carry further: that spares most of the work."""
    if strong.until < on:
        return False
    months = rules.weak_months
    if strong.until >= rules.last_day(on, months):
        return True
    return strong.until >= rules.last_day(max([sighting.key.day for sighting in weak_ones]), months)


def _outcome(
    excluded: Reason | None,
    opposed: tuple[Reason, ...],
    strong: Weight | None,
    weak: Weight | None,
    on: date,
) -> Outcome:
    """The one order of precedence, the same for every benefit (rule 7)."""
    if excluded is not None:
        return EXCLUDED
    if opposed:
        return CONTRADICTED
    if strong is not None and strong.until >= on:
        return STRONG
    if weak is not None and weak.until >= on:
        return WEAK
    return INSUFFICIENT


def _because(
    stated: date,
    excluded: Reason | None,
    opposed: tuple[Reason, ...],
    strong: Weight | None,
    weak: Weight | Shortfall,
    on: date,
    rules: RuleBook,
) -> tuple[Reason, ...]:
    """Why, the weightiest reason first."""
    why = [excluded, *opposed] if excluded is not None else list(opposed)
    is_live = False
    if strong is not None and strong.until >= on:
        is_live = True
        why.append(reasons.by_strong(strong, rules.event(strong.keys[0])))
    if isinstance(weak, Weight) and weak.until >= on:
        if opposed:
            why.append(reasons.weak_blocked())
        else:
            is_live = True
            events = tuple(rules.event(key) for key in weak.keys)
            why.append(reasons.by_combination(weak, events))
    if stated >= on:
        is_live = True
        why.append(reasons.by_authority(stated))
    if not is_live:
        why += _lacking(strong, weak, on, rules)
    return tuple(why)


def _lacking(strong: Weight | None, weak: Weight | Shortfall, on: date, rules: RuleBook) -> Iterator[Reason]:
    ended = strong if strong is not None else weak
    if isinstance(weak, Weight) and weak.months > rules.weak_months:
        yield weak_alone.run_out(weak)
    elif isinstance(ended, Weight) and ended.until < on:
        yield reasons.ran_out(ended)
    if isinstance(weak, Shortfall):
        yield reasons.too_weak(weak, rules.policy.weak.threshold)
