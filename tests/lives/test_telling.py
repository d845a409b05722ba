"""What nobody can tell is refused with file and line; what goes otherwise than told fails alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import DeclarationError
from tests.lives.telling import lived, lives_of

HEAD = """about: "tried"
starts: "2025-06-09"
lives:
"""
GOES = """  - life: goes as told
    rule: 1
    people: {old: {}}
    days:
      "2025-06-10":
        - {counter: old, by: themselves, refused: role_not_allowed}
        - {counter: old}
        - expect: {old: {status: active, until: 2026-06-09}}
"""
ERRS = """  - life: errs
    rule: 1
    people: {old: {}}
    days:
      "2025-06-10":
        - {counter: old, by: themselves}
      "2025-06-11":
        - expect: {old: {status: suspended}}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "tried.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("as_told", "instead", "line", "said"),
    [
        ("{counter: old}", "{resurrect: old}", 8, "'resurrect' is no verb"),
        ("{counter: old}", "{counter: old, hour: 9}", 10, "Extra inputs"),
        ("{status: active,", "{stands: active,", 11, "Extra inputs"),
        ("    rule: 1\n", "    rule: 1\n    after: nothing\n", 6, "no such beginning"),
        ("    rule: 1\n", "", 3, "Field required"),
    ],
)
def test_a_word_that_nobody_knows(tmp_path: Path, as_told: str, instead: str, line: int, said: str) -> None:
    path = written(tmp_path, GOES.replace(as_told, instead))
    with pytest.raises(DeclarationError, match=said) as refused:
        lives_of(path)
    assert f"tried.yaml:{line}:" in str(refused.value)


def test_one_name_for_two_lives(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="told twice"):
        lives_of(written(tmp_path, GOES + GOES))


def test_what_goes_otherwise_than_told_fails_alone(tmp_path: Path) -> None:
    ended = lived(written(tmp_path, GOES + ERRS))
    assert ended["goes as told"] == ""
    assert "tried.yaml:17, 2025-06-10" in ended["errs"]
    assert "403 role_not_allowed" in ended["errs"]
