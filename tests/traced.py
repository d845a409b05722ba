"""Which tests count for coverage: those that are about the code.

Whole lives on the whole platform run through most of it and assert little of each line. They are not traced:
what is covered is then what tests of the code itself reach, which is the stricter figure, and a run takes two
thirds of the time.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import pytest
from coverage import Coverage

LIVES: Final = ("tests/lives/", "tests/workflow/", "tests/sandbox/", "tests/sandbox_town/")
# Some lines of engine and sources are reached by these lives alone: who writes a test of such a line where
# it belongs may take the life off this list.
TRACED: Final = tuple(
    f"tests/workflow/test_{name}.py"
    for name in (
        "names",
        "no_longer_listed",
        "related_persons",
        "two_numbers",
    )
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    tracing = Coverage.current()
    lives = item.nodeid.startswith(LIVES) and not item.nodeid.startswith(TRACED)
    if tracing is None or not lives:
        return (yield)
    tracing.stop()
    try:
        return (yield)
    finally:
        tracing.start()
