"""A benefit's file says what differs; what holds is complete, and as if all had been spelled out."""

import shutil
from pathlib import Path

import pytest

from chalicelib.declarations import Origin
from chalicelib.engine.rules.benefit_files import Origins
from chalicelib.engine.rules.benefits import Consequence
from chalicelib.engine.rules.rulebook import RuleBook, load_rule_book
from chalicelib.errors import DeclarationError
from chalicelib.model import BenefitCode
from tests.events import ALL_EVENTS, ALL_RULES, BOZHOU, EVENTS, PACKS, RULES
from tests.people import day
from tests.spelled_out import spell_out

OLD_AGE, VETERANS, DOCTORS, CHILDREN = (
    BenefitCode(code)
    for code in ("old_age_allowance", "veteran_subsidy", "village_doctor_subsidy", "unsupported_children")
)
KEPT = {OLD_AGE, VETERANS, DOCTORS, CHILDREN, "resident_pension", "employee_pension", "orphan_allowance"} | {
    "destitute_support", "disability_care_subsidy", "disability_living_subsidy"
}  # fmt: skip
HEAD = "authority: 甲办〔2025〕1号, reviewed: {by: 甲岗, date: 2025-06-20}"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the pack that a test may change, with the benefits that name each other, and no more."""
    copy = shutil.copytree(BOZHOU, tmp_path / "bozhou", ignore=shutil.ignore_patterns("feeds", "counties"))
    for path in (copy / "benefits").iterdir():
        if path.stem not in KEPT:
            path.unlink()
    return copy


def load(pack: Path) -> RuleBook:
    return load_rule_book(pack, EVENTS)


def share(pack: Path, entry: str) -> None:
    """Another entry of what most benefits share."""
    policy = pack / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    here = text.index("\n# What a county may set")
    policy.write_text(f"{text[:here]}  - {entry}\n{text[here:]}", encoding="utf-8")


def add(pack: Path, code: BenefitCode, version: str) -> None:
    """Another version of a benefit."""
    with (pack / "benefits" / f"{code}.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  - {version}\n")


def cutoffs(rules: RuleBook, code: BenefitCode) -> list[tuple[str, int]]:
    return [(v.from_.isoformat(), v.cutoff_day) for v in rules.benefit(code).versions]


# --- one meaning, two spellings ------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL_RULES)
def test_a_pack_spelled_out_is_the_same_rule_book_for_each_day(name: str, tmp_path: Path) -> None:
    """As stored bundles are spelled; it even bears the same version."""
    whole, events = ALL_RULES[name], ALL_EVENTS[name]
    folder = shutil.copytree(PACKS / name, tmp_path / name, ignore=shutil.ignore_patterns("feeds"))
    spell_out(folder, whole)
    spelled = load_rule_book(folder, events)
    days = {version.from_ for benefit in whole.benefits.values() for version in benefit.versions}
    for on in (*days, *whole.policy.turns, day("2000-01-01"), day("2030-01-01")):
        assert spelled.weighing(on) == whole.weighing(on)
        for code in whole.benefits:
            assert spelled.benefit_on(code, on) == whole.benefit_on(code, on), (code, on)
    assert spelled == whole


def test_what_an_old_spelling_leaves_out_is_not_declared(pack: Path) -> None:
    """Each of its versions says everything: nothing comes from the version before, or from most."""
    spell_out(pack, RULES)
    path = pack / "benefits" / f"{VETERANS}.yaml"
    words = path.read_text(encoding="utf-8")
    entry = (
        f"{{from: 2025-07-02, {HEAD}, recognises: all, starts: authority_day, amount: rostered,"
        " last_month_due: month_of_death, cutoff_day: 25}"
    )
    path.write_text(words.replace('"versions":[', f'"versions":[{entry},').replace("2023", "2026"), "utf-8")
    newest, _ = load(pack).benefit(VETERANS).versions
    assert (newest.custody, newest.together) == ((), ())


def test_a_version_says_what_differs_from_the_one_before(pack: Path) -> None:
    add(pack, VETERANS, f"{{from: 2025-07-02, {HEAD}, cutoff_day: 20}}")
    add(pack, VETERANS, f"{{from: 2025-08-02, {HEAD}, together: [], recovery: null}}")
    first, second, third = load(pack).benefit(VETERANS).versions
    named = {"from_", "authority", "reviewed"}
    assert second.model_dump(exclude=named) == {**first.model_dump(exclude=named), "cutoff_day": 20}
    assert third.model_dump(exclude=named) == {**second.model_dump(exclude=named), "together": ()}
    assert [v.authority for v in (first, second, third)] == ["军人抚恤优待条例", *["甲办〔2025〕1号"] * 2]


def test_a_row_without_an_authority_stands_on_its_versions(pack: Path) -> None:
    add(pack, VETERANS, f"{{from: 2025-07-02, {HEAD}, recovery: {{offset: [funeral_grant]}}, excluded: []}}")
    add(pack, VETERANS, f"{{from: 2025-08-02, {HEAD.replace('甲办', '乙办')}, cutoff_day: 20}}")
    first, second, third = load(pack).benefit(VETERANS).versions
    assert [row.authority for row in first.together] == ["军人抚恤优待条例"]
    assert [row.authority for row in third.together] == ["军人抚恤优待条例"], "as it was said then"
    assert second.recovery is not None
    assert second.recovery == third.recovery
    assert second.recovery.authority == "甲办〔2025〕1号"
    assert first.custody[0].authority == "参照劳社厅函〔2001〕44号", "its own"
    (beside,) = load(pack).benefit(CHILDREN).versions[0].together
    assert "国发〔2015〕52号" in beside.authority, "its own"


# --- amounts -------------------------------------------------------------------------------------


def test_a_version_names_the_bands_that_change(pack: Path) -> None:
    changed = "amount: {changed: [{fen: 6000, where: [{when: aged_at_least, value: 80}]}]}"
    add(pack, OLD_AGE, f"{{from: 2025-07-02, {HEAD}, {changed}, cutoff_day: 20}}")
    allowance = load(pack).benefit(OLD_AGE)
    assert allowance.versions[-1].cutoff_day == 20
    assert [[band.fen for band in v.amount if not isinstance(band, str)] for v in allowance.versions] == [
        [30000, 20000, 10000, 3000],
        [30000, 20000, 10000, 5000],
        [30000, 20000, 10000, 6000],
    ]
    add(pack, OLD_AGE, f"{{from: 2025-08-02, {HEAD}, amount: [{{fen: 7000}}]}}")
    rules = load(pack)
    assert len(rules.benefit(OLD_AGE).versions[-1].amount) == 1
    assert rules.origins_of(OLD_AGE).at(("versions", 3, "amount", 3)).place == ("versions", 3, "amount", 3)


@pytest.mark.parametrize(
    ("code", "amount", "says"),
    [
        (
            OLD_AGE,
            "{changed: [{fen: 6000, where: [{when: aged_at_least, value: 81}]}]}",
            "meant for the same",
        ),
        (OLD_AGE, "{changed: [{fen: 6000}]}", "meant for the same"),
        (OLD_AGE, "{changed: [6000]}", "meant for the same"),
        (OLD_AGE, "{changed: [{fen: 5000, where: [{when: aged_at_least, value: 80}]}]}", "nothing changes"),
        (OLD_AGE, "{changed: []}", "a list of bands"),
        (OLD_AGE, "{changed: 6000}", "a list of bands"),
        (OLD_AGE, "{raised: [{fen: 6000}]}", "a list of bands"),
        (VETERANS, "{changed: [{fen: 6000}]}", "no version before this one has bands"),
    ],
)
def test_a_band_that_changes_is_known_and_changes(
    pack: Path, code: BenefitCode, amount: str, says: str
) -> None:
    add(pack, code, f"{{from: 2025-07-02, {HEAD}, amount: {amount}}}")
    path = pack / "benefits" / f"{code}.yaml"
    with pytest.raises(DeclarationError, match=says) as refused:
        load(pack)
    assert refused.value.where == f"{path}:{len(path.read_text(encoding='utf-8').splitlines())}"


# --- what most benefits share --------------------------------------------------------------------


def test_an_entry_reaches_each_benefit_that_does_not_say_the_same_by_itself(pack: Path) -> None:
    add(pack, DOCTORS, f"{{from: 2025-01-01, {HEAD.replace('2025-06', '2024-12')}, cutoff_day: 10}}")
    share(pack, f"{{from: 2025-07-02, {HEAD}, cutoff_day: 20}}")
    share(pack, f"{{from: 2025-08-01, {HEAD.replace('06-20', '08-01')}, starts: first_payment}}")
    rules = load(pack)
    assert cutoffs(rules, VETERANS) == [("2023-05-01", 25), ("2025-07-02", 20), ("2025-08-01", 20)]
    assert cutoffs(rules, DOCTORS) == [("2023-05-01", 25), ("2025-01-01", 10), ("2025-08-01", 10)]
    assert [v.from_ for v in rules.benefit(OLD_AGE).versions] == [
        day("2023-05-01"),
        day("2024-01-01"),
        day("2025-07-02"),
        day("2025-08-01"),
    ]
    version = rules.benefit(VETERANS).versions[1]
    assert version.authority == "军人抚恤优待条例；甲办〔2025〕1号", (
        "the benefit's law, and that of the entry"
    )
    assert version.reviewed.by == "甲岗"
    assert rules.version.startswith("bozhou-2025-08-01-")


def test_entries_follow_each_other_and_a_benefits_own_versions(pack: Path) -> None:
    share(pack, f"{{from: 2025-07-02, {HEAD}, cutoff_day: 20}}")
    share(pack, f"{{from: 2025-09-01, {HEAD}, last_month_due: month_before_death}}")
    add(pack, VETERANS, f"{{from: 2025-07-02, {HEAD.replace('甲', '乙')}, amount: [{{fen: 8000}}]}}")
    add(pack, VETERANS, f"{{from: 2025-08-01, {HEAD}, cutoff_day: 15}}")
    versions = load(pack).benefit(VETERANS).versions
    assert [(v.from_.isoformat(), v.cutoff_day, v.last_month_due.value) for v in versions] == [
        ("2023-05-01", 25, "month_of_death"),
        ("2025-07-02", 20, "month_of_death"),
        ("2025-08-01", 15, "month_of_death"),
        ("2025-09-01", 15, "month_before_death"),
    ]
    assert versions[1].authority == "乙办〔2025〕1号", "its own version of that day"
    assert versions[3].authority == "甲办〔2025〕1号", "named once"


def test_a_benefit_that_comes_later_begins_with_what_most_share_by_then(pack: Path) -> None:
    share(pack, f"{{from: 2025-07-02, {HEAD}, cutoff_day: 20}}")
    path = pack / "benefits" / f"{VETERANS}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2023-05-01", "2025-09-01"), encoding="utf-8")
    assert cutoffs(load(pack), VETERANS) == [("2025-09-01", 20)]


def test_who_says_nothing_of_custody_has_what_most_have_and_who_says_none_has_none(pack: Path) -> None:
    rules = load(pack)
    assert [code.then for code in rules.benefit_on(VETERANS, day("2025-01-01")).custody] == [
        Consequence.ENDS,
        Consequence.PAUSES,
    ]
    assert rules.benefit_on(CHILDREN, day("2025-01-01")).custody == ()


def test_what_reaches_no_benefit_is_refused(pack: Path) -> None:
    share(pack, f"{{from: 2025-07-02, {HEAD}, contradicted_by: all}}")
    load(pack)
    for path in (pack / "benefits").glob("*.yaml"):
        add(pack, BenefitCode(path.stem), f"{{from: 2025-07-02, {HEAD}, contradicted_by: all}}")
    policy = pack / "policy.yaml"
    lines = policy.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "contradicted_by: all" in line)
    with pytest.raises(DeclarationError, match="no benefit has its contradicted_by from here") as refused:
        load(pack)
    assert refused.value.where == f"{policy}:{number}"


# --- where it stands -----------------------------------------------------------------------------


def test_every_value_of_a_complete_version_has_a_place(pack: Path) -> None:
    share(pack, f"{{from: 2025-07-02, {HEAD}, cutoff_day: 20}}")
    changed = "amount: {changed: [{fen: 6000, where: [{when: aged_at_least, value: 80}]}]}"
    add(pack, OLD_AGE, f"{{from: 2025-08-01, {HEAD}, {changed}}}")
    stands = load(pack).origins_of(OLD_AGE)
    own, policy = pack / "benefits" / f"{OLD_AGE}.yaml", pack / "policy.yaml"
    assert {place: stands.at(place) for place in [
        ("code",),
        ("versions", 1, "from"),
        ("versions", 1, "amount", 0, "fen"),
        ("versions", 1, "amount", 3, "fen"),
        ("versions", 1, "conditions", 0, "authority"),
        ("versions", 1, "custody", 1, "then"),
        ("versions", 2, "from"),
        ("versions", 2, "cutoff_day"),
        ("versions", 3, "amount", 3, "fen"),
        ("versions", 3, "cutoff_day"),
    ]} == {
        ("code",): Origin(own, ("code",)),
        ("versions", 1, "from"): Origin(own, ("versions", 1, "from")),
        ("versions", 1, "amount", 0, "fen"): Origin(own, ("versions", 0, "amount", 0, "fen")),
        ("versions", 1, "amount", 3, "fen"): Origin(own, ("versions", 1, "amount", "changed", 0, "fen")),
        ("versions", 1, "conditions", 0, "authority"): Origin(own, ("versions", 0, "authority")),
        ("versions", 1, "custody", 1, "then"): Origin(policy, ("benefits", 0, "custody", 1, "then")),
        ("versions", 2, "from"): Origin(policy, ("benefits", 1, "from")),
        ("versions", 2, "cutoff_day"): Origin(policy, ("benefits", 1, "cutoff_day")),
        ("versions", 3, "amount", 3, "fen"): Origin(own, ("versions", 2, "amount", "changed", 0, "fen")),
        ("versions", 3, "cutoff_day"): Origin(policy, ("benefits", 1, "cutoff_day")),
    }  # fmt: skip
    assert stands.file(("versions", 3)) == f"benefits/{OLD_AGE}.yaml"
    assert stands.is_shared(("versions", 2))
    assert not stands.is_shared(("versions", 3))
    nobody = RULES.origins_of(BenefitCode("nobody"))
    assert nobody == Origins(Path(), Path("benefits/nobody.yaml"))


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("{from: 2025-07-02, authority: A, cutoff_day: 20}", "versions.1.reviewed: Field required"),
        ("{authority: A, reviewed: {by: B, date: 2025-06-20}}", "versions.1.from: Field required"),
        ("{from: soon, authority: A, reviewed: {by: B, date: 2025-06-20}}", "versions.1.from: Input"),
        (f"{{from: 2023-05-01, {HEAD}, cutoff_day: 20}}", "in the order of their `from`"),
        (f"{{from: 2025-07-02, {HEAD}, cutof_day: 20}}", "versions.1.cutof_day: Extra inputs"),
        (f"{{from: 2025-07-02, {HEAD}, custody: none}}", "versions.1.custody"),
        (f"{{from: 2025-07-02, {HEAD}, recovery: none}}", "versions.1.recovery"),
        (f"{{from: 2025-07-02, {HEAD}, conditions: [x]}}", "versions.1.conditions"),
        (
            "{from: 2025-07-02, reviewed: {by: B, date: 2025-06-20}, excludes: [{benefit: x}]}",
            "Field required",
        ),
    ],
)
def test_what_a_later_version_lacks_or_misspells_is_refused(pack: Path, version: str, says: str) -> None:
    add(pack, VETERANS, version)
    with pytest.raises(DeclarationError) as refused:
        load(pack)
    assert says in f"{refused.value.what}"
    assert f"{VETERANS}.yaml:" in refused.value.where


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (f"{{from: 2023-05-01, {HEAD}, cutoff_day: 20}}", "reviewed before the day"),
        (
            "{from: 2023-05-01, authority: A, reviewed: {by: B, date: 2023-04-20}}",
            "benefits must stand in the",
        ),
        (f"{{from: 2025-07-02, {HEAD}, amount: rostered}}", "benefits.1.amount: Extra inputs"),
        (f"{{from: 2025-07-02, {HEAD}, cutoff_day: 29}}", "benefits.1.cutoff_day"),
        (f"{{from: 2025-07-02, {HEAD}, custody: null}}", "benefits.1.custody"),
        ("{from: 2025-07-02, authority: '', reviewed: {by: B, date: 2025-06-20}}", "benefits.1.authority"),
    ],
)
def test_what_most_share_is_dated_reviewed_and_of_the_vocabulary(pack: Path, entry: str, says: str) -> None:
    share(pack, entry)
    with pytest.raises(DeclarationError) as refused:
        load(pack)
    assert says in refused.value.what
    assert "policy.yaml:" in refused.value.where


def test_a_benefit_has_versions(pack: Path) -> None:
    path = pack / "benefits" / f"{VETERANS}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("versions:")] + "versions: []\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"veteran_subsidy.yaml:\d+: versions: "):
        load(pack)


def test_a_section_that_says_nothing_is_refused(pack: Path) -> None:
    policy = pack / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    here, after = text.index("benefits:\n"), text.index("\n# What a county may set")
    policy.write_text(f"{text[:here]}benefits: []\n{text[after:]}", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"^.*policy.yaml:\d+: benefits: "):
        load(pack)
