"""What is granted is used, or somebody says why not; and the whole test run finds out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import app
from infra.template import ROOT
from sandbox.kernel.template import deployed_template
from sandbox.rights import Grant
from sandbox.rights.comparing import Reason, reasons, refuted, too_much
from sandbox.rights.statements import grants_of

PUT = Grant("Intake", "Lake", "s3:PutObject", "${LakeBucket.Arn}/*")
GET = Grant("Intake", "Lake", "s3:GetObject", "${LakeBucket.Arn}/*")
DELETE = Grant("Intake", "Lake", "s3:DeleteObject", "${LakeBucket.Arn}/*")


def a_reason(grant: Grant) -> Reason:
    about = {"function": grant.function, "action": grant.action, "resource": grant.resource}
    return Reason(**about, reason="retention comes after 24 months")


@pytest.mark.parametrize(
    ("used", "explained", "found"),
    [
        ([PUT, DELETE], [], []),
        ([PUT], [DELETE], []),
        ([PUT], [], ["Intake may s3:DeleteObject on ${LakeBucket.Arn}/* (Lake) and never does"]),
        ([PUT, DELETE], [DELETE], ["s3:DeleteObject on ${LakeBucket.Arn}/*, which it does"]),
        ([PUT, DELETE], [Grant("Intake", "", "s3:DeleteObject", "*")], ["on *, which it may not"]),
        ([PUT], [DELETE, DELETE], ["explains why Intake may s3:DeleteObject on ${LakeBucket.Arn}/* 2 times"]),
    ],
)
def test_a_right_is_used_or_explained(used: list[Grant], explained: list[Grant], found: list[str]) -> None:
    """What only reads is nobody's worry."""
    said = list(too_much([PUT, GET, DELETE], used, [a_reason(grant) for grant in explained]))
    assert len(said) == len(found)
    assert all(one in whole for one, whole in zip(found, said, strict=True)), said


def test_a_right_that_a_year_used_needs_no_reason() -> None:
    assert list(refuted([PUT], [a_reason(DELETE)])) == []
    (said,) = refuted([PUT, DELETE], [a_reason(DELETE)])
    assert "Intake used s3:DeleteObject" in said


def test_every_reason_is_about_a_right_that_is_granted() -> None:
    granted = grants_of(deployed_template(app.app, ROOT))
    for reason in reasons():
        assert any(reason.explains(grant) for grant in granted), reason


RUN = """
from tests.rights_used import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

import tests.rights_used

GRANTED = {("F", "S", "s3:PutObject", "a"), ("F", "S", "s3:PutObject", "b")}
tests.rights_used.findings = lambda used: sorted(f"{each[-1]} is never used" for each in GRANTED - used)
"""
TEST = """
from sandbox.rights import Grant
from sandbox.rights.judge import USED

def test_it():
    USED.add(Grant("F", "S", "s3:PutObject", "{resource}"))
"""


@pytest.mark.parametrize(
    ("chosen", "code", "said"),
    [
        (("-k", "test_it and b"), 0, {"a": False, "b": False}),  # not everything was asked for
        (("-n", "1"), 0, {"a": False, "b": False}),
        (("-n", "1", "WITHOUT B"), 1, {"a": False, "b": True}),
    ],
)
def test_a_whole_test_run_finds_what_no_test_has_used(
    tmp_path: Path, chosen: tuple[str, ...], code: int, said: dict[str, bool]
) -> None:
    options = [option for option in chosen if option != "WITHOUT B"]
    (tmp_path / "conftest.py").write_text(RUN, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = .\n", encoding="utf-8")
    for resource in "a" if "WITHOUT B" in chosen else "ab":
        (tmp_path / f"test_{resource}.py").write_text(TEST.format(resource=resource), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert {name: f"{name} is never used" in done.stdout for name in said} == said
