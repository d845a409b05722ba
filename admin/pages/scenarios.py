"""Which scenarios of tests/scenarios test a benefit or a policy: listed on its page, tried by the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from chalicelib.declarations import read_yaml
from chalicelib.engine.rules.benefits import Benefit, Start
from chalicelib.jurisdiction.pages.benefit import Scenario

SCENARIOS: Final = Path(__file__).parents[2] / "tests" / "scenarios"
EVERY: Final = "every_benefit.yaml"  # tried on every benefit of every pack
EVERY_PACK: Final = "every_pack"  # a folder: a benefit's own or the policy's, whichever pack has it


def sort_of(declared: Benefit, pack: str) -> frozenset[str]:
    """What sort of benefit it is, in the words that follow `only` in a scenario."""
    has_bills = "bill" in _document(SCENARIOS / "words.yaml")["packs"][pack]
    version = declared.versions[-1]
    weighs_all = version.contradicted_by == "all"
    return frozenset(
        {
            "household" if has_bills else "",  # a department that sends what a household leaves
            "custody" if version.custody else "no_custody",
            "custody_verified" if weighs_all and not version.custody else "",
            "death_alone" if not weighs_all else "",
            "monthly" if declared.suspendable else "not_monthly",
            "recovery" if version.recovery else "no_recovery",
            "from_first_payment" if version.starts is Start.FIRST_PAYMENT else "from_grant",
        }
        - {""}
    )


def scenarios_of(pack: str, declared: Benefit) -> list[Scenario]:
    """Number, title and rule: first what is tried on every benefit, then where somebody draws this one.

    Some of those for every benefit are tried only on benefits of a sort.
    """
    found = []
    benefit, sort = declared.code, sort_of(declared, pack)
    for path, document in _files(pack):
        for scenario in document["scenarios"]:
            if scenario.get("only") not in (None, *sort):
                continue
            drawn = {each.get("benefit", "resident_pension") for each in scenario.get("draws", [{}])}
            if path.name == EVERY or (benefit == path.stem if path.parent != SCENARIOS else benefit in drawn):
                found.append(_row(path, scenario))
    return found


def scenarios_of_policy(pack: str) -> list[Scenario]:
    """The scenarios of the policy's own periods and weak events, which concern every benefit."""
    paths = (SCENARIOS / folder / "policy.yaml" for folder in (EVERY_PACK, pack))
    return [_row(path, each) for path in paths if path.exists() for each in _document(path)["scenarios"]]


def _row(path: Path, scenario: dict[str, Any]) -> Scenario:
    return f"{path.stem} {scenario['scenario']}", scenario["title"], str(scenario.get("rule", ""))


def _files(pack: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Those for every benefit and (for Bozhou) the general ones, those of every pack, and the pack's own."""
    general = [SCENARIOS / EVERY] if pack != "bozhou" else sorted(SCENARIOS.glob("*.yaml"))
    general.sort(key=lambda path: path.name != EVERY)
    own = (path for folder in (EVERY_PACK, pack) for path in sorted((SCENARIOS / folder).glob("*.yaml")))
    for path in [*general, *own]:
        document = _document(path)
        if "scenarios" in document:
            yield path, document


@cache
def _document(path: Path) -> Mapping[str, Any]:
    """A file of scenarios, read once: every benefit asks for the same ones."""
    return read_yaml(path)
