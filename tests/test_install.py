"""What is locked can be installed by any pip that may be on a machine, old ones too.

Until 23.3 pip took a requirement with extras ("coverage[toml]") for unpinned where the lock pins the bare
name, asked for the newest instead, and stopped because that one bears no hash.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def pinned_in(lock: str) -> dict[str, Requirement]:
    """Every requirement of a lock file that applies here, by its name."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if line and line[0].isalnum()]
    return {canonicalize_name(one.name): one for one in found if one.marker is None or one.marker.evaluate()}


def asked_of(lock: dict[str, Requirement]) -> Iterator[tuple[str, Requirement]]:
    """What each locked distribution asks for on this machine, with the extras under which it is locked."""
    for name, pin in lock.items():
        for line in distribution(name).requires or ():
            asked = Requirement(line)
            if asked.marker is None or any(
                asked.marker.evaluate({"extra": extra}) for extra in ("", *pin.extras)
            ):
                yield name, asked


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_with_extras_is_pinned_with_them(lock: str) -> None:
    pins = pinned_in(lock)
    asked = list(asked_of(pins))
    bare = [
        f"{by} asks for {one.name}[{','.join(sorted(one.extras))}]: {lock} must pin it with these extras"
        for by, one in asked
        if one.extras and not one.extras <= pins[canonicalize_name(one.name)].extras
    ]
    assert not bare
    assert len(pins) > 20
    if lock == "requirements-dev.txt":
        assert any(one.extras for _, one in asked), "somebody must ask for extras, or nothing was tried"


@pytest.mark.parametrize("lock", LOCKS)
def test_whatever_a_locked_distribution_asks_for_is_locked_too(lock: str) -> None:
    """With hashes pip installs nothing that the lock does not name."""
    pins = pinned_in(lock)
    missing = [
        f"{by} asks for {one}" for by, one in asked_of(pins) if canonicalize_name(one.name) not in pins
    ]
    assert not missing


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_bears_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.findall(r"^[A-Za-z0-9].*(?:\n    \S.*)*", text, re.MULTILINE)
    assert len(blocks) >= len(pinned_in(lock))
    for block in blocks:
        assert "==" in block.splitlines()[0], block
        assert "--hash=sha256:" in block, block


def make_install(folder: Path, python: str, **environment: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements-dev.txt").write_text(
        f"nothing-of-this-name==1 --hash=sha256:{64 * '0'}\n", encoding="utf-8"
    )
    return subprocess.run(
        ["make", "install", f"PYTHON={python}"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_install_says_what_to_do_where_there_is_no_python_of_ours(tmp_path: Path) -> None:
    done = make_install(tmp_path, "/bin/false")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer with venv" in done.stdout
    assert "需要 Python 3.11" in done.stdout


def test_install_says_what_to_do_where_packages_cannot_be_had(tmp_path: Path) -> None:
    done = make_install(tmp_path, sys.executable, PIP_NO_INDEX="1")
    assert done.returncode != 0
    assert "could not be installed" in done.stdout
    assert not (tmp_path / ".venv" / "installed").exists()
