"""The lines of a block are a sequence like any other, and are decoded one by one."""

from __future__ import annotations

import pytest

from chalicelib.sources.formats.csv_rows import Lines


@pytest.mark.parametrize("text", ["甲,1\n乙,2\n丙,3\n", "甲,1\n乙,2\n丙,3\n丁", "甲", ""])
@pytest.mark.parametrize("is_foreign", [False, True])
def test_a_part_is_what_the_whole_says_there(text: str, is_foreign: bool) -> None:
    data = (text.encode("gb18030").decode("latin-1") if is_foreign else text).encode()
    lines = Lines(data, is_foreign)
    whole = list(lines)
    assert [lines[a:b] for a in range(3) for b in range(4)] == [
        whole[a:b] for a in range(3) for b in range(4)
    ]
    assert lines[::2] == whole[::2]
    if text and not text.endswith("\n"):
        assert whole == text.split("\n")
