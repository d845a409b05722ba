"""Adding a screen: a page that is not in the table of pages is found, and one on which a word writes."""

from __future__ import annotations

from chalicelib import api
from tests import test_screens
from tests.recipes.walking import Project, complaining, recipe

PAGE, LINE = recipe("Adding a screen")
READ = (
    "chalicelib/api",
    "chalicelib/engine/texts",
    "chalicelib/intake",
    "admin",
    "chalicelib/jurisdiction",
    "tests/test_screens.py",
    "tests/admin/test_rehearsal.py",
)


def complaints(project: Project) -> set[str]:
    guards = project.load("tests/test_screens.py")
    project.monkeypatch.setattr(guards, "ROOT", project.folder)

    def every_page_is_safe() -> None:
        for page in guards.PAGES:
            guards.test_nobody_writes_on_a_page(page)
            guards.test_a_page_needs_nothing_from_elsewhere_and_is_chinese_first(page)

    return complaining(guards.test_every_page_is_in_the_table, every_page_is_safe)


def test_the_guards_complain_until_the_last_step_is_done(project: Project) -> None:
    project.has(*READ)
    assert complaints(project) == set()
    project.do(PAGE)
    page = project.load(PAGE[0].file)
    project.monkeypatch.setattr(api, "printed_visits", page, raising=False)
    assert complaints(project) == {"test_every_page_is_in_the_table"}
    project.do(LINE)
    assert complaints(project) == set()


def test_a_page_on_which_a_word_writes_is_found(project: Project) -> None:
    project.has(*READ)
    project.do(PAGE)
    project.do(LINE)
    file = project.folder / PAGE[0].file
    file.write_text(file.read_text(encoding="utf-8").replace("escape(name)", "name"), encoding="utf-8")
    project.monkeypatch.setattr(api, "printed_visits", project.load(PAGE[0].file), raising=False)
    assert complaints(project) == {"every_page_is_safe"}
    assert test_screens.PAGES.keys() < project.load("tests/test_screens.py").PAGES.keys()
