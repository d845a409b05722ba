"""After a whole test run: which rights the project's functions used in it, held against what they may do.

Every worker tells at its end what was used in it; whoever started them compares. A run of some tests, or one
in which a test failed, has not seen everything and compares nothing.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import pytest

FOUND: Final = pytest.StashKey[list[str]]()
HEARD: Final = pytest.StashKey[set[tuple[str, ...]]]()
_TOLD: Final = "rights used"


def is_whole(config: pytest.Config) -> bool:
    """Whether everything that there is to test was asked for."""
    option: Any = config.option
    chosen = option.keyword or option.markexpr or option.deselect or option.ignore or option.ignore_glob
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not (chosen or option.collectonly)


def findings(used: set[tuple[str, ...]]) -> list[str]:
    """What is granted and not used, and what is explained without need."""
    import app
    from infra.template import ROOT
    from sandbox.kernel.template import deployed_template
    from sandbox.rights import Grant
    from sandbox.rights.comparing import reasons, too_much
    from sandbox.rights.statements import grants_of

    granted = grants_of(deployed_template(app.app, ROOT))
    return list(too_much(granted, {Grant(*each) for each in used}, reasons()))


def _used_here() -> set[tuple[str, ...]]:
    judge = sys.modules.get("sandbox.rights.judge")
    return set() if judge is None else {(g.function, g.sid, g.action, g.resource) for g in judge.USED}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker has ended: what it says was used."""
    told = getattr(node, "workeroutput", {}).get(_TOLD, ())
    node.config.stash.setdefault(HEARD, set()).update(map(tuple, told))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config: Any = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[_TOLD] = sorted(_used_here())
        return
    if not is_whole(config) or session.exitstatus != pytest.ExitCode.OK:
        return
    config.stash[FOUND] = findings(_used_here() | config.stash.get(HEARD, set()))
    if config.stash[FOUND]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if found := config.stash.get(FOUND, []):
        terminalreporter.section("rights that no test has used", red=True)
        for finding in found:
            terminalreporter.line(finding)
