"""What differs in benefits, policy and counties is a version of a day to come, with a review of its own."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from chalicelib.declarations import Declaration, place_of
from chalicelib.jurisdiction import PACKS, bundles, load, load_folder, proposals
from chalicelib.jurisdiction.diff import Difference, differences
from tests.spelled_out import spell_out

TODAY = date(2025, 7, 1)
BENEFIT, POLICY, COUNTY = "benefits/old_age_allowance.yaml", "policy.yaml", "counties/341671.yaml"
Rewrite = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the pack, to be changed."""
    shutil.copytree(PACKS / "bozhou", tmp_path / "bozhou")
    return tmp_path / "bozhou"


@pytest.fixture
def rewrite(folder: Path) -> Rewrite:
    def change(file: str, *pairs: tuple[str, str]) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")

    return change


def found(folder: Path, today: date = TODAY, before: Path | None = None) -> list[tuple[str, str]]:
    old = load_folder(before) if before else load("bozhou")
    return [(each.file, each.en) for each in proposals.undeclared_changes(old, load_folder(folder), today)]


def second_version(folder: Path, from_: str = "2025-07-02", reviewed: str = "2025-06-20") -> None:
    """The newest version once more, with an amount that has risen."""
    path = folder / BENEFIT
    text = path.read_text(encoding="utf-8")
    last = text[text.rindex("  - from: ") :]
    first, day = (last.split(word, 1)[1][:10] for word in ("from: ", "date: "))
    last = last.replace(first, from_, 1).replace(day, reviewed, 1).replace("fen: ", "fen: 1", 1)
    path.write_text(f"{text.rstrip()}\n{last}", encoding="utf-8")


def test_the_same_rules_leave_nothing_to_say(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (BENEFIT, "fen: ", "fen: 1"),
        (POLICY, "cutoff_day: 25 # [choice] one", "cutoff_day: 20 # [choice] one"),
        (POLICY, "then: pauses", "then: ends"),
        (POLICY, "aged_at_least: 80", "aged_at_least: 75"),
        (POLICY, 'hotline: "12333"', 'hotline: "12345"'),
        (COUNTY, "to: 120", "to: 110"),
    ],
)
def test_what_has_come_into_force_is_not_edited_in_place(
    folder: Path, rewrite: Rewrite, file: str, old: str, new: str
) -> None:
    rewrite(file, (old, new))
    assert {each[0] for each in found(folder)} == {file}
    for each in proposals.undeclared_changes(load("bozhou"), load_folder(folder), TODAY):
        assert place_of(folder / file, each.place).startswith(str(folder / file))


def test_a_better_description_needs_no_version(folder: Path, rewrite: Rewrite) -> None:
    rewrite(POLICY, ("高龄，应缩短认证期限", "高龄，宜缩短认证期限"))
    rewrite(BENEFIT, ('reviewed: {by: "亳州市', 'reviewed: {by: "市'))
    rewrite(COUNTY, ("虚构的县区", "杜撰的县区"))
    assert found(folder) == []


def test_a_benefit_has_another_version_from_a_day_to_come(folder: Path) -> None:
    second_version(folder)
    assert found(folder) == []


@pytest.mark.parametrize(
    ("from_", "reviewed", "says"),
    [
        ("2025-07-01", "2025-06-20", "later than 2025-07-01"),
        ("2024-06-01", "2024-05-20", "put it back"),
        ("2026-07-03", "2025-06-20", "a year ahead at most"),
        ("2025-07-02", "2023-04-20", "a review of its own"),
        ("2025-07-03", "2025-07-02", "no later than 2025-07-01"),
    ],
)
def test_a_version_acts_neither_backwards_nor_without_a_review(
    folder: Path, from_: str, reviewed: str, says: str
) -> None:
    second_version(folder, from_, reviewed)
    [(file, what)] = found(folder)
    assert file == BENEFIT
    assert says in what


def test_a_version_whose_day_has_not_come_may_still_be_amended(folder: Path, tmp_path: Path) -> None:
    second_version(folder, "2025-08-01")
    shutil.copytree(folder, tmp_path / "approved")
    path = folder / BENEFIT
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2025-08-01", "2025-09-01").replace("2025-06-20", "2025-06-25"))
    assert found(folder, before=tmp_path / "approved") == []
    assert "put it back" in found(folder, date(2025, 8, 1), tmp_path / "approved")[0][1]


