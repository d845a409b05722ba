"""A town's year under faults: its people live as ever, two calls of a hundred fail, and every promise holds.

python -m tests.faults.town --people 200 --seed 1 --pack bozhou

Most faults are got over by the client's next try, as on AWS; some are a handler's last. What people ask of
the API is disturbed by nothing but what runs beside it. Each midnight an operator puts back what has died.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any, Final

from chalicelib import clock
from sandbox.run import LOG_FILE, account, enter, logging_to, parameters_of, stage
from sandbox.tokens import Issuer
from sandbox.town.carrier_links import CarrierProtocol
from sandbox.town.people import Town
from sandbox.town.questions import answering
from sandbox.town.sms_gateway import SmsGateway
from tests.faults.__main__ import SAME
from tests.faults.machine import Fault, FaultySandbox
from tests.faults.redriving import redrive
from tests.faults.run import RATE, silent

FATAL: Final = 0.05  # of faults: a client tries three times
QUIET_DAYS: Final = 10  # at the end, in which what is left drains


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of the town: its report, and the faults of its year."""

    report: dict[str, Any]
    faults: dict[Fault, int]
    calls: int

    @property
    def broken(self) -> list[str]:
        """Every promise that does not hold, and why."""
        return [f"{p['name']}: {p['why']}" for p in self.report["promises"] if not p["holds"]]


def live(pack: str, people: int, seed: int, rate: float) -> Lived:
    """Live a town to its end."""
    began, issuer = time.monotonic(), Issuer.new()
    town = Town.generate(people, seed, pack=pack)
    parameters = parameters_of(issuer, CarrierProtocol.SNS)
    sandbox = FaultySandbox(
        seed, _midnight(town), fatal=FATAL, pack=pack, parameters=parameters, schedules={}
    )
    LOG_FILE.parent.mkdir(parents=True, exist_ok=True)
    with SmsGateway(seed) as sms, sandbox, logging_to(LOG_FILE):
        year = stage(sandbox, town, issuer, sms)
        secret = sandbox.settings.interfaces_secret
        with answering(year.scene, year.pack.feeds, lambda addresses: enter(sandbox, secret, addresses)):
            sandbox.faults.rate = rate
            for passed in range(1, (town.end - town.start).days + 1):
                day = town.start + timedelta(passed)
                if day >= town.end - timedelta(QUIET_DAYS):
                    sandbox.faults.rate = 0.0
                sandbox.advance_to(datetime.combine(day, time_of_day(), clock.CHINA))
                redrive(sandbox)
        report = account(sandbox, year, round(time.monotonic() - began, 1))
        return Lived(report, dict(sandbox.faults.done), sandbox.calls.total())


def _midnight(town: Town) -> datetime:
    return datetime.combine(town.start, time_of_day(), clock.CHINA)


def main(arguments: Sequence[str]) -> int:
    """Print what became of the town; 1 if a promise does not hold."""
    parser = argparse.ArgumentParser(prog="tests.faults.town")
    parser.add_argument("--pack", default="bozhou")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=RATE, help="of calls that fail")
    parser.add_argument("--report", type=Path, help="write the report as JSON to this file")
    chosen = parser.parse_args(arguments)
    with silent():
        lived = live(chosen.pack, chosen.people, chosen.seed, chosen.rate)
    if chosen.report is not None:
        chosen.report.write_text(json.dumps(lived.report, ensure_ascii=False, indent=2), encoding="utf-8")
    for fault, times in lived.faults.items():
        print(f"{times:>8} {fault}")
    for each in lived.broken:
        print(f"broken: {each}")
    held = len(lived.report["promises"]) - len(lived.broken)
    promises, faults = len(lived.report["promises"]), sum(lived.faults.values())
    print(
        f"{chosen.people} people of {chosen.pack}, seed {chosen.seed}: {faults:,} faults in {lived.calls:,} "
        f"calls; {held} of {promises} promises held; {lived.report['seconds'] / 60:.1f} min"
    )
    return 1 if lived.broken else 0


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in SAME.items()):
        again = [sys.executable, "-m", "tests.faults.town", *sys.argv[1:]]
        sys.exit(subprocess.run(again, env={**os.environ, **SAME}, check=False).returncode)
    sys.exit(main(sys.argv[1:]))
