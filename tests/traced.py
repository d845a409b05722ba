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

LIVES: Final = ("tests/workflow/", "tests/sandbox/", "tests/sandbox_town/")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    tracing = Coverage.current()
    if tracing is None or not item.nodeid.startswith(LIVES):
        return (yield)
    tracing.stop()
    try:
        return (yield)
    finally:
        tracing.start()
