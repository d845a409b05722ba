"""A change of the rule book from the operator's command line: check, rehearse, propose, approve, activate."""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from admin import rules
from admin.__main__ import main
from chalicelib.cases import evidence_effects
from chalicelib.jurisdiction import PACKS, bundles, current, load
from chalicelib.jurisdiction.rehearsal_report import ASSUMED
from chalicelib.model import Change, Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.settings import settings
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import people
from sandbox.tokens import Issuer
from tests.conftest import StoppedClock
from tests.storage.builders import AT, entitlement, identity, person

pytestmark = pytest.mark.usefixtures("aws")

ISSUER = Issuer.new(issuer="https://issuer.invalid/")


@pytest.fixture(autouse=True)
def _issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_TOKEN_JWKS", ISSUER.jwks())
    monkeypatch.setattr(rules.console, "_width", 200)
    settings.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The pack with a bus ride that is worth nothing any more."""
    copy = tmp_path / "bozhou"
    shutil.copytree(PACKS / "bozhou", copy)
    policy = copy / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    text = text.replace("from: 2023-05-01", "from: 2025-07-02").replace("2023-04-20", "2025-06-20")
    keep = load("bozhou").rules.policy.model_dump(
        mode="json", by_alias=True, include={"from_", "authority", "reviewed", "periods", "weak"}
    )
    earlier = f"earlier: [{json.dumps(keep, ensure_ascii=False)}]\n"
    policy.write_text(text.replace("threshold: 100", "threshold: 400") + earlier, encoding="utf-8")
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


def token(subject: str, role: str = "officer", area: str = "3416") -> str:
    return ISSUER.issue(role, area, subject, now=datetime(2025, 7, 1, 2, tzinfo=UTC))


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path, expect: int = 0) -> str:
    assert main([str(argument) for argument in arguments]) == expect
    return capsys.readouterr().out


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, text
    return str(match[1])


@pytest.mark.usefixtures("_weakly_certified")
def test_from_a_changed_file_to_a_rule_book_in_force(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: StoppedClock
) -> None:
    assert "weak.threshold" in said(capsys, "rules", "diff", folder)
    page = tmp_path / "report.html"
    effects = said(capsys, "rules", "replay", folder, "--page", page)
    assert re.search(r"certificate_lost +\S+ +1\b", effects)
    assert "无人应答的，将列入拟暂停名单" in page.read_text(encoding="utf-8")
    assert re.search(r"\b1 certificates would end earlier", " ".join(effects.split()))
    assert all(zh in page.read_text(encoding="utf-8") for zh, _ in ASSUMED)
    assert "not proposed" in page.read_text(encoding="utf-8")

    proposing = ("rules", "propose", folder, "--note", "门槛提高")
    told = said(capsys, *proposing, "--token", token("officer-a"))
    bundle = found(r"proposed (\S+)", told)
    report = said(capsys, "rules", "report", bundle)
    number = found(r"number of the report +([0-9a-f]{16})\n", report)
    assert number not in told, "whoever approves reads it in the report"
    assert re.search(r"weak.threshold +100 +400\n", report)
    said(capsys, "rules", "report", bundle, "--page", page)
    assert number in page.read_text(encoding="utf-8")
    approving = ("rules", "approve", bundle, "--rehearsal", number)
    assert "two_people" in said(capsys, *approving, "--token", token("officer-a"), expect=1)
    said(capsys, *approving, "--token", token("officer-b"))
    said(capsys, "rules", "activate", bundle, "--from", "2025-07-02", "--token", token("officer-b"))
    assert "2025-07-02" in said(capsys, "rules", "list")
    clock.advance(days=1)
    clients.forget()
    assert current().rules.policy.weak.threshold == 400


def test_a_version_from_a_day_to_come_is_rehearsed_as_of_that_day(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "benefits" / "old_age_allowance.yaml"
    text = path.read_text(encoding="utf-8")
    again = text[text.rindex("  - from:") :].replace("2024-01-01", "2025-09-01").replace("5000", "6000")
    path.write_text(text + again, encoding="utf-8")
    assert "certified as of 2025-09-01" in said(capsys, "rules", "replay", folder)
    assert "certified as of 2025-07-15" in said(capsys, "rules", "replay", folder, "--on", "2025-07-15")


def test_a_folder_that_does_not_hold_is_told_with_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert " benefits, " in said(capsys, "rules", "check", PACKS / "bozhou")
    (folder / "policy.yaml").write_text("jurisdiction: bozhou\njurisdiction: bozhou\n", encoding="utf-8")
    assert "policy.yaml:2" in said(capsys, "rules", "check", folder, expect=1).replace("\n", "")


def put(folder: Path, feed: str, old: str, new: str) -> None:
    path = folder / "feeds" / f"{feed}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_changed_feed_tells_since_when_and_what(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder, "bus_rides", "trace: own_card", "trace: account")
    proposing = ("rules", "propose", folder, "--note", "公交卡可转借", "--token", token("officer-a"))
    against = ("rules", "check", folder, "--against", PACKS / "bozhou")
    for verb in (("rules", "check", folder), against):
        with pytest.raises(SystemExit):
            main([str(word) for word in verb])
        assert re.search(r"bus_rides\.yaml:\d+: .*since when and what", capsys.readouterr().out)
    assert "change_untold" in said(capsys, *proposing, expect=1)
    assert "痕迹由“本人卡证”改为“账户”" in said(capsys, "rules", "diff", folder)

    entry = "changes:\n  - {from: 2025-07-02, zh: 按账户计。, en: Counts as an account.}\n"
    put(folder, "bus_rides", "retain: 12 months\n", f"retain: 12 months\n{entry}")
    said(capsys, "rules", "check", folder)
    said(capsys, *against)
    page = folder.parent / "report.html"
    assert "proposed bozhou-" in said(capsys, *proposing, "--page", page)
    assert "痕迹由“本人卡证”改为“账户”" in page.read_text(encoding="utf-8")


def test_without_a_platform_a_folder_is_checked_alone(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "bus_rides", "trace: own_card", "trace: account")
    monkeypatch.delenv("WUGAN_PACK")
    nowhere = ("--settings", folder / "no.env")
    told = said(capsys, *nowhere, "rules", "check", folder)
    assert "not held against what is in force" in " ".join(told.split())


@pytest.mark.parametrize("credentials", ["", "rubbish", token("auditor-a", "auditor")])
def test_only_an_officer_changes_rules(
    folder: Path, credentials: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["rules", "propose", str(folder), "--note", "?", "--token", credentials])
    assert "Use your own token" in capsys.readouterr().out


CHANGING = (
    ("propose", str(PACKS / "bozhou"), "--note", "?"),
    ("approve", "unheard of", "--rehearsal", "0" * 16),
    ("activate", "unheard of", "--from", "2025-07-02"),
)


@pytest.mark.parametrize("verb", CHANGING, ids=lambda verb: verb[0])
@pytest.mark.parametrize("area", ["341602001001", "341602001", "341602", "370811", "3708", "37"])
def test_whoever_answers_for_a_part_or_for_another_place_changes_no_rule(
    verb: tuple[str, ...], area: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["rules", *verb, "--token", token("officer-x", area=area)])
    assert "officers of the whole area (3416)" in capsys.readouterr().out


@pytest.mark.parametrize("verb", CHANGING[1:], ids=lambda verb: verb[0])
@pytest.mark.parametrize("area", ["3416", "34"])
def test_the_city_and_the_province_above_it_may(
    verb: tuple[str, ...], area: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", *verb, "--token", token("officer-x", area=area)]) == 1
    assert "nobody has proposed" in capsys.readouterr().out


@pytest.mark.usefixtures("_weakly_certified")
def test_what_each_feed_is_worth(capsys: pytest.CaptureFixture[str]) -> None:
    table = said(capsys, "rules", "coverage")
    assert re.search(r"bus_rides .* 1 +1 +100.0%", table)
    assert "1 of 1 people" in table


@pytest.mark.usefixtures("_weakly_certified")
def test_what_a_new_feed_would_add(capsys: pytest.CaptureFixture[str], clock: StoppedClock) -> None:
    clock.advance(days=200)  # nobody is certified any more
    told = said(capsys, "rules", "new-feed", "70-79=0.25", "80-89=0.5")
    assert re.search(r"70-79 +1 +25% +0.2", told)
    assert "of 1 uncertified people, of 1" in told
    for wrong in ("60-69=2", "65=0.5", "60-69"):
        with pytest.raises(SystemExit):
            main(["rules", "new-feed", wrong])
        assert wrong in capsys.readouterr().out


# --- a stored decision, made again ---------------------------------------------------------------


@pytest.fixture
def decided(_weakly_certified: None) -> PersonId:
    """The same pensioner, certified by the rides: the decision stands in the chain, its rules in a bundle."""
    bundles.keep_shipped("bozhou")
    [record] = people.everyone()
    settlement = evidence_effects.apply_rules(record, clock_today())
    assert settlement
    people.change(record.person.id, lambda _: settlement.change("certified", "tests"))
    return record.person.id


def clock_today() -> date:
    return date(2025, 7, 1)


def test_a_stored_decision_comes_out_the_same_and_is_explained(
    decided: PersonId, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "rules", "decision", decided, "--token", token("officer-a"))
    assert re.search(r"resident_pension .*weak 2025-09-\S+ +weak 2025-09-\S+ +是 yes", told)
    assert "相互印证" in told
    assert "policy/weak" in told
    assert people.audit_trail(decided)[-1].actor == "officer-a", "the look is on record"
    number = next(e.sequence for e in people.audit_trail(decided) if e.action == "certified")
    assert "yes" in said(capsys, "rules", "decision", decided, "--entry", str(number), "--token", token("b"))


def test_what_came_later_is_left_out(decided: PersonId, capsys: pytest.CaptureFixture[str]) -> None:
    later = Evidence(EvidenceKey(date(2025, 6, 30), FeedId("hospital_inpatient"), "admitted"), FileId("g"), 2)
    people.change(decided, lambda _: Change("seen", "tests", AT, evidence=(later,)))
    assert "是 yes" in said(capsys, "rules", "decision", decided, "--token", token("officer-a"))


def test_a_record_withdrawn_since_is_named(decided: PersonId, capsys: pytest.CaptureFixture[str]) -> None:
    gone = EvidenceKey(date(2025, 6, 20), FeedId("pharmacy_purchases"), "bought")
    people.change(decided, lambda _: Change("withdrawn", "tests", AT, withdraw=(gone,)))
    told = said(capsys, "rules", "decision", decided, "--token", token("officer-a"))
    assert "2025-06-20#pharmacy_purchases#bought：" in told
    assert "是 yes" in told


def test_a_decision_that_comes_out_otherwise_is_no_success(
    decided: PersonId, capsys: pytest.CaptureFixture[str]
) -> None:
    """The roster has been corrected since: what the chain does not hold cannot be told apart."""
    [record] = people.everyone()
    better = replace(record.entitlements[0], certified_until=date(2026, 1, 31))
    people.change(decided, lambda _: Change("roster", "tests", AT, entitlements=(better,)))
    with pytest.raises(SystemExit):
        main(["rules", "decision", decided, "--token", token("officer-a")])
    told = capsys.readouterr().out
    assert "否 no" in told
    assert "corrected since" in told


def test_nobody_looks_beyond_their_area_or_at_what_is_no_decision(
    decided: PersonId, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = ISSUER.issue("officer", "3701", "officer-x", now=datetime(2025, 7, 1, 2, tzinfo=UTC))
    assert "no such person" in said(capsys, "rules", "decision", decided, "--token", elsewhere, expect=1)
    mine = ("--token", token("officer-a"))
    assert "no such decision" in said(capsys, "rules", "decision", decided, "--entry", "1", *mine, expect=1)
