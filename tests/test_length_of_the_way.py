"""How far it is from a dropped key to a stored certificate, for whoever has to read it; a large file goes
the same way.

The limits are what has been reached (156 jumps in 61 files, 382 calls, from cold caches) and one or two more;
a change may only bring them down. The goal is 100 jumps in 35 files.

A call is a function of ours and one that it calls, once however often. What stands inside a function (a
lambda, a closure, a comprehension) belongs to it, and that it is called back is no call. Not counted: names
(properties, the nouns of `chalicelib/model`), what is generated, and what is there for everybody: the day,
the settings, the log, the AWS client, the rules in force. A jump is a call from one file to another.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import boto3
import pytest

from chalicelib import intake
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import people, tables
from tests.workflow.village import ROSTER, Recipient

ROOT: Final = Path(__file__).parents[1]
OURS: Final = str(ROOT / "chalicelib")
FOR_EVERYBODY: Final = (
    "model/",
    "clock.py",
    "observability.py",
    "settings.py",
    "storage/clients.py",
    "jurisdiction/activation.py",
)
ONE: Final = Recipient()
KEY: Final = "medical_insurance/hospital_inpatient/20250630/f.csv"
STAY: Final = f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{ONE.number},孟庆0,乙,2025-06-20,入院\n"


MOST_JUMPS: Final = 157
MOST_FILES: Final = 61
MOST_CALLS: Final = 383
# Of a large file: to ask for its ranges, to keep what they give, to put it together.
MOST_JUMPS_APART: Final = 44


@dataclass
class Way:
    """The calls on a way, as (file: function, file: function)."""

    calls: set[tuple[str, str]] = field(default_factory=set)

    @property
    def jumps(self) -> set[tuple[str, str]]:
        return {call for call in self.calls if _file(call[0]) != _file(call[1])}

    @property
    def files(self) -> set[str]:
        return {_file(function) for call in self.calls for function in call}


def _file(function: str) -> str:
    return function.partition(":")[0]


@cache
def _function(code: CodeType) -> str | None:
    """The function of ours to which some code belongs."""
    if not code.co_filename.startswith(OURS):
        return None
    return f"{code.co_filename[len(OURS) + 1 :]}:{code.co_qualname.partition('.<locals>')[0]}"


@cache
def _is_step(code: CodeType) -> bool:
    """Whether to call it is a step on the way."""
    function = _function(code)
    if function is None or "<" in code.co_qualname or function.startswith(FOR_EVERYBODY):
        return False
    return not code.co_name.startswith("__") and code.co_qualname not in _properties(code.co_filename)


@cache
def _properties(path: str) -> frozenset[str]:
    classes = [n for n in ast.parse(Path(path).read_bytes()).body if isinstance(n, ast.ClassDef)]
    return frozenset(
        f"{kind.name}.{each.name}"
        for kind in classes
        for each in kind.body
        if isinstance(each, ast.FunctionDef) and any("property" in ast.dump(d) for d in each.decorator_list)
    )


@contextmanager
def walked(way: Way) -> Iterator[None]:
    """Note every call, until a certificate is stored."""

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is tables.write_together.__code__:
            sys.setprofile(None)
        if event != "call" or not _is_step(frame.f_code):
            return
        before = frame.f_back
        while before is not None and _function(before.f_code) is None:
            before = before.f_back
        caller = None if before is None else _function(before.f_code)
        callee = _function(frame.f_code)
        if caller is not None and callee is not None and caller != callee:
            way.calls.add((caller, callee))

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def show(calls: set[tuple[str, str]]) -> str:
    return "\n".join([f"{len(calls)} calls", *(" -> ".join(call) for call in sorted(calls))])


def dropped(key: str, text: str) -> str:
    """What S3 says once a file is there."""
    boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=text.encode())
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]})


def asked(queue: str) -> Iterator[str]:
    """The messages that wait in a queue."""
    sqs, url = boto3.client("sqs"), f"https://sqs.cn-north-1.amazonaws.com.cn/123456789012/{queue}"
    for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        yield message["Body"]


def forget() -> None:
    """Nothing is known from before, as in a new process: what a cache answers is no call."""
    ours = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] == "chalicelib"]
    for value in [value for module in ours for value in vars(module).values()]:
        if isinstance(value, _lru_cache_wrapper):
            value.cache_clear()


def certified_until() -> date:
    return people.find(ONE.number).entitlements[0].valid_until


def test_from_a_dropped_key_to_a_stored_certificate_large_files_go_the_same_way(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget()
    intake.file_dropped(dropped("hrss/roster/20250601/f.csv", "\n".join([ROSTER, *ONE.lines(), ""])))
    small, large = Way(), Way()
    body, stated = dropped(KEY, STAY), certified_until()
    with walked(small):
        intake.file_dropped(body)
    first = certified_until()
    assert first > stated
    assert len(small.jumps) <= MOST_JUMPS, show(small.jumps)
    assert len(small.files) <= MOST_FILES, show(small.jumps)
    assert len(small.calls) <= MOST_CALLS, show(small.calls)

    monkeypatch.setenv("WUGAN_LARGE_FILE_BYTES", "10")
    settings.cache_clear()
    list(asked("inbox"))  # files are read again for whoever is new on the roster
    body = dropped(KEY.replace("f.csv", "large.csv"), STAY.replace("06-20", "06-21"))
    with walked(large):
        intake.file_dropped(body)
        for each in asked("chunks"):
            intake.read_range(each)
        for each in asked("inbox"):
            intake.file_dropped(each)
    assert certified_until() > first
    own = {file for file in large.files - small.files if file.startswith(("intake", "sources", "storage"))}
    assert own == {"sources/range_results.py", "storage/file_ranges.py"}, "what ranges give is kept meanwhile"
    apart = large.jumps - small.jumps
    assert len(apart) <= MOST_JUMPS_APART, show(apart)
