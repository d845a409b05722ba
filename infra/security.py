"""Static nets: checkov on the template that is deployed, bandit on the code, pip-audit on what is locked.

    python -m infra.security            in the environment of `make security` (build/security)
    python -m infra.security --strict   fails, too, where the list of known weaknesses cannot be reached

A finding fails unless infra/suppressions.yaml says why it stays; a line there that nothing needs fails, too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from infra.template import ROOT, as_text

TOOLS: Final = ROOT / "build" / "security" / "venv" / "bin"
CODE: Final = ("app.py", "chalicelib", "infra", "admin", "sandbox")
SUPPRESSIONS: Final = ROOT / "infra" / "suppressions.yaml"
_SERIOUS: Final = ("MEDIUM", "HIGH")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a net reports."""

    check: str
    where: str  # a resource's logical id, or a file
    says: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """What stays as it is, and why."""

    where: tuple[str, ...]  # empty: wherever it is
    why: str

    def covers(self, finding: Finding) -> bool:
        """Whether a finding of its check is meant."""
        return not self.where or finding.where in self.where


def suppressions(text: str) -> dict[str, dict[str, Suppression]]:
    """What infra/suppressions.yaml says, by net and check; ValueError where a reason is missing."""
    found: dict[str, dict[str, Suppression]] = {}
    for net, checks in yaml.safe_load(text).items():
        found[net] = {}
        for check, said in checks.items():
            if not said.get("why"):
                raise ValueError(f"{net} {check}: say why it stays")
            where = said["where"]
            found[net][check] = Suppression(() if where == "*" else tuple(where), said["why"])
    return found


def left_over(findings: Iterable[Finding], known: Mapping[str, Suppression]) -> list[str]:
    """What fails, in sentences: findings without a reason, and reasons without a finding."""
    problems, used = [], defaultdict[str, set[str]](set)
    for finding in sorted(findings):
        suppression = known.get(finding.check)
        if suppression is not None and suppression.covers(finding):
            used[finding.check].add(finding.where)
        else:
            problems.append(f"{finding.check} {finding.where}: {finding.says}")
    for check, suppression in sorted(known.items()):
        needless = set(suppression.where) - used.get(check, set()) if suppression.where else set()
        if check not in used:
            problems.append(f"{check}: nothing needs this suppression any more")
        elif needless:
            problems.append(f"{check}: no more needed for {', '.join(sorted(needless))}")
    return problems


def of_checkov(report: Any) -> list[Finding]:
    """The failed checks of a report."""
    failed = report["results"]["failed_checks"]
    return [
        Finding(each["check_id"], each["resource"].rpartition(".")[2], each["check_name"]) for each in failed
    ]


def of_bandit(report: Any) -> list[Finding]:
    """What is medium or high in a report."""
    serious = (each for each in report["results"] if each["issue_severity"] in _SERIOUS)
    return [
        Finding(
            each["test_id"],
            each["filename"].removeprefix("./"),
            f"line {each['line_number']}: {each['issue_text']}",
        )
        for each in serious
    ]


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    quiet = {"BC_SKIP_MAPPING": "TRUE", "CHECKOV_RUN_SCA_PACKAGE_SCAN": "false"}
    return subprocess.run(  # noqa: S603 - our own tools
        [str(TOOLS / tool), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **quiet},
    )


def _report(net: str, said: subprocess.CompletedProcess[str]) -> Any:
    try:
        report = json.loads(said.stdout)
    except ValueError:
        raise SystemExit(f"{net} has not run:\n{said.stderr[-2000:]}") from None
    return report[0] if isinstance(report, list) else report


def checkov(template: Path) -> list[str]:
    """What fails of the template, as CloudFormation sees it."""
    said = _run(
        "checkov", "-f", str(template), "--framework", "cloudformation", "--compact", "--quiet",
        "--skip-download", "-o", "json",
    )  # fmt: skip
    return left_over(of_checkov(_report("checkov", said)), suppressions(SUPPRESSIONS.read_text())["checkov"])


def bandit() -> list[str]:
    """What fails of the code: medium and high."""
    said = _run("bandit", "-q", "-r", *CODE, "-f", "json")
    return left_over(of_bandit(_report("bandit", said)), suppressions(SUPPRESSIONS.read_text())["bandit"])


def pip_audit() -> tuple[list[str], str | None]:
    """Known weaknesses of what is shipped; and why it was not looked up, where it was not."""
    said = _run("pip-audit", "--disable-pip", "--require-hashes", "-r", "requirements.txt", "-f", "json")
    if not said.stdout.strip():
        return [], (said.stderr.strip().splitlines() or ["it said nothing"])[-1][:200]
    packages = _report("pip-audit", said)["dependencies"]
    unseen = sorted(each["name"] for each in packages if "skip_reason" in each)
    weak = [
        f"{each['name']} {each['version']}: {', '.join(found['id'] for found in each['vulns'])}"
        for each in packages
        if each.get("vulns")
    ]
    return weak, f"{len(unseen)} of {len(packages)} packages, {unseen[0]} among them" if unseen else None


def main() -> int:
    """Cast every net; 1 if one holds anything."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.security", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--strict", action="store_true", help="fail where known weaknesses cannot be looked up"
    )
    strict: bool = parser.parse_args().strict
    import app as wugan  # what is deployed, from here on
    from sandbox.kernel.template import deployed_template

    template = ROOT / "build" / "security" / "template.json"
    template.parent.mkdir(parents=True, exist_ok=True)
    template.write_text(as_text(deployed_template(wugan.app, ROOT)), encoding="utf-8")
    weak, unseen = pip_audit()
    failed = strict and unseen is not None
    for net, problems in (("checkov", checkov(template)), ("bandit", bandit()), ("pip-audit", weak)):
        failed |= bool(problems)
        print("\n".join([f"{net}: {len(problems)} to mend", *problems]))
    if unseen is not None:
        print(f"pip-audit: 未能查询已知漏洞。 NOT LOOKED UP, the index was not reached: {unseen}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
