"""部署 · The settings under which the project runs over AWS in memory."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from bench.city.aws import MemoryAws, answering
from bench.city.kept import Kept
from bench.measure import ROOT
from chalicelib import clock
from chalicelib.settings import Settings, settings

REGION: Final = "cn-north-1"
ACCOUNT: Final = "123456789012"
MACHINES: Final = ("certification", "suspicion", "everybody")
_STATES: Final = f"arn:aws-cn:states:{REGION}:{ACCOUNT}:stateMachine:"
_QUEUES: Final = f"https://sqs.{REGION}.amazonaws.com.cn/{ACCOUNT}/"


def environment(pack: str, shard_characters: int, more: Mapping[str, str]) -> dict[str, str]:
    """What the deployment's functions are told; `more`: settings that are other than the template's."""
    said = {name: name.rpartition("_")[0].replace("_", "-") or name for name in Settings.__slots__}
    said |= {name: value for name in said if (value := _declared(name)).isdigit()}
    said |= {f"{machine}_arn": f"{_STATES}{machine}" for machine in MACHINES}
    said |= {
        "pack": pack,
        "lake_characters": "2",
        "shard_characters": str(shard_characters),
        "inbox_queue_url": f"{_QUEUES}inbox",
        "chunks_queue_url": f"{_QUEUES}chunks",
        "carrier_reports_url": f"{_QUEUES}carrier-reports",
        "messages_topic_arn": f"arn:aws-cn:sns:{REGION}:{ACCOUNT}:messages",
        "sender": "topic",
        "event_hosts": "",
        "token_jwks": '{"keys":[]}',
        "assertion_jwks": '{"keys":[]}',
        "rules_checked_seconds": "3600",
        "schedules": "{}",
        **{name: value for name, value in more.items() if name in said},
    }
    return {f"WUGAN_{name.upper()}": value for name, value in said.items()} | {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


def _declared(setting: str) -> str:
    """What the template's parameter of a setting is where nobody says otherwise; "" if there is none."""
    found = re.search(
        rf"^  {setting.title().replace('_', '')}:\n(?:    .*\n)*?    Default: (.*)", template(), re.M
    )
    return found[1].split("#")[0].strip().strip("\"'") if found else ""


@cache
def template() -> str:
    """The deployment's template, as it is written."""
    return (ROOT / "infra" / "template.yaml").read_text(encoding="utf-8")


@dataclass
class Deployment:
    """The project over AWS in memory, at an instant that whoever measures sets."""

    aws: MemoryAws
    now: datetime

    def go_to(self, day: date, hour: int = 10) -> None:
        """Let it be an hour of a day in China."""
        self.now = datetime(day.year, day.month, day.day, tzinfo=clock.CHINA) + timedelta(hours=hour)


@contextmanager
def deployed(
    kept: Kept, day: date, *, pack: str = "bozhou", shard_characters: int = 0, **more: str
) -> Iterator[Deployment]:
    """Bring the project up over what is kept; `more`: its settings, by name."""
    here = Deployment(MemoryAws(kept), datetime(day.year, day.month, day.day, tzinfo=clock.CHINA))
    here.go_to(day)
    logger = logging.getLogger("wugan")
    level = logger.level
    with patch.dict(os.environ, environment(pack, shard_characters, more)):
        settings.cache_clear()
        clock.set_source(lambda: here.now)
        logger.setLevel(logging.CRITICAL)
        try:
            with answering(here.aws):
                yield here
        finally:
            logger.setLevel(level)
            clock.set_source(None)
            clock.set_watch(None)
            settings.cache_clear()


@cache
def functions() -> Mapping[str, Mapping[str, Any]]:
    """What each function of the deployment has, by its name in app.py: memory, timeout, concurrency."""
    said = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
    found: Mapping[str, Mapping[str, Any]] = said["stages"]["prod"]["lambda_functions"]
    return found


def memory_of(function: str) -> int:
    """MB that a function has."""
    return int(functions()[function]["lambda_memory_size"])
