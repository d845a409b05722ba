"""Wugan (无感): every way into the system, and nothing else. Nothing is decided here.

    a department drops a file ──▶ intake ──▶ evidence, certificates, suspicions
    every morning             ──▶ daily_run ──▶ who comes due without a certificate gets a case
    passes over everybody     ──▶ pass_read, pass_write, pass_send, pass_ask: shard by shard
    a file about many people  ──▶ pass_apply: shard by shard too
    Step Functions            ──▶ certification_step, suspicion_step: one function per state
    once a week               ──▶ ask_interfaces ──▶ evidence about those who come due
    messages                  ──▶ send_messages, carrier_report;  events to subscribed apps ──▶ push_events
    every night               ──▶ tidy_lake: evidence by person; what may not be kept longer goes
                                  nightly_audit_roots: one signed root over everybody's audit chain
    authorities, officers     ◀── monthly_results (cut-off lists, other regions too), nightly_statistics
    once a month              ──▶ monthly_rechecks: some of what people and data certified is visited again
    departments, townships    ◀── receipts, watch_feeds, monthly_quality (grids' sheets, too)
    apps, cadres, officers    ──▶ the HTTP API (chalicelib/api, one blueprint per audience)

Start reading at chalicelib/engine/certification/decide.py (what the rules say), then at
chalicelib/cases/evidence_effects.py (what follows from it). docs/architecture.md goes through the phases one
by one.
"""

from __future__ import annotations

import json
from typing import Any

from chalice.app import Chalice, CloudWatchEvent, SQSEvent

from chalicelib import api, intake, jurisdiction, messages, passes, pay_reconciliation, results
from chalicelib.cases import retention
from chalicelib.cases.daily_run import restart_all
from chalicelib.cases.rechecks import last_month
from chalicelib.clock import stopping_after, today
from chalicelib.instruction_delivery import hand_over, send_cutoff_lists
from chalicelib.observability import partial_batch, say_nothing_of_anybody
from chalicelib.runs import run
from chalicelib.schedules import GOES_ON, missing_runs, scheduled
from chalicelib.settings import settings
from chalicelib.steps import certification, suspicion
from chalicelib.steps.walking import run_step
from chalicelib.storage.dynamodb import enumeration, payment_moves, shard_moves

app = Chalice(app_name="wugan", configure_logs=False)  # observability does, under the same name
app.register_middleware(say_nothing_of_anybody)
api.register(app)


@app.on_sqs_message(queue="inbox", batch_size=1, name="intake")
def take_in(event: SQSEvent) -> dict[str, Any]:
    """A department has dropped a file."""
    return partial_batch(event, intake.file_dropped)


@app.on_sqs_message(queue="chunks", batch_size=1, name="intake_range")
def take_in_range(event: SQSEvent) -> dict[str, Any]:
    """One range of a large file."""
    return partial_batch(event, intake.read_range)


@app.on_sqs_message(queue="inbox-dead", batch_size=1, name="intake_dead")
def take_in_dead(event: SQSEvent) -> dict[str, Any]:
    """A file could not be taken in, after all its retries."""
    return partial_batch(event, intake.file_died)


@app.on_sqs_message(queue="carrier-reports", batch_size=10, name="carrier_report")
def carrier_reported(event: SQSEvent) -> dict[str, Any]:
    """The carrier says what became of messages."""
    return partial_batch(event, lambda body: messages.carrier_reported(json.loads(body)))


