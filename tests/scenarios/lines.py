"""The lines of a pack's rules, down to a word of a list and a figure; and at which of them a scenario stands.

A line that is a whole clause is named as the reasons name it ("old_age_allowance/conditions/1"). Below it
stand the events that answer it, the words it accepts, and of each figure both sides: the last day on which
it still holds and the day after, the month before a birthday and the month from it on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import add_months, first_day, last_day_certified
from chalicelib.engine.certification.facts import Facts, sort_evidence
from chalicelib.engine.rules.benefits import BenefitRules, Recognised
from chalicelib.engine.rules.conditions import ConditionKind, Term, grown
from chalicelib.engine.rules.policy import EventName
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, Decision, Evidence, Month, Outcome, Person, Strength
from tests.events import ALL_RULES
from tests.scenarios.checking import due_in
from tests.scenarios.situations import Tried

NEAR: Final = timedelta(days=31)  # a birth date is kept as the first of its month: ages change on firsts
EDGES: Final = {0: ("last day",), 1: ("day after",)}  # by the days after the last one

# --- what is declared ----------------------------------------------------------------------------------


def declared(pack: str) -> Iterator[str]:
    """The lines of a pack's rules that can decide something."""
    rules = ALL_RULES[pack]
    yield from _of_policy(rules)
    for area, county in rules.counties.items():
        yield from _of_county(area, rules, county)
    for code, benefit in rules.benefits.items():
        for version in benefit.versions:
            yield from _of_version(code, version)
        if benefit.suspendable:
            yield from (f"{code}/cutoff_day/last day", f"{code}/cutoff_day/day after")


def _of_policy(rules: RuleBook) -> Iterator[str]:
    yield from (f"policy/tiers/{n}" for n in range(1, len(rules.policy.periods.tiers) + 1))
    yield from (f"policy/weak/{row.feed}/{row.event}" for row in rules.policy.weak.points if row.points)
    yield from ("policy/weak/threshold/reached", "policy/weak/threshold/short")
    for number in range(1, len(rules.policy.weak.fade) + 1):
        yield from (f"policy/weak/fade/{number}/last day", f"policy/weak/fade/{number}/day after")


def _of_county(area: str, rules: RuleBook, county: RuleBook) -> Iterator[str]:
    """What a county's rule book has otherwise than its city's."""
    yield from (f"{area}/from/the day before", f"{area}/from/the first day")
    for number, (own, general) in enumerate(
        zip(county.policy.periods.tiers, rules.policy.periods.tiers, strict=True), 1
    ):
        if own != general:
            yield f"{area}/policy/tiers/{number}"
    if county.policy.periods.weak_months != rules.policy.periods.weak_months:
        yield f"{area}/policy/weak"
    if county.policy.weak.threshold != rules.policy.weak.threshold:
        yield from (f"{area}/threshold/reached", f"{area}/threshold/short")
    for row in county.policy.weak.points:
        if row not in rules.policy.weak.points:
            yield f"{area}/points/{row.feed}/{row.event}"


def _of_version(code: str, version: BenefitRules) -> Iterator[str]:
    for word in ("excludes", "together", "custody"):
        yield from (f"{code}/{word}/{n}" for n in range(1, len(getattr(version, word)) + 1))
    if not isinstance(version.tiers, str):
        yield from (f"{code}/tiers/{n}" for n in range(1, len(version.tiers) + 1))
    for place, terms in _asked(code, version):
        yield place
        for below, term in _numbered(place, terms):
            yield from _of_term(below, term)
    yield from (_event(f"{code}/{word}", row) for word, row in _named(version))
    if version.recovery is not None:
        yield from (f"{code}/recovery/{source}" for source in version.recovery.offset)
    yield from (f"{code}/starts", f"{code}/last_month_due")


def _asked(code: str, version: BenefitRules) -> Iterator[tuple[str, Sequence[Term]]]:
    """Every clause, band and entitlement, with all that it asks."""
    for number, clause in enumerate(version.conditions, 1):
        yield f"{code}/conditions/{number}", clause.terms
    for number, clause in enumerate(version.excluded, 1):
        yield f"{code}/excluded/{number}", clause.terms
    for number, band in enumerate(() if isinstance(version.amount, str) else version.amount, 1):
        yield f"{code}/amount/{number}", band.where
    if version.entitles is not None:
        yield f"{code}/entitles", version.entitles.where


