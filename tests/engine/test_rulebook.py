"""A rule book that does not hold stops the build with file and line; one that holds has a version."""

import shutil
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from chalicelib.engine.calendar.periods import Counting
from chalicelib.engine.rules.benefits import Benefit, Excludes
from chalicelib.engine.rules.rulebook import RuleBook, custody_code, load_rule_book
from chalicelib.errors import DeclarationError, NotFoundError
from chalicelib.model import BenefitCode, FeedId, KeyGroup, Strength
from tests.events import BOZHOU, EVENTS, RULES
from tests.people import PENSION, a_key, a_person, an_entitlement, day, some_evidence

PENSION_FILE = "benefits/resident_pension.yaml"
POLICY = "policy.yaml"
LIVING = "benefits/disability_living_subsidy.yaml"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the bozhou pack that a test may spoil."""
    copy = tmp_path / "bozhou"
    shutil.copytree(BOZHOU, copy, ignore=shutil.ignore_patterns("feeds"))
    return copy


def edit(pack: Path, name: str, old: str, new: str) -> None:
    path = pack / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def load(pack: Path) -> RuleBook:
    return load_rule_book(pack, EVENTS)


def line_of(pack: Path, name: str, word: str) -> int:
    lines = (pack / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if word in line)


def versions(text: str) -> str:
    return f"    recognises:\n{text}"


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "says"),
    [
        (PENSION_FILE, "feed: employee_pension,", "feed: nobody,", "feed: nobody", "unknown feed 'nobody'"),
        (PENSION_FILE, "event: registered", "event: paid", "event: paid", "no event 'paid'"),
        (PENSION_FILE, "event: registered", "event: registered, x: 1", "x: 1", "Extra inputs"),
        (PENSION_FILE, "{feed: custody, event: sentence}", "{feed: custody, event: outside_prison}",
         "outside_prison", "declared as no proof of loss"),
        (PENSION_FILE, "{feed: employee_pension, event: registered}", "{feed: custody, event: sentence}",
         "shown_by: {feed: custody", "declared as no proof of exclusion"),
        (PENSION_FILE, "amount: rostered",
         "recognises: {strong: [{feed: bus_rides, event: ridden}]}\n    amount: rostered",
         "recognises:", "declared as no strong evidence"),
        (PENSION_FILE, "amount: rostered",
         "recognises: {strong: [], weak: [{feed: counter, event: certified}]}\n    amount: rostered",
         "recognises:", "declared as no weak evidence"),
        (PENSION_FILE, "amount: rostered", "recognises: some\n    amount: rostered", "recognises:",
         "recognises"),
        (POLICY, "recognises: all", "recognises: some", "recognises:", "recognises"),
        (POLICY, "then: pauses", "then: vanishes", "then: vanishes", "benefits.0.custody.1.then"),
        (POLICY, "{feed: custody, event: sentence}", "{feed: custody, event: outside_prison}",
         "outside_prison", "declared as no proof of loss"),
        (POLICY, "starts: authority_day", "start: authority_day", "start:", "Extra inputs"),
        (POLICY, "benefits:\n  - from: 2023-05-01", "benefits:\n  - from: 2023-04-01", "benefits:",
         "reviewed before"),
        (PENSION_FILE, "code: resident_pension", "code: pension", "code:", "must be named pension.yaml"),
        (PENSION_FILE, "date: 2023-04-20", "date: 2023-05-02", "versions:", "reviewed before"),
        (POLICY, "tiers: policy", "tiers: [{months: 2, why: short}]", "tiers:",
         "no tier may be shorter"),
        (POLICY, "tiers: policy",
         "tiers: [{months: 12, why: all}, {months: 2, aged_at_least: 90, why: old}]", "tiers:",
         "no tier may be shorter"),
        (POLICY, "tiers: policy", "tiers: [{months: 6, aged_at_least: 60, why: old}]", "tiers:",
         "must hold for everybody"),
        (PENSION_FILE, "amount: rostered", "tiers: [{months: 13, why: long}]\n    amount: rostered", "tiers:",
         "less than or equal to 12"),
        (PENSION_FILE, "run_by: hrss", "run_by: us", "run_by:", "run_by"),
        (PENSION_FILE, "then: ends", "then: vanishes", "then: vanishes", "then"),
        ("benefits/old_age_allowance.yaml", "when: aged_at_least # [pub]\n        value: 80",
         "when: aged_at_least\n        value: old", "conditions:", "number of years"),
        ("benefits/old_age_allowance.yaml", "when: aged_at_least # [pub]\n        value: 80",
         "when: in_key_group\n        value: rich", "conditions:", "rich"),
        ("benefits/old_age_allowance.yaml", "when: aged_at_least # [pub]\n        value: 80",
         "when: born_lucky\n        value: 80", "born_lucky", "when"),
        (LIVING, "benefit: destitute_support", "benefit: nobody", "benefit: nobody", "no benefit 'nobody'"),
        (LIVING, "[{benefit: disability_care_subsidy}]", "[{benefit: nobody}]", "benefit: nobody",
         "no benefit 'nobody'"),
        (LIVING, "[{benefit: disability_care_subsidy}]", "[{benefit: orphan_allowance}]",
         "benefit: destitute", "stands under excludes and under together"),
        (LIVING, "by: [{feed: disability_certificates, event: valid}] # [pub]",
         "by: [{feed: nobody, event: valid}]", "conditions:", "no feed declares nobody/valid"),
        (LIVING, "[{when: shown, by: [{feed: disability_certificates, event: valid}]",
         "[{when: shown, by: [{feed: nobody, event: valid}]", "fen: 8500", "no feed declares nobody/valid"),
        (PENSION_FILE, " shown_by: {feed: employee_pension, event: registered},",
         " beside: {feed: employee_pension, event: registered},", "excludes:", "needs `shown_by`"),
        (PENSION_FILE, "amount: rostered", "amount: none", "code:", "belongs to fee reliefs"),
        (PENSION_FILE, "amount: rostered", "amount: []", "amount", "amount"),
        (PENSION_FILE, "starts: first_payment", "starts: sometime", "starts:", "starts"),
        ("benefits/medical_aid.yaml", "{feed: cremations, event: cremated}",
         "{feed: home_visits, event: seen}", "home_visits", "declared as no proof of loss"),
        ("policy.yaml", "feed: gas_bills", "feed: gas", "feed: gas", "unknown feed 'gas'"),
        ("policy.yaml", "points: 20", "points: 100", "weak:", "may never reach the threshold"),
        ("policy.yaml", "within_days: 60", "within_days: 30", "weak:", "from the newest"),
        ("policy.yaml", "weak_months: 3", "weak_months: 7", "periods:", "weak evidence may not carry longer"),
        ("policy.yaml", "- months: 12", "- aged_at_least: 60\n      months: 12", "periods:", "for everybody"),
        ("policy.yaml", "days_before: 25", "days_before: 46", "timeline:", "nearer to the end"),
        ("policy.yaml", "window_days: 90", "window_days: 44", "timeline:", "nearer to the end"),
        ("policy.yaml", "template: remind #", "template: remind_again #", "timeline:", "in this order"),
        ("policy.yaml", "least: 2, most: 3", "least: 1, most: 3", "weak_months:", "do not fit into 1 months"),
        ("policy.yaml", "second_after_notice_days: 10", "second_after_notice_days: 70", "weak_months:",
         "take 100 days"),
        ("policy.yaml", "feed: care_home", "feed: bus_rides", "feed: bus_rides # [B]", "begins a stay"),
        ("policy.yaml", "  - feed: care_home # [B]\n    assumed", "  - feed: hospital_inpatient\n    assumed",
         "stays:", "reported by care_home"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused_with_file_and_line(
    pack: Path, file: str, old: str, new: str, at: str, says: str
) -> None:
    edit(pack, file, old, new)
    with pytest.raises(DeclarationError) as refused:
        load(pack)
    assert says in refused.value.what
    path, _, line = refused.value.where.rpartition(":")
    assert Path(path) == pack / file
    text = (pack / file).read_text(encoding="utf-8").splitlines()
    nearby = "\n".join(text[int(line) - 1 : int(line) + 1])
    assert at.split(":")[0] in nearby


def test_a_weak_event_without_points_is_refused(pack: Path) -> None:
    ride = EVENTS[FeedId("bus_rides"), "ridden"]
    more = {**EVENTS, (FeedId("bus_rides"), "tapped"): replace(ride, event="tapped")}
    with pytest.raises(DeclarationError, match="how many points bus_rides/tapped"):
        load_rule_book(pack, more)


def test_only_the_benefit_that_gives_way_declares_the_exclusion(pack: Path) -> None:
    edit(
        pack,
        "benefits/employee_pension.yaml",
        "    custody:\n",
        "    excludes:\n      - {benefit: resident_pension, authority: A}\n    custody:\n",
    )
    with pytest.raises(DeclarationError, match="only the one that gives way may say so"):
        load(pack)


def test_an_event_that_nobody_declared_is_refused_in_what_entitles(pack: Path) -> None:
    edit(
        pack,
        "benefits/old_age_allowance.yaml",
        "entitles: {where: [{when: aged_at_least, value: 80}]}",
        "entitles: {where: [{when: shown, by: [{feed: nobody, event: x}]}]}",
    )
    with pytest.raises(DeclarationError, match="no feed declares nobody/x"):
        load(pack)


def test_a_pack_without_benefits_is_refused(pack: Path) -> None:
    shutil.rmtree(pack / "benefits")
    with pytest.raises(DeclarationError, match="no benefit"):
        load(pack)


def test_versions_must_follow_one_another(pack: Path) -> None:
    text = (pack / PENSION_FILE).read_text(encoding="utf-8")
    version = text[text.index("  - from:") :]
    (pack / PENSION_FILE).write_text(text + version, encoding="utf-8")
    with pytest.raises(DeclarationError, match="in the order of their `from`"):
        load(pack)


def test_versions_that_are_made_follow_one_another_too() -> None:
    benefit = RULES.benefit(PENSION)
    version = benefit.versions[0].model_dump(by_alias=True)
    with pytest.raises(ValidationError, match="in the order of their `from`"):
        Benefit.model_validate(benefit.model_dump(by_alias=True) | {"versions": [version, version]})


def test_the_version_changes_with_the_words_and_only_with_them(pack: Path) -> None:
    assert load(pack).version == RULES.version
    assert RULES.version.startswith("bozhou-2024-01-01-")
    edit(pack, "policy.yaml", "# [choice] rule 22", "# a comment is no rule")
    assert load(pack).version == RULES.version
    edit(pack, "policy.yaml", "objection_working_days: 15", "objection_working_days: 20")
    assert load(pack).version != RULES.version
    fewer = {key: event for key, event in EVENTS.items() if key[0] != "travel_agency"}
    assert load_rule_book(BOZHOU, fewer).version != RULES.version


def test_a_rule_book_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        RULES.version = "x"  # type: ignore[misc]


def test_a_benefit_nobody_declared_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        RULES.benefit_on(BenefitCode("free_lunch"), day("2025-01-01"))


def _second_version(pack: Path, says: str) -> RuleBook:
    head = "  - {from: 2025-05-01, authority: A, reviewed: {by: B, date: 2025-04-20}, "
    with (pack / PENSION_FILE).open("a", encoding="utf-8") as file:
        file.write(f"{head}{says}}}\n")
    return load(pack)


def test_a_version_may_be_reviewed_on_the_day_from_which_it_holds(pack: Path) -> None:
    edit(pack, PENSION_FILE, "date: 2023-04-20", "date: 2023-05-01")
    assert load(pack).benefit_on(PENSION, day("2023-05-01")).reviewed.date == day("2023-05-01")


def test_the_version_in_force_on_a_day(pack: Path) -> None:
    rules = _second_version(pack, "cutoff_day: 20")
    cutoffs = {on: rules.benefit_on(PENSION, day(on)).cutoff_day for on in (
        "2020-01-01", "2023-05-01", "2025-04-30", "2025-05-01")}  # fmt: skip
    assert cutoffs == {"2020-01-01": 25, "2023-05-01": 25, "2025-04-30": 25, "2025-05-01": 20}


def test_a_new_version_does_not_shorten_what_older_evidence_gave(pack: Path) -> None:
    """Evidence is worth what the rules of its own day say."""
    from chalicelib.engine.certification.decide import decide

    rules = _second_version(pack, "tiers: [{months: 6, why: stricter}]")
    for happened, through in (("2025-04-30", "2026-04-29"), ("2025-05-01", "2025-10-31")):
        visit = some_evidence("home_visits/seen", happened)
        (verdict,) = decide(a_person(), [an_entitlement()], [visit], rules, day("2025-06-01")).verdicts
        assert verdict.valid_until == day(through)


def test_a_benefit_may_recognise_some_events_only(pack: Path) -> None:
    from chalicelib.engine.certification.decide import decide

    edit(
        pack,
        PENSION_FILE,
        "amount: rostered",
        "recognises: {strong: [{feed: counter, event: certified}],"
        " weak: [{feed: bus_rides, event: ridden}]}\n    amount: rostered",
    )
    rules = load(pack)
    drawn = [an_entitlement(), an_entitlement("veteran_subsidy")]
    evidence = [
        some_evidence("home_visits/seen", "2025-05-01"),
        some_evidence("bus_rides/ridden", "2025-05-02"),
        some_evidence("bus_rides/ridden", "2025-05-03"),
        some_evidence("pharmacy_purchases/bought", "2025-05-04"),
    ]
    pension, subsidy = decide(a_person(), drawn, evidence, rules, day("2025-06-01")).verdicts
    assert pension.valid_until == day("2024-12-31")
    assert subsidy.valid_until == day("2026-04-30")
    counter = some_evidence("counter/certified", "2025-05-05")
    pension, _ = decide(a_person(), drawn, [counter], rules, day("2025-06-01")).verdicts
    assert pension.valid_until == day("2026-05-04")


def test_clauses_of_every_word(pack: Path) -> None:
    clause = """    excluded:
      - {when: in_key_group, value: incapacitated, because: {zh: 监护人领, en: Guardian}, authority: A}
      - {when: aged_under, value: 60, because: {zh: 未满六十周岁, en: Under 60}, authority: B}