@app.lambda_function(name="certification_step")
def certification_step(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One state of statemachines/certification.asl.json."""
    return run_step(certification.STEPS, event)


@app.lambda_function(name="suspicion_step")
def suspicion_step(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One state of statemachines/suspicion.asl.json."""
    return run_step(suspicion.STEPS, event)


@app.lambda_function(name="pass_read")
def pass_read(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One state of statemachines/everybody.asl.json, of a pass that changes no record."""
    return passes.run_pass(event)


@app.lambda_function(name="pass_write")
def pass_write(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The same of a pass that changes records."""
    return passes.run_pass(event)


@app.lambda_function(name="pass_send")
def pass_send(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The same of the pass that sends messages."""
    return passes.run_pass(event)


@app.lambda_function(name="pass_ask")
def pass_ask(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The same of the pass that asks interfaces about those who come due."""
    return passes.run_pass(event)


@app.lambda_function(name="pass_apply")
def pass_apply(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The same of the pass that applies a file about many people."""
    return passes.run_pass(event)


@app.schedule("cron(0 22 * * ? *)", name="daily_run")
@scheduled
def daily_run(event: CloudWatchEvent) -> str:
    """06:00 in China: restart what should walk, have the cases opened that come due."""
    with run("daily_run") as each:
        with each(part="rules"):
            jurisdiction.keep_shipped(settings().pack)
        with each(part="shards"):
            shard_moves.move(stopping_after(400))
        with each(part="payments"):
            payment_moves.move(stopping_after(200))
        with each(part="everybody"):
            enumeration.mend(today())
        with each(part="scheduled runs"):
            missing_runs()
        restart_all(each)
        for name in ("follow", "open_cases"):
            with each(part=name):
                passes.start(name)
    return GOES_ON


@app.schedule("cron(0 21 ? * SUN *)", name="ask_interfaces")
@scheduled
def ask_interfaces(event: CloudWatchEvent) -> str:
    """Monday, 05:00 in China: have the interfaces asked about those who come due, before the day's run."""
    passes.start("ask")
    return GOES_ON


@app.schedule("cron(0 1,7,10 * * ? *)", name="send_messages")
@scheduled
def send_messages(event: CloudWatchEvent) -> str:
    """09:00, 15:00 and 18:00 in China: fetch what carriers say, have sent what is due."""
    with run("send_messages") as each:
        with each(part="reports"):
            messages.fetch_reports()
        with each(part="messages"):
            passes.start("send", passes.slot_of(event))
    return GOES_ON


@app.schedule("cron(20 * * * ? *)", name="push_events")
@scheduled
def push_events(event: CloudWatchEvent) -> str:
    """Every hour: have apps told of what has happened to the people they show."""
    passes.start("push", passes.slot_of(event))
    return GOES_ON


@app.schedule("cron(0 18 * * ? *)", name="tidy_lake")
@scheduled
def tidy_lake(event: CloudWatchEvent) -> str | None:
    """02:00 in China: bring the lake into order; on the first of the month, have let go what is too old."""
    with run("tidy_lake") as each:
        is_first = retention.tidy_lake(today(), each)
        if is_first:
            passes.start("retention")
    return GOES_ON if is_first else None


@app.schedule("cron(0 20 * * ? *)", name="monthly_results")
@scheduled
def monthly_results(event: CloudWatchEvent) -> str | None:
    """04:00 in China: on the policy's day, results for every authority and other regions; cut-off lists."""
    is_begun = False
    with run("monthly_results") as each:
        with each(part="results"):
            is_begun = results.begin(today())
            if is_begun:
                passes.start("results")
        with each(part="beside the results"):
            results.tell_beside(is_begun)
        with each(part="cut-off day"):
            send_cutoff_lists()
        with each(part="at once"):  # what a step that died has left
            hand_over()
        with each(part="reconciliation"):
            for month in pay_reconciliation.begin():
                passes.start("reconciliation", month)
    return GOES_ON if is_begun else None


@app.schedule("cron(30 23 * * ? *)", name="watch_feeds")
@scheduled
def watch_feeds(event: CloudWatchEvent) -> None:
    """07:30 in China: which departments are late; they are reminded."""
    intake.watch_feeds()


@app.schedule("cron(0 21 L * ? *)", name="monthly_quality")
@scheduled
def monthly_quality(event: CloudWatchEvent) -> str:
    """The first of the month, 05:00 in China: every department's page of the month before; grids' sheets."""
    with run("first_of_the_month") as each:
        with each(part="departments"):
            intake.monthly_quality()
        with each(part="sheets"):
            passes.start("monthly_sheets")
    return GOES_ON


@app.schedule("cron(0 19 3 * ? *)", name="monthly_rechecks")
@scheduled
def monthly_rechecks(event: CloudWatchEvent) -> str:
    """The fourth, 03:00 in China, when the month's sheets have come: have some certificates checked again."""
    passes.start("rechecks", last_month())
    return GOES_ON


@app.schedule("cron(30 17 * * ? *)", name="nightly_audit_roots")
@scheduled
def nightly_audit_roots(event: CloudWatchEvent) -> str:
    """01:30 in China: have the root of all audit chains signed."""
    passes.start("audit_roots")
    return GOES_ON


@app.schedule("cron(0 17 * * ? *)", name="nightly_statistics")
@scheduled
def nightly_statistics(event: CloudWatchEvent) -> str:
    """01:00 in China: have everybody counted."""
    passes.start("statistics")
    return GOES_ON