def test_policy_and_county_hold_from_a_day_to_come(folder: Path, rewrite: Rewrite) -> None:
    rewrite(POLICY, ("2023-05-01", "2025-07-02"), ("date: 2023-04-20", "date: 2025-06-20"))
    assert "put the day back" in found(folder)[0][1]
    rewrite(POLICY, ("list_day: 20", "list_day: 19"))
    assert found(folder) == []


def keep(folder: Path, file: str, what: Declaration, *words: str) -> None:
    """Put what is in force under `earlier`."""
    kept = what.model_dump(mode="json", by_alias=True, include={"from_", "authority", "reviewed", *words})
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write(f"earlier: [{json.dumps(kept, ensure_ascii=False)}]\n")


def test_what_happened_under_the_policy_in_force_keeps_its_period(folder: Path, rewrite: Rewrite) -> None:
    rewrite(POLICY, ("2023-05-01", "2025-07-02"), ("date: 2023-04-20", "date: 2025-06-20"))
    rewrite(POLICY, ("months: 12", "months: 9"))
    [(file, what)] = found(folder)
    assert file == POLICY
    assert "put the from, authority, reviewed, periods and weak in force under `earlier`" in what
    keep(folder, POLICY, load("bozhou").rules.policy, "periods", "weak")
    assert found(folder) == []
    rewrite(POLICY, ("2025-07-02", "2025-07-01"))
    assert "`earlier`" in found(folder)[0][1], "it would act on what happened today"
    rewrite(
        POLICY,
        ("2025-07-01", "2025-07-02"),
        ('earlier: [{"from": "2023-05-01"', 'earlier: [{"from": "2023-05-02"'),
    )
    assert found(folder) == [], "before the first version, the first"


def test_what_happened_under_a_countys_values_keeps_what_it_was_worth(folder: Path, rewrite: Rewrite) -> None:
    rewrite(COUNTY, ("2025-01-01", "2025-07-02"), ("to: 120", "to: 110"))
    assert "put the from, authority, reviewed and values in force under `earlier`" in found(folder)[0][1]
    county = load("bozhou").rules.counties["341671"].county
    assert county is not None
    keep(folder, COUNTY, county, "values")
    [(file, what)] = found(folder)
    assert (file, "a review of its own" in what) == (COUNTY, True)
    rewrite(COUNTY, ("date: 2024-12-10", "date: 2025-06-10"))
    assert found(folder) == []


def test_a_new_county_sets_values_for_days_to_come(folder: Path) -> None:
    text = (folder / COUNTY).read_text(encoding="utf-8").replace("341671", "341672")
    (folder / "counties/341672.yaml").write_text(text, encoding="utf-8")
    assert "later than 2025-07-01" in found(folder)[0][1]
    text = text.replace("2025-01-01", "2025-08-01")
    (folder / "counties/341672.yaml").write_text(text, encoding="utf-8")
    assert found(folder) == []


def test_what_people_draw_and_what_has_been_set_stays(folder: Path) -> None:
    (folder / COUNTY).unlink()
    (folder / "benefits/village_doctor_subsidy.yaml").unlink()
    assert [file for file, what in found(folder) if "has to stay" in what] == [
        "benefits/village_doctor_subsidy.yaml",
        COUNTY,
    ]


def test_another_authority_is_named_from_a_day_on(folder: Path, rewrite: Rewrite) -> None:
    rewrite(BENEFIT, ("run_by: civil_affairs", "run_by: hrss"))
    assert "from when" in found(folder)[0][1]
    second_version(folder)
    assert found(folder) == []


# --- what most benefits share ----------------------------------------------------------------------

SHARE = "{{from: {from_}, authority: A, reviewed: {{by: B, date: {reviewed}}}, {says}}}"


def share(folder: Path, says: str, from_: str = "2025-07-02", reviewed: str = "2025-06-20") -> None:
    """Another entry of what most benefits share."""
    path = folder / POLICY
    text = path.read_text(encoding="utf-8")
    here = text.index("\n# What a county may set")
    entry = SHARE.format(from_=from_, reviewed=reviewed, says=says)
    path.write_text(f"{text[:here]}  - {entry}\n{text[here:]}", encoding="utf-8")


