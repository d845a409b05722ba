"""A change of the rule book takes two people and a day to come."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import clock as our_clock
from chalicelib.errors import ConflictError, NotFoundError, RefusedError
from chalicelib.jurisdiction import PACKS, activation, bundles, current, load, proposals
from chalicelib.settings import settings
from chalicelib.storage import clients
from chalicelib.storage.s3 import rulebooks
from tests.conftest import StoppedClock

pytestmark = pytest.mark.usefixtures("aws")

TOMORROW = date(2025, 7, 2)  # of the clock that stands still in tests
REPORT = f"<p>演练报告 {proposals.NUMBER}</p>".encode()


def changed(folder: Path, old: str, new: str, from_: date = TOMORROW) -> bytes:
    """The pack with one value of the policy changed, from a day on."""
    shutil.copytree(PACKS / "bozhou", folder)
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    assert old in text
    text = text.replace("from: 2023-05-01", f"from: {from_}").replace("2023-04-20", "2025-06-20")
    keep = load("bozhou").rules.policy.model_dump(
        mode="json", by_alias=True, include={"from_", "authority", "reviewed", "periods", "weak"}
    )
    earlier = f"earlier: [{json.dumps(keep, ensure_ascii=False)}]\n"
    policy.write_text(text.replace(old, new) + earlier, encoding="utf-8")
    return bundles.pack_up(folder)


@pytest.fixture
def stricter(tmp_path: Path) -> bytes:
    """The pack with objections decided sooner."""
    return changed(tmp_path / "stricter", "objection_working_days: 15", "objection_working_days: 10")


@pytest.fixture
def threshold(tmp_path: Path) -> bytes:
    """The pack with more points asked of weak items."""
    return changed(tmp_path / "threshold", "threshold: 100", "threshold: 120")


def proposed(data: bytes, by: str = "officer-a") -> proposals.Proposal:
    against = proposals.newest_name()
    return proposals.propose(data, by=by, note="异议处理提速", rehearsal=REPORT, against=against)


def refused(code: str) -> Any:
    return pytest.raises(RefusedError, match=code)


def test_the_shipped_pack_is_in_force_until_another_is() -> None:
    assert current() is load("bozhou")


def test_a_change_is_in_force_from_its_day_and_everywhere_without_a_deployment(
    stricter: bytes, clock: StoppedClock
) -> None:
    proposal = proposed(stricter)
    proposals.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    proposals.activate(proposal.bundle, by="officer-b", from_=TOMORROW)
    clients.forget()
    assert current() is load("bozhou")
    clock.advance(days=1)
    assert current().rules.policy.objection_working_days == 10
    assert current().rules.version == bundles.unpack(stricter).rules.version


def test_one_person_alone_changes_nothing(stricter: bytes) -> None:
    proposal = proposed(stricter)
    with refused("two_people"):
        proposals.approve(proposal.bundle, by="officer-a", rehearsal=proposal.rehearsal)
    with refused("not_approved"):
        proposals.activate(proposal.bundle, by="officer-b", from_=date(2099, 1, 1))
    assert rulebooks.activations() == ()


def test_the_approver_has_read_the_rehearsal_that_is_attached(stricter: bytes) -> None:
    proposal = proposed(stricter)
    report = proposals.report_of(proposal.bundle)
    assert report == f"<p>演练报告 {proposal.rehearsal}</p>".encode(), "it states its own number"
    with refused("other_rehearsal") as refusal:
        proposals.approve(proposal.bundle, by="officer-b", rehearsal="0" * 16)
    assert proposal.rehearsal not in f"{refusal.value.zh} {refusal.value.en}", "who would read it then?"


def test_a_report_that_is_not_there_cannot_be_read(stricter: bytes) -> None:
    proposal = proposed(stricter)
    clients.client("s3").delete_object(
        Bucket=settings().rules_bucket, Key=f"rehearsals/{proposal.bundle}-{proposal.rehearsal}.html"
    )
    with pytest.raises(NotFoundError, match="propose the change again"):
        proposals.report_of(proposal.bundle)


def test_a_change_proposed_again_needs_approval_again(stricter: bytes) -> None:
    proposal = proposed(stricter)
    proposals.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    assert proposals.proposal_of(proposal.bundle).approved_by == "officer-b"
    proposed(stricter, by="officer-c")
    assert not proposals.proposal_of(proposal.bundle).approved_by


def test_a_rule_book_never_acts_backwards_nor_today(stricter: bytes) -> None:
    proposal = proposed(stricter)
    proposals.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    with refused("not_in_the_future"):
        proposals.activate(proposal.bundle, by="officer-b", from_=our_clock.today())


@pytest.mark.parametrize(
    ("days", "code"),
    [(1, "policy_from"), (2, None), (3, "acts_backwards")],
    ids=["early", "on its day", "late"],
)
def test_a_bundle_is_in_force_from_the_day_that_its_changes_bear(
    tmp_path: Path, days: int, code: str | None
) -> None:
    day_after = TOMORROW + timedelta(days=1)
    data = changed(tmp_path / "pack", "results_day: 1", "results_day: 2", day_after)
    proposal = proposed(data)
    proposals.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    from_ = our_clock.today() + timedelta(days=days)
    if code is None:
        assert proposals.activate(proposal.bundle, by="officer-b", from_=from_).from_ == day_after
        return
    with refused(code):
        proposals.activate(proposal.bundle, by="officer-b", from_=from_)


def test_what_nobody_proposed_is_not_approved() -> None:
    with pytest.raises(NotFoundError):
        proposals.approve("unheard of", by="officer-b", rehearsal="")


def test_rules_of_another_city_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(PACKS / "bozhou", folder)
    policy = folder / "policy.yaml"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("jurisdiction: bozhou", "jurisdiction: suzhou"),
        encoding="utf-8",
    )
    with refused("other_jurisdiction"):
        proposed(bundles.pack_up(folder))


def test_what_is_in_force_already_is_not_proposed(stricter: bytes) -> None:
    proposal = proposed(stricter)
    proposals.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    proposals.activate(proposal.bundle, by="officer-b", from_=TOMORROW)
    with refused("in_force_already"):
        proposed(stricter)


def test_of_two_changes_of_the_same_rules_the_second_is_proposed_again(
    stricter: bytes, threshold: bytes
) -> None:
    """It says everything the first changed as it was before, and its report never looked at the first."""
    first, second = proposed(stricter), proposed(threshold)
    for proposal in (first, second):
        proposals.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    proposals.activate(first.bundle, by="officer-b", from_=TOMORROW)
    with refused("rehearsed_against_another"):
        proposals.activate(second.bundle, by="officer-b", from_=TOMORROW)
    with refused("rehearsed_against_another"):
        proposals.approve(second.bundle, by="officer-c", rehearsal=second.rehearsal)
    assert [a.bundle for a in rulebooks.activations()] == [first.bundle]


def test_the_newest_bundle_may_be_activated_again(stricter: bytes) -> None:
    proposal = proposed(stricter)
    proposals.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    for _ in range(2):
        proposals.activate(proposal.bundle, by="officer-b", from_=TOMORROW)
    assert activation.active_on(rulebooks.activations(), TOMORROW) == proposal.bundle


def an_activation(bundle: str, from_: str) -> rulebooks.Activation:
    return rulebooks.Activation(bundle, date.fromisoformat(from_), "officer-b", our_clock.now())


@pytest.mark.parametrize(
    ("on", "bundle"),
    [("2025-06-30", None), ("2025-07-01", "first"), ("2025-07-31", "first"), ("2025-08-01", "again")],
)
def test_of_two_for_one_day_the_later_word_counts(on: str, bundle: str | None) -> None:
    activations = (
        an_activation("august", "2025-08-01"),
        an_activation("first", "2025-07-01"),
        an_activation("again", "2025-08-01"),
    )
    assert activation.active_on(activations, date.fromisoformat(on)) == bundle


def test_what_was_activated_later_for_an_earlier_day_stays_in_force() -> None:
    """It was rehearsed against the other and holds its changes too."""
    activations = an_activation("august", "2025-08-01"), an_activation("with july", "2025-07-01")
    assert activation.active_on(activations, date(2025, 8, 1)) == "with july"


def test_two_activations_at_once_do_not_lose_each_other() -> None:
    for version in (None, "1"):
        read, etag = rulebooks.read_activations()
        assert (etag is None) == (version is None)
        rulebooks.put_activations((*read, an_activation("first", "2025-07-01")), instead_of=etag)
        with pytest.raises(ConflictError, match="somebody else"):
            rulebooks.put_activations((*read, an_activation("second", "2025-08-01")), instead_of=etag)