def _named(version: BenefitRules) -> Iterator[tuple[str, EventName]]:
    """The events that a version names one by one, where not all count."""
    if not isinstance(version.contradicted_by, str):
        yield from (("contradicted_by", row) for row in version.contradicted_by)
    if isinstance(version.recognises, Recognised):
        for strength in Strength:
            yield from (("recognises", row) for row in getattr(version.recognises, strength))


def _numbered(place: str, terms: Sequence[Term]) -> Iterator[tuple[str, Term]]:
    """The terms of a clause or band, by their numbers: of a clause the second and later stand in `unless`."""
    yield from ((f"{place}/{number}", term) for number, term in enumerate(terms, 1))


def _event(place: str, row: EventName) -> str:
    return f"{place}/{row.feed}/{row.event}"


def _of_term(place: str, term: Term) -> Iterator[str]:
    yield from (_event(f"{place}/by", row) for row in term.events)
    yield from (f"{place}/one_of/{word}" for word in term.one_of)
    if term.within_months is not None:
        yield from (f"{place}/within_months/last day", f"{place}/within_months/day after")
    if term.when in (ConditionKind.AGED_AT_LEAST, ConditionKind.AGED_UNDER):
        yield from (f"{place}/value/the month before", f"{place}/value/from the month on")


# --- where a scenario stands ---------------------------------------------------------------------------


def decisive(tried: Tried) -> Iterator[str]:
    """The lines at which a scenario stands, and about which it says what comes out."""
    rules, decision, scenario = ALL_RULES[tried.pack], tried.decide(), tried.scenario
    for verdict in decision.verdicts:
        yield from (reason.rule for reason in verdict.reasons)
        if verdict.outcome is Outcome.WEAK:
            yield from (f"policy/weak/{key.feed}/{key.event}" for key in verdict.evidence)
        for reason in verdict.reasons if verdict.outcome is Outcome.CONTRADICTED else ():
            if reason.evidence is not None:
                yield f"{verdict.benefit}/contradicted_by/{reason.evidence.feed}/{reason.evidence.event}"
        yield from (f"{verdict.benefit}/recognises/{key.feed}/{key.event}" for key in verdict.evidence)
    yield from (finding.reason.rule for finding in decision.findings)
    facts = sort_evidence(tried.person, tried.evidence, rules, tried.day, tried.refuted, tried.related)
    version = rules.benefit_on(BenefitCode(tried.benefit), tried.day)
    if scenario.expect:
        yield from _conditions(tried, version, facts)
        yield from _weak(tried, decision, rules)
        yield from _county(tried, decision, rules)
    yield from _money(tried, rules, facts)
    yield from _ended(tried, decision, version)
    yield from (
        f"{tried.benefit}/together/{n}"
        for n, row in enumerate(version.together, 1)
        if row.benefit in scenario.together
    )
    if scenario.begins is not None:
        yield f"{tried.benefit}/starts"
    if scenario.suspends is not None and scenario.suspends.approved is not None:
        sides = EDGES.get(scenario.suspends.approved.day - version.cutoff_day, ())
        yield from (f"{tried.benefit}/cutoff_day/{side}" for side in sides)


def _conditions(tried: Tried, version: BenefitRules, facts: Facts) -> Iterator[str]:
    since = tried.drawn[0].since if tried.drawn else date.min
    for place, terms in _asked(tried.benefit, version):
        if "/conditions/" in place or "/excluded/" in place:
            yield from _answers(place, terms, facts, since, "/excluded/" in place)


def _answers(place: str, terms: Sequence[Term], facts: Facts, since: date, counts: bool) -> Iterator[str]:
    """`counts`: which answer makes the difference. A condition that nobody speaks of is met: no does."""
    for below, term in _numbered(place, terms):
        yield from _answered(below, term, facts, since)
        for row in term.events:
            if _decides(term, row, facts, since, counts or term is not terms[0]):
                yield _event(f"{below}/by", row)


def _decides(term: Term, row: EventName, facts: Facts, since: date, counts: bool) -> bool:
    """Whether a term says otherwise without an event."""
    said = {name: getattr(term, name) for name in Term.model_fields}
    left = {word: tuple(e for e in said[word] if e != row) for word in ("by", "ended_by")}
    without = Term.model_construct(**{**said, **left})
    here, there = (Term.holds(t, facts.person, facts.on, facts.states, since) for t in (term, without))
    return (here is counts) != (there is counts)


