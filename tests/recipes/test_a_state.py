"""Adding a state: word, machine, step; each of them is asked for while another lacks."""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib import model
from chalicelib.steps import suspicion
from tests import test_structure
from tests.infra import test_template
from tests.recipes.walking import Project, complaining, recipe

WORD, MACHINE, STEP = recipe("Adding a state")


def of_certification(guard: Any) -> Any:
    called = partial(guard, "certification")
    called.__name__ = guard.__name__  # type: ignore[attr-defined]
    return called


def complaints(project: Project, steps: Any) -> set[str]:
    machines = {"certification": steps, "suspicion": suspicion.STEPS}
    project.monkeypatch.setattr(test_structure, "MACHINES", machines)
    return complaining(
        test_structure.test_no_state_name_is_without_a_machine,
        of_certification(test_structure.test_every_state_has_its_step_and_every_step_its_state),
        of_certification(test_structure.test_a_step_is_called_as_its_state),
        of_certification(test_structure.test_state_machines_route_by_words_alone),
        test_structure.test_every_task_retries_alike_and_fails_to_a_person,
        test_structure.test_nothing_leads_to_suspend_but_the_last_look,
        of_certification(test_template.test_every_way_leads_to_a_state_and_every_state_is_reached),
    )


def test_the_guards_complain_until_the_last_step_is_done(project: Project) -> None:
    project.has("statemachines", "chalicelib/steps/certification.py", "chalicelib/steps/suspicion.py")
    for guards in (test_structure, test_template):
        project.monkeypatch.setattr(guards, "ROOT", project.folder)
    own = test_structure.MACHINES["certification"]
    assert complaints(project, own) == set()

    project.do(WORD)
    names = project.load("chalicelib/model/cases.py").StateName
    for place in (model, test_structure):
        project.monkeypatch.setattr(place, "StateName", names)
    assert complaints(project, own) == {"test_no_state_name_is_without_a_machine"}

    project.do(MACHINE)
    assert complaints(project, own) == {
        "test_no_state_name_is_without_a_machine",
        "test_every_state_has_its_step_and_every_step_its_state",
    }

    project.do(STEP)
    steps = project.load("chalicelib/steps/certification.py").STEPS
    assert complaints(project, steps) == set()


def test_a_state_that_goes_away_keeps_its_step_while_old_executions_may_call_it(project: Project) -> None:
    """The machine of today, and a step more: it stands in `RETIRED`, or the build stops."""
    project.do(WORD)
    project.do(STEP)
    names = project.load("chalicelib/model/cases.py").StateName
    for place in (model, test_structure):
        project.monkeypatch.setattr(place, "StateName", names)
    steps = project.load("chalicelib/steps/certification.py").STEPS
    assert complaints(project, steps) == {"test_every_state_has_its_step_and_every_step_its_state"}
    retired = {"certification": {names.TELL_THE_VILLAGE}, "suspicion": set()}
    project.monkeypatch.setattr(test_structure, "RETIRED", retired)
    assert complaints(project, steps) == set()
