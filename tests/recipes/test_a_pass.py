"""Adding a pass over everybody: the run, its way in, its role, and a test that one record stops no other."""

from __future__ import annotations

import sys

from chalicelib import cases
from infra.template import build_template
from sandbox.kernel.template import deployed_template
from tests import test_runs_of_all, test_structure
from tests.infra import test_template
from tests.recipes.walking import ROOT, Project, complaining, recipe

RUN, WAY_IN, ROLE, AGREED, TRIED = recipe("Adding a pass over everybody")


def complaints(project: Project) -> set[str]:
    app = project.load("app.py").app
    guards = project.load("tests/infra/test_template.py")

    def functions_are_agreed() -> None:
        guards.test_the_functions_are_those_of_app_py(build_template(app, project.folder))

    def what_runs_daily_is_agreed() -> None:
        guards.test_somebody_is_told_of_every_daily_run_that_does_not_come(
            build_template(app, project.folder)
        )

    return complaining(
        functions_are_agreed,
        what_runs_daily_is_agreed,
        test_runs_of_all.test_every_run_is_tried,
        test_structure.test_every_package_says_which_modules_it_has,
    )


def test_the_guards_complain_until_the_last_step_is_done(project: Project) -> None:
    project.has("app.py", ".chalice", "infra", "statemachines", "chalicelib", "tests/infra")
    project.has("tests/test_messages.py", "tests/test_runs_of_all.py")
    for place in (test_runs_of_all, test_structure):
        project.monkeypatch.setattr(place, "ROOT", project.folder)
    assert complaints(project) == set()

    module, head, table = RUN
    project.do([module])
    assert complaints(project) == {"test_every_package_says_which_modules_it_has"}
    project.do([head, table])
    birthdays = project.load("chalicelib/cases/birthdays.py")
    project.monkeypatch.setitem(sys.modules, "chalicelib.cases.birthdays", birthdays)
    project.do(WAY_IN)
    assert complaints(project) == {
        "functions_are_agreed",
        "what_runs_daily_is_agreed",
        "test_every_run_is_tried",
    }

    project.do(ROLE)
    project.do(AGREED)
    assert complaints(project) == {"test_every_run_is_tried"}
    deployed = deployed_template(project.load("app.py").app, project.folder)
    test_template.test_only_what_runs_at_night_reads_everybody(deployed)  # what starts a pass reads nobody

    project.do(TRIED)
    assert complaints(project) == set()
    assert not (ROOT / "chalicelib/cases/birthdays.py").exists()


def test_the_run_shown_leaves_out_one_person_and_fails(project: Project, aws: None) -> None:
    project.do(RUN)
    project.do(TRIED)
    birthdays = project.load("chalicelib/cases/birthdays.py")
    project.monkeypatch.setattr(cases, "birthdays", birthdays, raising=False)
    project.monkeypatch.setattr("tests.in_one_go", project.load("tests/in_one_go.py"))
    tests = project.load("tests/test_runs_of_all.py")
    tests.test_birthdays_leave_out_one_person(tests.three_people())
