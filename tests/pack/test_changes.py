"""A change of the rule book takes two people and a day to come."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib import clock as our_clock
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.pack import PACKS, activation, bundles, changes, current, load
from chalicelib.storage import clients, rulebooks
from tests.conftest import StoppedClock

pytestmark = pytest.mark.usefixtures("aws")

REPORT = "<p>演练报告</p>".encode()


@pytest.fixture
def stricter(tmp_path: Path) -> bytes:
    """The pack with one value changed."""
    folder = tmp_path / "pack"
    shutil.copytree(PACKS / "bozhou", folder)
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(
        text.replace("objection_working_days: 15", "objection_working_days: 10"), encoding="utf-8"
    )
    return bundles.pack_up(folder)


def proposed(data: bytes, by: str = "officer-a") -> changes.Proposal:
    return changes.propose(data, by=by, note="异议处理提速", rehearsal=REPORT)


def refused(code: str) -> Any:
    return pytest.raises(RefusedError, match=code)


def test_the_shipped_pack_is_in_force_until_another_is() -> None:
    assert current() is load("bozhou")


def test_a_change_is_in_force_from_its_day_and_everywhere_without_a_deployment(
    stricter: bytes, clock: StoppedClock
) -> None:
    proposal = proposed(stricter)
    changes.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    tomorrow = date.fromordinal(our_clock.today().toordinal() + 1)
    changes.activate(proposal.bundle, by="officer-b", from_=tomorrow)
    clients.forget()
    assert current() is load("bozhou")
    clock.advance(days=1)
    assert current().rules.policy.objection_working_days == 10
    assert current().rules.version == bundles.unpack(stricter).rules.version


def test_one_person_alone_changes_nothing(stricter: bytes) -> None:
    proposal = proposed(stricter)
    with refused("two_people"):
        changes.approve(proposal.bundle, by="officer-a", rehearsal=proposal.rehearsal)
    with refused("not_approved"):
        changes.activate(proposal.bundle, by="officer-b", from_=date(2099, 1, 1))
    assert rulebooks.activations() == ()


def test_the_approver_has_read_the_rehearsal_that_is_attached(stricter: bytes) -> None:
    proposal = proposed(stricter)
    assert rulebooks.read_rehearsal(proposal.bundle, proposal.rehearsal) == REPORT
    with refused("other_rehearsal"):
        changes.approve(proposal.bundle, by="officer-b", rehearsal="0" * 16)


def test_a_change_proposed_again_needs_approval_again(stricter: bytes) -> None:
    proposal = proposed(stricter)
    changes.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    assert changes.proposal_of(proposal.bundle).approved_by == "officer-b"
    proposed(stricter, by="officer-c")
    assert not changes.proposal_of(proposal.bundle).approved_by


def test_a_rule_book_never_acts_backwards_nor_today(stricter: bytes) -> None:
    proposal = proposed(stricter)
    changes.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    with refused("not_in_the_future"):
        changes.activate(proposal.bundle, by="officer-b", from_=our_clock.today())


def test_what_nobody_proposed_is_not_approved() -> None:
    with pytest.raises(NotFoundError):
        changes.approve("unheard of", by="officer-b", rehearsal="")


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
    changes.approve(proposal.bundle, by="officer-b", rehearsal=proposal.rehearsal)
    changes.activate(proposal.bundle, by="officer-b", from_=date(2099, 1, 1))
    with refused("in_force_already"):
        proposed(stricter)


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


def test_two_activations_at_once_do_not_lose_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    rulebooks.activate(an_activation("first", "2025-07-01"))
    before = rulebooks._read_activations()
    rulebooks.activate(an_activation("second", "2025-08-01"))
    monkeypatch.setattr(rulebooks, "_read_activations", lambda: before)
    with pytest.raises(Exception, match="somebody else"):
        rulebooks.activate(an_activation("third", "2025-09-01"))