def _answered(place: str, term: Term, facts: Facts, since: date) -> Iterator[str]:
    """What of a term somebody's facts touch: the word that it says, its edges."""
    if term.when in (ConditionKind.AGED_AT_LEAST, ConditionKind.AGED_UNDER):
        yield from (f"{place}/value/{side}" for side in _birthday(term, facts.person, facts.on))
    for words in facts.states.get(term.of, ()) if term.asks_a_feed else ():
        said = [item for row in term.events if (item := words.get(row.key)) is not None]
        newest = max(said, key=lambda item: item.key, default=None)
        if newest is None or (term.while_drawing and newest.key.day < since):
            continue
        yield f"{place}/one_of/{newest.facts.get(term.fact or '')}"
        if term.within_months is not None:
            days = (facts.on - last_day_certified(newest.key.day, term.within_months)).days
            yield from (f"{place}/within_months/{side}" for side in EDGES.get(days, ()))


def _birthday(term: Term, person: Person, on: date) -> Iterator[str]:
    years = int(term.value)
    is_at_least = term.when is ConditionKind.AGED_AT_LEAST
    edge = add_months(person.born, 12 * years) if is_at_least else grown(person.born, years)
    if edge - NEAR <= on < edge:
        yield "the month before"
    if edge <= on <= edge + NEAR:
        yield "from the month on"


def _money(tried: Tried, rules: RuleBook, facts: Facts) -> Iterator[str]:
    scenario = tried.scenario
    for month in scenario.due:
        due = due_in(tried, Month(month))
        yield due.rule if due else ""
        then = sort_evidence(
            tried.person, tried.evidence, rules, first_day(Month(month)), related=tried.related
        )
        for place, terms in _asked(tried.benefit, rules.benefit_on(BenefitCode(tried.benefit), then.on)):
            if "/amount/" in place:
                yield from _answers(place, terms, then, tried.drawn[0].since, True)
    if scenario.unclaimed is not None:
        for code, benefit in rules.benefits.items():
            entitles = benefit.on(tried.day).entitles
            terms = entitles.where if entitles else ()
            yield from _answers(f"{code}/entitles", terms, facts, date.min, True)
        yield from (f"{code}/entitles" for code in scenario.unclaimed)
    if scenario.overpaid is not None:
        yield from (f"{tried.benefit}/recovery/{source}" for source in scenario.overpaid.taken)


def _ended(tried: Tried, decision: Decision, version: BenefitRules) -> Iterator[str]:
    if tried.scenario.ends in (None, "nothing"):
        return
    key = decision.findings[0].evidence
    for number, code in enumerate(version.custody, 1):
        if code.shown_by.key == (key.feed, key.event):
            yield f"{tried.benefit}/custody/{number}"
    if decision.findings[0].kind == "death":
        yield f"{tried.benefit}/last_month_due"


def _weak_items(tried: Tried, rules: RuleBook) -> list[Evidence]:
    return [e for e in tried.evidence if rules.events[e.key.feed, e.key.event].strength is Strength.WEAK]


def _weak(tried: Tried, decision: Decision, rules: RuleBook) -> Iterator[str]:
    items = sorted(item.key.day for item in _weak_items(tried, rules))
    for number, row in enumerate(rules.policy.weak.fade, 1):
        for day in items:
            sides = EDGES.get((items[-1] - day).days - row.within_days, ())
            yield from (f"policy/weak/fade/{number}/{side}" for side in sides)
    yield from (f"policy/weak/threshold/{side}" for side in _sides(tried, decision))


def _sides(tried: Tried, decision: Decision) -> Iterator[str]:
    if any(expected.points for expected in tried.scenario.expect):
        yield "short"
    if any(verdict.outcome is Outcome.WEAK for verdict in decision.verdicts):
        yield "reached"


def _county(tried: Tried, decision: Decision, rules: RuleBook) -> Iterator[str]:
    area = tried.person.area[:6]
    county = rules.counties.get(area)
    if county is None:
        return
    days = {(item.key.day - county.since).days for item in tried.evidence}
    yield from (f"{area}/from/the day before" for _ in days & {-1})
    yield from (f"{area}/from/the first day" for _ in days & {0})
    yield from (f"{area}/{reason.rule}" for verdict in decision.verdicts for reason in verdict.reasons)
    yield from (f"{area}/threshold/{side}" for side in _sides(tried, decision))
    if any(expected.points for expected in tried.scenario.expect):
        items = _weak_items(tried, rules)
        yield from (f"{area}/points/{item.key.feed}/{item.key.event}" for item in items)
