"""An empty copy of the project for each walk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recipes.walking import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)
