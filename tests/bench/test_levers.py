"""The levers of decision 0013: each is declared as the project reads today, and without it the pack loads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.changed_copies import ROOT
from bench.levers.__main__ import AS_IT_IS, Lever, levers
from chalicelib.jurisdiction.loader import load_folder

PACK = Path("chalicelib/packs/bozhou")


@pytest.mark.parametrize("lever", levers(), ids=lambda lever: lever.name)
def test_a_pack_without_the_lever_loads(lever: Lever, tmp_path: Path) -> None:
    shutil.copytree(ROOT / PACK, tmp_path / PACK)
    for change in lever.changes:
        path = tmp_path / change.file
        if not path.exists():  # code, not a value
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / change.file, path)
        path.write_text(change.done_to(path.read_text(encoding="utf-8")), encoding="utf-8")
    load_folder(tmp_path / PACK)


def test_the_first_row_is_the_platform_as_it_is() -> None:
    assert (levers()[0].name, levers()[0].changes) == (AS_IT_IS, ())
