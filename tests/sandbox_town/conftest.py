"""A small town that every test of this folder may look at; nobody changes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.model import FeedId
from chalicelib.sources.feeds.feed import Feed, load_feeds
from sandbox.checks.run_result import Run
from sandbox.town.people import Town
from tests.sandbox_town.runs import a_run

PACK = Path(__file__).parents[2] / "chalicelib" / "packs" / "bozhou" / "feeds"


@pytest.fixture(scope="session")
def town() -> Town:
    return Town.generate(people=400, seed=7)


@pytest.fixture(scope="session")
def feeds() -> dict[FeedId, Feed]:
    return dict(load_feeds(PACK))


@pytest.fixture
def run() -> Run:
    """A town of three, of whom the first was resumed; every promise holds."""
    return a_run()
