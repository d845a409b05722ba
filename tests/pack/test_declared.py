"""A pack without the feeds and events that code names does not load."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chalicelib.errors import DeclarationError
from chalicelib.pack.declared import NAMED_BY_CODE, PACKS, check_named_by_code, load_folder
from chalicelib.sources.feed import load_feeds


@pytest.mark.parametrize("name", sorted(NAMED_BY_CODE))
def test_a_feed_that_code_names_must_be_declared(name: str, tmp_path: Path) -> None:
    pack = shutil.copytree(PACKS / "bozhou", tmp_path / "pack")
    (pack / "feeds" / f"{name}.yaml").unlink()
    with pytest.raises(DeclarationError, match=f"{name}.yaml:1.*the platform names it"):
        load_folder(pack)


def test_an_event_that_code_names_must_be_declared() -> None:
    feeds = dict(load_feeds(PACKS / "bozhou" / "feeds"))
    visits = next(name for name in feeds if name == "home_visits")
    feeds[visits] = feeds[visits].model_copy(update={"declared_events": {}})
    with pytest.raises(DeclarationError, match="home_visits lacks events that the platform names: seen"):
        check_named_by_code(PACKS / "bozhou" / "feeds", feeds)
