"""Which audited actions were under way while a sweep died: `noted`, of one test at a time.

What a sweep is said to cross (`CROSSED`) is checked behind that very test (`tests/conftest.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

noted: Final[set[str]] = set()
_ENTRY: Final = re.compile(r'"said":\{"action":"([^"]+)"')


def note(call: str, asked: Mapping[str, Any]) -> None:
    """Remember the actions of the audit entries that a call to AWS is to write."""
    if call == "dynamodb.TransactWriteItems":
        noted.update(_ENTRY.findall(str(asked["TransactItems"])))


# Of each sweep that is named here, what it crosses: of `test_crash_points_of_words` its table says it, and of
# `test_crash_points_of_steps` each step.
CROSSED: Final[Mapping[str, frozenset[str]]] = {
    "tests/cases/test_joining_dies.py::test_joining_dies_at_each_write_and_is_done_again": frozenset(
        ["numbers joined"]
    ),
    "tests/cases/test_separation_dies.py::test_separating_dies_at_each_write_and_is_done_again": frozenset(
        ["numbers separated"]
    ),
    "tests/test_passes.py"
    "::test_killed_at_any_writing_call_of_a_slice_it_ends_the_same[open_cases]": frozenset(
        ["case opened", "created", "settled"]
    ),
    "tests/test_passes.py::test_killed_at_any_writing_call_of_a_slice_it_ends_the_same[rechecks]": frozenset(
        ["recheck ordered"]
    ),
    "tests/test_passes.py::test_killed_at_any_writing_call_of_a_slice_it_ends_the_same[retention]": frozenset(
        ["evidence no longer kept"]
    ),
    "tests/workflow/test_crash_points.py::test_dying_while_a_payment_is_suspended": frozenset(["Suspend"]),
    "tests/workflow/test_crash_points_of_arrears.py"
    "::test_dying_while_a_second_person_approves_arrears": frozenset(["arrears approved"]),
    "tests/workflow/test_crash_points_of_arrears.py"
    "::test_dying_while_what_was_withheld_under_another_number_is_paid": frozenset(
        ["withheld under another number"]
    ),
    "tests/workflow/test_crash_points_of_decisions.py"
    "::test_dying_while_a_line_of_a_list_is_decided[approved]": frozenset(["suspension approved"]),
    "tests/workflow/test_crash_points_of_decisions.py"
    "::test_dying_while_a_line_of_a_list_is_decided[confirmed]": frozenset(["suspension confirmed"]),
    "tests/workflow/test_crash_points_of_decisions.py"
    "::test_dying_while_a_suspended_payment_is_resumed_with_arrears": frozenset(["Resume and pay arrears"]),
    "tests/workflow/test_crash_points_of_decisions.py::test_dying_while_a_visit_is_reported[seen]": frozenset(
        ["seen at a visit", "visit made"]
    ),
    "tests/workflow/test_crash_points_of_decisions.py"
    "::test_two_deaths_in_a_row_while_a_payment_starts_again": frozenset(
        ["payment started again", "restart asked for"]
    ),
    "tests/workflow/test_crash_points_of_files.py::test_dying_while_payments_are_taken_in": frozenset(
        ["amounts compared"]
    ),
    "tests/workflow/test_crash_points_of_numbers.py"
    "::test_dying_while_two_numbers_are_answered[True]": frozenset(["two numbers answered"]),
    "tests/workflow/test_crash_points_of_recoveries.py"
    "::test_dying_while_money_is_recovered[called_off]": frozenset(["refund recorded"]),
    "tests/workflow/test_crash_points_of_recoveries.py"
    "::test_dying_while_money_is_recovered[passed_on]": frozenset(["closing approved", "closing proposed"]),
    "tests/workflow/test_crash_points_of_recoveries.py"
    "::test_two_deaths_in_a_row_while_money_is_recovered[finished]": frozenset(
        [
            "Compute overpaid",
            "Terminate",
            "evidence arrived",
            "instalments agreed",
            "recoveries followed",
            "recovery decided",
            "recovery demanded",
            "recovery heard",
            "repayment recorded",
            "suspicion approved",
            "suspicion confirmed",
        ]
    ),
    "tests/workflow/test_crash_points_of_reversals.py"
    "::test_dying_while_a_death_is_undone[objected]": frozenset(
        ["ending reversed", "objection raised", "objection upheld"]
    ),
    "tests/workflow/test_crash_points_of_reversals.py"
    "::test_dying_while_a_death_is_undone[withdrawn]": frozenset(["evidence withdrawn"]),
    "tests/workflow/test_crash_points_of_words.py"
    "::test_dying_while_a_word_is_said[a_wrong_tap_is_corrected]": frozenset(["visit corrected"]),
}
