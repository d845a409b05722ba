"""Every life goes as it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lives.telling import HERE, lived, lives_of

FILES = sorted(HERE.glob("*.yaml"))


@pytest.mark.parametrize(
    ("path", "title"),
    [
        pytest.param(path, life.life, id=f"{path.stem}: {life.life}")
        for path in FILES
        for life in lives_of(path).lives
    ],
)
def test_a_life_goes_as_it_is_told(path: Path, title: str) -> None:
    ended = lived(path)[title]
    assert not ended, ended
