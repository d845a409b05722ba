"""Sandboxes come and go without leaving anything behind."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from chalicelib import clock as chalicelib_clock
from chalicelib.settings import settings
from sandbox.kernel import RunawayError, Sandbox, kernel
from tests.sandbox.kernel.cases import start
from tests.sandbox.kernel.conftest import new_sandbox


def test_nothing_is_left_behind() -> None:
    environment, threads = dict(os.environ), threading.active_count()
    with new_sandbox() as first:
        start(first, "Zhang")
        first.run_until_quiet()
        first.client("s3").put_object(Bucket=first.settings.outbox_bucket, Key="k", Body=b"")
        assert threading.active_count() == threads + 1  # the one case, and no other
    assert os.environ == environment
    assert chalicelib_clock.now() != first.now()
    assert threading.active_count() == threads
    with new_sandbox() as second:
        assert second.executions("CertificationMachine") == []
        assert "Contents" not in second.client("s3").list_objects_v2(Bucket=second.settings.outbox_bucket)


def test_a_sandbox_that_cannot_come_up_leaves_nothing_behind() -> None:
    environment = dict(os.environ)
    with (
        pytest.raises(ValueError, match="no parameter TokenAudienc"),
        new_sandbox(parameters={"TokenAudienc": "1"}),
    ):
        pass
    assert os.environ == environment
    with new_sandbox(parameters={"TokenAudience": "elsewhere"}) as sandbox:
        assert sandbox.settings.token_audience == "elsewhere"


def test_a_schedule_that_nothing_has_is_refused() -> None:
    with (
        pytest.raises(KeyError, match="no schedule calls Nightly"),
        new_sandbox(schedules={"Nightly": "rate(1 day)"}),
    ):
        pass


def test_all_settings_come_from_the_template(sandbox: Sandbox) -> None:
    assert sandbox.settings.pack == "bozhou"
    assert sandbox.settings is settings()
    assert sandbox.settings.people_table == sandbox.names["PeopleTable"]
    assert os.environ["AWS_DEFAULT_REGION"] == "cn-north-1"


def test_something_that_calls_itself_for_ever_is_noticed(
    sandbox: Sandbox, behaviour: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_STEPS", 50)
    queue = sandbox.names["CarrierReportsQueue"]

    def again(event: Any) -> None:
        sandbox.client("sqs").send_message(QueueUrl=queue, MessageBody="again")

    behaviour["carrier_report"] = again
    again(None)
    with pytest.raises(RunawayError):
        sandbox.run_until_quiet()
    with pytest.raises(RunawayError):
        sandbox.advance(days=1)
