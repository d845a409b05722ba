"""Another version is written as the difference, and each value that holds is shown with its line."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from admin import benefit_versions
from admin.__main__ import main
from chalicelib.engine.rules.benefits import LastMonth
from chalicelib.jurisdiction import PACKS, load, load_folder
from chalicelib.model import BenefitCode
from tests.spelled_out import spell_out

PACK = PACKS / "anhui"
ALLOWANCE = BenefitCode("old_age_allowance")
HEAD = (
    "--from",
    "2027-01-01",
    "--authority",
    "甲办〔2026〕1号",
    "--reviewed-by",
    "市民政局",
    "--reviewed-on",
)
SAYS = (*HEAD, "2026-11-20", "--source", "[pub] 甲办〔2026〕1号")
BANDS = [(30000, 100), (10000, 90), (5000, 80)]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benefit_versions.console, "_width", 300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the pack, to be amended."""
    return shutil.copytree(PACK, tmp_path / "anhui")


def amend(folder: Path, what: str, *values: str, says: tuple[str, ...] = SAYS) -> int:
    return main(["rules", "amend", str(folder), what, *says, *values])


def amount(*bands: tuple[int, int]) -> str:
    rows = ", ".join(f"{{fen: {fen}, where: [{{when: aged_at_least, value: {age}}}]}}" for fen, age in bands)
    return f"amount=[{rows}]"


def added(folder: Path, file: str) -> list[str]:
    """The lines that a file has more than the pack's own."""
    before = (PACK / file).read_text(encoding="utf-8").splitlines()
    after = (folder / file).read_text(encoding="utf-8").splitlines()
    lines = [line for line in after if line not in before or "2027" in line]
    assert len(after) == len(before) + len(lines), "nothing else is touched"
    return lines


def test_of_an_amount_the_band_that_rises_is_written(folder: Path) -> None:
    rises = amount(*BANDS[:2], (6000, 80))
    assert amend(folder, ALLOWANCE, rises, "cutoff_day=25", "last_month_due=month_before_death") == 0
    assert added(folder, "benefits/old_age_allowance.yaml") == [
        "  - from: 2027-01-01 # [pub] 甲办〔2026〕1号",
        '    authority: "甲办〔2026〕1号" # [pub] 甲办〔2026〕1号',
        '    reviewed: {by: "市民政局", date: 2026-11-20} # [pub] 甲办〔2026〕1号',
        "    amount: {changed: [{fen: 6000, where: [{when: aged_at_least, value: 80}]}]}"
        " # [pub] 甲办〔2026〕1号",
        "    last_month_due: month_before_death # [pub] 甲办〔2026〕1号",
    ]
    before, after = load_folder(folder).rules.benefit(ALLOWANCE).versions[-2:]
    named = {"from_", "authority", "reviewed", "amount", "last_month_due"}
    assert before.model_dump(exclude=named) == after.model_dump(exclude=named)
    assert after.last_month_due is LastMonth.MONTH_BEFORE_DEATH


@pytest.mark.parametrize("value", ["amount=rostered", amount(*BANDS[:2], (6000, 81))])
def test_another_scale_is_written_as_it_is(folder: Path, value: str) -> None:
    assert amend(folder, ALLOWANCE, value) == 0
    assert added(folder, "benefits/old_age_allowance.yaml")[3].startswith(
        f"    {value.replace('=', ': ', 1)} #"
    )


def test_what_most_benefits_share_is_amended_in_the_policy(folder: Path) -> None:
    assert amend(folder, "policy", "cutoff_day=20", "starts=authority_day") == 0
    assert added(folder, "policy.yaml")[3:] == ["    cutoff_day: 20 # [pub] 甲办〔2026〕1号"]
    rules = load_folder(folder).rules
    assert all(benefit.on(date(2027, 1, 1)).cutoff_day == 20 for benefit in rules.benefits.values())
    assert rules.policy == load("anhui").rules.policy


@pytest.mark.parametrize(
    ("what", "values", "says"),
    [
        (ALLOWANCE, ("cutoff_day=25",), "all of that holds already"),
        ("policy", ("cutoff_day=25",), "all of that holds already"),
        (ALLOWANCE, ("cutoff_day=29",), "benefits/old_age_allowance.yaml:"),
        (ALLOWANCE, ("cutof_day=20",), "Extra inputs"),
        (ALLOWANCE, ("custody=[{",), "benefits/old_age_allowance.yaml:"),
        ("policy", ("amount=rostered",), "policy.yaml:"),
        (ALLOWANCE, ("cutoff_day",), "write KEY=VALUE"),
        (ALLOWANCE, ("authority=B",), "write KEY=VALUE"),
        ("no_such", ("cutoff_day=20",), "no benefit 'no_such'"),
    ],
)
def test_what_does_not_hold_or_holds_already_is_not_written(
    folder: Path, what: str, values: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert amend(folder, what, *values) == 1
    assert says in capsys.readouterr().out.replace("\n", "")
    for file in ("benefits/old_age_allowance.yaml", "policy.yaml"):
        assert (folder / file).read_bytes() == (PACK / file).read_bytes()


def test_a_value_has_its_source(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert amend(folder, ALLOWANCE, "cutoff_day=20", says=(*SAYS[:-1], "somebody said so")) == 1
    assert "say where it comes from" in capsys.readouterr().out


def test_versions_that_say_everything_are_written_by_hand(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spell_out(folder, load("anhui").rules)
    assert amend(folder, ALLOWANCE, "cutoff_day=20") == 1
    assert "each version says everything" in capsys.readouterr().out
    shutil.copy(PACK / "policy.yaml", folder / "policy.yaml")
    assert amend(folder, ALLOWANCE, "cutoff_day=20") == 1
    assert "one below the other" in capsys.readouterr().out.replace("\n", "")


def test_all_that_holds_is_shown_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "benefit", str(folder), ALLOWANCE, "--on", "2025-12-01"]) == 0
    told = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()[2:]}
    lines = (folder / "policy.yaml").read_text(encoding="utf-8").splitlines()
    cutoff = next(number for number, line in enumerate(lines, 1) if line.startswith("    cutoff_day: 25"))
    own = (folder / "benefits/old_age_allowance.yaml").read_text(encoding="utf-8").splitlines()
    raised = next(number for number, line in enumerate(own, 1) if "changed" in line)
    assert told["cutoff_day"] == ["25", f"policy.yaml:{cutoff}"]
    assert told["amount.3.fen"] == ["5000", f"benefits/old_age_allowance.yaml:{raised}"]
    assert told["tiers"] == ["policy", f"policy.yaml:{cutoff - 6}"]