def test_what_most_share_changes_from_a_day_to_come_with_a_review_of_its_own(folder: Path) -> None:
    share(folder, "cutoff_day: 20")
    assert found(folder) == []


@pytest.mark.parametrize(
    ("from_", "reviewed", "says"),
    [
        ("2025-07-01", "2025-06-20", "put it back, and add another entry at the end of `benefits`"),
        ("2024-06-01", "2024-05-20", "put it back, and add another entry at the end of `benefits`"),
        ("2026-07-03", "2025-06-20", "a year ahead at most"),
        ("2025-07-02", "2023-04-20", "a review of its own, dated after 2023-04-20"),
        ("2025-07-03", "2025-07-02", "no later than 2025-07-01"),
    ],
)
def test_what_most_share_is_changed_neither_backwards_nor_without_a_review(
    folder: Path, from_: str, reviewed: str, says: str
) -> None:
    """Told once, at its line of policy.yaml, and not for each of the benefits that it reaches."""
    share(folder, "cutoff_day: 20", from_, reviewed)
    [each] = proposals.undeclared_changes(load("bozhou"), load_folder(folder), TODAY)
    assert (each.file, each.place[:2]) == (POLICY, ("benefits", 1))
    assert says in each.en
    assert ("一条" in each.zh) == ("entry" in says)


def test_an_entry_held_against_a_benefits_own_later_review_is_none_the_worse(folder: Path) -> None:
    """Each has its own line of reviews: the benefit's, and that of what most share."""
    second_version(folder, "2025-07-02", "2025-06-25")
    share(folder, "cutoff_day: 20", "2025-08-01", "2025-06-20")
    assert found(folder) == []


def test_an_entry_in_force_stays(folder: Path, tmp_path: Path, rewrite: Rewrite) -> None:
    share(folder, "cutoff_day: 20")
    shutil.copytree(folder, tmp_path / "approved")
    rewrite(POLICY, ("cutoff_day: 20}", "cutoff_day: 15}"))
    assert found(folder, before=tmp_path / "approved") == [], "its day has not come"
    [(file, what)] = found(folder, date(2025, 7, 2), tmp_path / "approved")
    assert (file, "put it back" in what) == (POLICY, True)
    shutil.copy(PACKS / "bozhou" / POLICY, folder / POLICY)
    [(file, what)] = found(folder, date(2025, 7, 2), tmp_path / "approved")
    assert (file, "put it back" in what) == (POLICY, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    custody: []", "    recognises: all"),  # it would have what most have, unseen
        ("    amount: ", "    cutoff_day: 20\n    amount: "),
    ],
)
def test_a_benefit_that_begins_or_ends_to_have_its_own_word_is_told_in_its_own_file(
    folder: Path, rewrite: Rewrite, old: str, new: str
) -> None:
    rewrite("benefits/medical_aid.yaml", (old, new))
    [(file, what)] = found(folder)
    assert (file, "add another at the end" in what) == ("benefits/medical_aid.yaml", True)


def test_another_spelling_is_no_change(folder: Path, tmp_path: Path) -> None:
    """Neither when a pack is spelled by difference for the first time, nor when it is spelled out."""
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    spell_out(old, load("bozhou").rules)
    assert found(folder, before=old) == []
    assert found(old) == []
    differing = {each.key for each in differences(bundles.pack_up(old), bundles.pack_up(folder))}
    assert all(key.startswith("benefits[2023-05-01]") for key in differing), "what policy.yaml says besides"


def test_a_diff_shows_every_benefit_that_an_entry_reaches(folder: Path) -> None:
    share(folder, "cutoff_day: 20")
    told = differences(bundles.pack_up(PACKS / "bozhou"), bundles.pack_up(folder))
    key = "versions[2025-07-02].cutoff_day"
    reached = {each.file for each in told if (each.key, each.before, each.after) == (key, "25", "20")}
    assert reached == {f"benefits/{code}.yaml" for code in load("bozhou").rules.benefits}
    assert Difference(POLICY, "benefits[2025-07-02].cutoff_day", None, "20") in told
    assert {each.key.rpartition(".")[2] for each in told if each.file != POLICY} == {
        "authority",
        "by",
        "cutoff_day",
        "date",
        "from",
    }
