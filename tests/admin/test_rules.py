"""A change of the rule book from the operator's command line: check, rehearse, propose, approve, activate."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin.__main__ import main
from chalicelib.model import Change, Evidence, EvidenceKey, FeedId, FileId
from chalicelib.pack import PACKS, current
from chalicelib.settings import settings
from chalicelib.storage import clients, people
from sandbox.tokens import Issuer
from tests.conftest import StoppedClock
from tests.storage.builders import AT, entitlement, identity, person

pytestmark = pytest.mark.usefixtures("aws")

ISSUER = Issuer.new(issuer="https://issuer.invalid/")


@pytest.fixture(autouse=True)
def _issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_TOKEN_JWKS", ISSUER.jwks())
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The pack with a bus ride that is worth nothing any more."""
    copy = tmp_path / "bozhou"
    shutil.copytree(PACKS / "bozhou", copy)
    policy = copy / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("threshold: 100", "threshold: 400"), encoding="utf-8")
    return copy


@pytest.fixture
def _weakly_certified(aws: None) -> None:
    """One pensioner who stands on bus rides and a purchase at the pharmacy."""
    until = datetime(2025, 6, 1, tzinfo=UTC).date()
    newcomer = people.Newcomer(identity(), person(), (entitlement(certified_until=until, valid_until=until),))
    [found] = people.create_all([newcomer], AT, "tests")
    rides = [("bus_rides", "ridden", day) for day in (10, 12, 14, 16, 18)] + [
        ("pharmacy_purchases", "bought", 20)
    ]
    evidence = tuple(
        Evidence(EvidenceKey(datetime(2025, 6, day, tzinfo=UTC).date(), FeedId(feed), event), FileId("f"), 2)
        for feed, event, day in rides
    )
    people.change(found.person, lambda record: Change("seen", "tests", AT, evidence=evidence))


def token(subject: str, role: str = "officer") -> str:
    return ISSUER.issue(role, "3416", subject, now=datetime(2025, 7, 1, 2, tzinfo=UTC))


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path, expect: int = 0) -> str:
    assert main([str(argument) for argument in arguments]) == expect
    return capsys.readouterr().out


@pytest.mark.usefixtures("_weakly_certified")
def test_from_a_changed_file_to_a_rule_book_in_force(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: StoppedClock
) -> None:
    assert "weak.threshold" in said(capsys, "rules", "diff", folder)
    page = tmp_path / "report.html"
    effects = said(capsys, "rules", "replay", folder, "--page", page)
    assert re.search(r"proposed_for_suspension +\S+ +1\b", effects)
    assert "将列入拟暂停名单" in page.read_text(encoding="utf-8")

    proposing = ("rules", "propose", folder, "--note", "门槛提高")
    told = said(capsys, *proposing, "--token", token("officer-a"))
    bundle, rehearsal = (re.search(rf"{word} (\S+)", told)[1] for word in ("proposed", "rehearsal"))  # type: ignore[index]
    approving = ("rules", "approve", bundle, "--rehearsal", rehearsal)
    assert "two_people" in said(capsys, *approving, "--token", token("officer-a"), expect=1)
    said(capsys, *approving, "--token", token("officer-b"))
    said(capsys, "rules", "activate", bundle, "--from", "2025-07-02", "--token", token("officer-b"))
    assert "2025-07-02" in said(capsys, "rules", "list")
    clock.advance(days=1)
    clients.forget()
    assert current().rules.policy.weak.threshold == 400


def test_a_folder_that_does_not_hold_is_told_with_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert " benefits, " in said(capsys, "rules", "check", PACKS / "bozhou")
    (folder / "policy.yaml").write_text("jurisdiction: bozhou\njurisdiction: bozhou\n", encoding="utf-8")
    assert "policy.yaml:2" in said(capsys, "rules", "check", folder, expect=1).replace("\n", "")


@pytest.mark.parametrize("credentials", ["", "rubbish", token("auditor-a", "auditor")])
def test_only_an_officer_changes_rules(
    folder: Path, credentials: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["rules", "propose", str(folder), "--note", "?", "--token", credentials])
    assert "Use your own token" in capsys.readouterr().out


@pytest.mark.usefixtures("_weakly_certified")
def test_what_each_feed_is_worth(capsys: pytest.CaptureFixture[str]) -> None:
    table = said(capsys, "rules", "coverage")
    assert re.search(r"bus_rides .* 1 +1 +100.0%", table)
    assert "1 of 1 people" in table
