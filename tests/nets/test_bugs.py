"""Every seeded bug still goes in, breaks a promise that exists, and names tests that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.changed_copies import ROOT, Replacement, copy_to, put_into, take_out_of
from tests.faults.invariants import CHECKS
from tests.nets.seeding import Bug, bugs
from tests.test_promises_held import PAGES, promises

BUGS = bugs()
NAMED = (  # the twelve that must be caught for as long as there is a platform
    *("writer_token_dropped", "message_outside_the_outbox", "condition_left_out", "last_look_skipped"),
    *("region_against_birth_year", "settlement_as_presence", "household_alone", "token_stored_after_looking"),
    *("late_evidence_moves_back", "guard_off", "area_filter_on_lists_but_not_on_counts", "wrong_month"),
)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_it_still_goes_in(bug: Bug, tmp_path: Path) -> None:
    """Else what it stands for can no longer be tried: write it anew for what the code is now."""
    for change in bug.changes:
        (tmp_path / change.file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / change.file).write_text(
            (ROOT / change.file).read_text(encoding="utf-8"), encoding="utf-8"
        )
    put_into(tmp_path, bug.changes)
    take_out_of(tmp_path, bug.changes)
    for change in bug.changes:
        assert (tmp_path / change.file).read_bytes() == (ROOT / change.file).read_bytes()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_its_net_is_there(bug: Bug) -> None:
    assert bug.promise in promises(PAGES[0])
    for test in bug.net:
        file, _, name = test.partition("::")
        assert f"def {name or 'test_'}" in (ROOT / file).read_text(encoding="utf-8"), test


def test_each_promise_of_the_fault_machine_has_been_seen_broken() -> None:
    """A promise that no bug ever breaks may be one that nothing could break."""
    assert {promise for bug in BUGS for promise in bug.faults} == CHECKS.keys()
    assert all(bug.net or bug.faults for bug in BUGS)


def test_none_of_the_twelve_is_left_out() -> None:
    assert set(NAMED) <= {bug.name for bug in BUGS}
    assert len({bug.name for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize(
    ("text", "times"), [("a = 1\n", 0), ("b = 1\nb = 1\n", 2)], ids=["not there", "there twice"]
)
def test_what_does_not_go_in_is_an_error(text: str, times: int) -> None:
    with pytest.raises(ValueError, match=f"has {times} times"):
        Replacement("x.py", "b = 1", "b = 2").done_to(text)


def test_what_goes_in_can_be_read() -> None:
    """A bug that cannot even be imported would turn every test red, and show nothing."""
    with pytest.raises(SyntaxError):
        Replacement("x.py", "1", "(").done_to("b = 1")


def test_a_copy_holds_what_the_project_has(tmp_path: Path) -> None:
    copy_to(tmp_path)
    assert (tmp_path / "app.py").read_bytes() == (ROOT / "app.py").read_bytes()
    assert not (tmp_path / ".venv").exists()