"""
    edit(pack, PENSION_FILE, "    excludes:\n", f"{clause}    excludes:\n")
    guardian, young = load(pack).benefit_on(PENSION, day("2025-01-01")).excluded
    assert guardian.holds(a_person(key_groups=[KeyGroup.INCAPACITATED]), day("2025-01-01"))
    assert not guardian.holds(a_person(), day("2025-01-01"))
    assert young.holds(a_person("1965-02-01"), day("2025-02-28"))  # through the month of the birthday
    assert not young.holds(a_person("1965-02-01"), day("2025-03-01"))


def test_days_may_be_counted_as_in_fujian(pack: Path) -> None:
    edit(pack, "policy.yaml", "counted_in: calendar_months", "counted_in: days_of_a_year")
    rules = load(pack)
    assert rules.policy.periods.counted_in is Counting.DAYS_OF_A_YEAR
    assert rules.last_day(day("2023-03-01"), 12) == day("2024-02-28")


def test_only_listed_custody_codes_have_consequences() -> None:
    rules = RULES.benefit_on(PENSION, day("2025-01-01"))
    sentence = a_key("custody/sentence", "2025-01-01")
    found = custody_code(rules, (sentence.feed, sentence.event))
    assert found is not None
    assert found.then == "ends"
    assert custody_code(rules, (FeedId("custody"), "outside_prison")) is None


def test_weak_evidence_is_weighed_in_the_policy_and_nowhere_else() -> None:
    weak = {key for key, event in EVENTS.items() if event.strength is Strength.WEAK}
    assert set(RULES.policy.weak.worth) == weak


@pytest.mark.parametrize(
    "row",
    [
        {"authority": "依据", "shown_by": {"feed": "a", "event": "b"}},
        {"authority": "依据", "benefit": "a", "shown_by": {"feed": "a", "event": "b"},
         "beside": {"feed": "c", "event": "d"}},
    ],
    ids=["excludes nothing", "excludes another, and two of its own"],
)  # fmt: skip
def test_a_row_excludes_another_benefit_or_two_of_its_own(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either another `benefit`, or `beside`"):
        Excludes.model_validate(row)


def test_the_feeds_whose_word_about_a_related_person_is_asked_for() -> None:
    """A parent in prison or dead entitles a child; nobody asks where the parent went to hospital."""
    assert RULES.feeds_of_related == {"custody", "cremations", "household_deregistration"}
