"""One run of the sandbox: up, a year of the town, the report, and then serving until Ctrl-C."""

from __future__ import annotations

import gc
import json
import logging
import shlex
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chalicelib import jurisdiction as packs
from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import case_openings, files, people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.dynamodb.case_openings import CaseOpenings
from infra.template import ROOT
from sandbox.checks.privacy_scan import leaks
from sandbox.checks.promises import keep
from sandbox.checks.run_result import Run
from sandbox.checks.truth import Truth, read_truth
from sandbox.demo_people import demo_citizens, demo_people
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT, REGION
from sandbox.kernel.server import AWS_PORT, LOOPBACK, Gateway, Servers, taken_ports
from sandbox.report.document import report_of
from sandbox.report.tables import show
from sandbox.rights.comparing import reasons, refuted
from sandbox.shortcut import short_way
from sandbox.sign_in import DemoPerson, SignIn
from sandbox.tokens import APP, AUDIENCE, ISSUER, Issuer
from sandbox.town.api_client import Desk
from sandbox.town.carrier import Link
from sandbox.town.carrier_links import CarrierProtocol, GatewayLink, QueueLink
from sandbox.town.context import Scene
from sandbox.town.departments import instant
from sandbox.town.people import Town
from sandbox.town.questions import answering
from sandbox.town.sms_gateway import SmsGateway
from sandbox.town.year import Year

BUILD: Final = ROOT / "build" / "sandbox"
KEY_FILE: Final = BUILD / "issuer.pem"
SETTINGS_FILE: Final = BUILD / "settings.env"
LOG_FILE: Final = BUILD / "log.jsonl"
LOGGERS: Final = ("wugan", "")
SELDOM_COLLECTED: Final = (
    200_000,
    50,
    100,
)  # moto's objects live long: looking for garbage among them costs a tenth
RECEIVER: Final = f"http://{LOOPBACK}:8003"  # docs/examples/event_receiver.py; no deployment can list it
SELDOM: Final = "cron(0 17 1 1,4,7,10 ? *)"  # a pass over the whole table each night would take most of a run
BACKLOG_READ: Final = timedelta(days=21)  # by then most departments have handed over the months before
AWS_URL: Final = f"http://{LOOPBACK}:{AWS_PORT}"
TO_PROVE: Final = 2000  # people: of every kind of life some
TO_LOOK_AT: Final = 800  # people: a year that has passed, and screens to click on, within six minutes
DOORS_TAKEN: Final = 2  # the exit code
WIDE: Final = 120  # columns, where nobody says how wide the terminal is


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `python -m sandbox run` was asked for."""

    pack: str = "bozhou"
    people: int = TO_PROVE
    seed: int = 1
    report: Path | None = None
    once: bool = False
    empty: bool = False
    carrier: CarrierProtocol = CarrierProtocol.SNS


def run(options: RunOptions) -> int:
    """Run as asked; 0 if every promise holds (or there was no town), else 1; 2 if the doors are taken."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    # Before a year is lived for nothing.
    if not options.once and (taken := taken_ports()):
        console.print(
            f"[bold red]port {', '.join(map(str, taken))} is taken[/], by another sandbox perhaps: "
            "end that one (Ctrl-C), or run without serving: make run ONCE=1",
        )
        console.print(
            "端口已被占用，可能另有沙箱在运行：请先结束它（Ctrl-C），或用 make run ONCE=1（不提供服务）。"
        )
        return DOORS_TAKEN
    issuer = Issuer.new()
    BUILD.mkdir(parents=True, exist_ok=True)
    issuer.save(KEY_FILE)
    town = Town.generate(options.people, options.seed, pack=options.pack)
    parameters = parameters_of(issuer, options.carrier)
    with (
        SmsGateway(options.seed) as sms,  # as long as the sandbox: messages also leave while it serves
        Sandbox(pack=options.pack, start=town.start, seed=options.seed, parameters=parameters) as sandbox,
        logging_to(LOG_FILE),
    ):
        if options.carrier is CarrierProtocol.HTTP_GATEWAY:
            enter(sandbox, sandbox.settings.gateway_secret, sms.entered)
        with short_way(ACCOUNT):
            holds = options.empty or live(sandbox, town, issuer, options, console, sms)
        if not options.once:
            _serve(sandbox, SignIn(issuer, sandbox.now, lambda: _people(sandbox, town)), console)
    return 0 if holds else 1


def parameters_of(issuer: Issuer, carrier: CarrierProtocol) -> dict[str, str]:
    """The deployment's parameters, as an operator of a town would set them."""
    return {
        "TokenIssuer": ISSUER,
        "TokenAudience": AUDIENCE,
        "TokenJwks": issuer.jwks(),
        "SignInOrigin": ISSUER,
        "UploadUrl": AWS_URL,  # a browser reaches the buckets here
        "AssertionJwks": json.dumps({"keys": [issuer.registered(APP)]}),  # one key for both: a sandbox
        "StatisticsSchedule": SELDOM,
        "AuditRootsSchedule": SELDOM,
        "FeedWatchSchedule": "cron(30 23 1,15 * ? *)",
        "EventSchedule": "cron(20 1,7,10 * * ? *)",
        "EventHosts": RECEIVER,
        "RulesCheckedSeconds": "2",  # whoever activates a rule book here wants to see it act
        "Sender": carrier.sender,
    }


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Send what functions log to a file, so that the terminal shows the town."""
    with path.open("w", encoding="utf-8") as stream:
        handlers = [h for name in LOGGERS for h in logging.getLogger(name).handlers]
        changed = [(h, h.stream) for h in handlers if isinstance(h, logging.StreamHandler)]
        for handler, _ in changed:
            handler.setStream(stream)
        try:
            yield
        finally:
            for handler, before in changed:
                handler.setStream(before)


# --- a year --------------------------------------------------------------------------------------


def live(
    sandbox: Sandbox, town: Town, issuer: Issuer, options: RunOptions, console: Console, sms: SmsGateway
) -> bool:
    """Let the town's year pass and show what became of it; whether every promise holds."""
    began = time.monotonic()
    gc.set_threshold(*SELDOM_COLLECTED)
    year = stage(sandbox, town, issuer, sms)
    secret = sandbox.settings.interfaces_secret
    with answering(year.scene, year.pack.feeds, lambda addresses: enter(sandbox, secret, addresses)):
        _pass_time(sandbox, town, console)
    lived = round(time.monotonic() - began, 1)
    with console.status("holding both accounts against each other 对账"):
        report = account(sandbox, year, lived)
    show(report, console)
    if options.report is not None:
        options.report.write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")
    broken = [promise for promise in report["promises"] if not promise["holds"]]
    for promise in broken:
        console.print(f"[bold red]broken:[/] {promise['name']}: {promise['why']}")
    return not broken


def enter(sandbox: Sandbox, secret: str, value: str) -> None:
    """Enter where something is reached, and by which secret, as an operator would."""
    sandbox.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=value)


def stage(sandbox: Sandbox, town: Town, issuer: Issuer, sms: SmsGateway) -> Year:
    """Put the town on the sandbox's clock, its carrier behind whatever the deployment sends by."""
    gateway = Gateway(sandbox)

    def serve(method: str, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        answer = gateway.handle(method, path, headers, body)
        return answer.status, answer.body

    scene = Scene(
        town=town,
        now=sandbox.now,
        at=sandbox.at,
        desk=Desk(
            serve,
            issuer.issue,
            sandbox.now,
            lambda person, method: issuer.assertion(APP, person, method, now=sandbox.now()),
        ),
        s3=sandbox.client("s3"),
        inbox=sandbox.names["InboxBucket"],
        outbox=sandbox.names["OutboxBucket"],
        rejects=sandbox.names["RejectsBucket"],
        id_of=people.person_id_of,
    )
    year = Year.on(scene, packs.load(town.pack), link_of(sandbox, scene.desk, sms))
    case_openings.say(CaseOpenings(town.start + BACKLOG_READ))  # as an operator would
    year.begin()
    return year


def link_of(sandbox: Sandbox, desk: Desk, sms: SmsGateway) -> Link:
    """How a carrier is joined to a sandbox: by what its deployment sends by."""
    if sandbox.settings.sender == "http":
        return GatewayLink(sms, desk)
    queues = sandbox.names["GatewayQueue"], sandbox.names["CarrierReportsQueue"]
    return QueueLink(sandbox.client("sqs"), *queues, sandbox.now)


def _pass_time(sandbox: Sandbox, town: Town, console: Console) -> None:
    """Day by day, with a bar that says which day it is in the town."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days 天"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=False) as progress:
        days = (town.end - town.start).days
        task = progress.add_task(f"{town.start}", total=days)
        for passed in range(1, days + 1):
            day = town.start + timedelta(passed)
            sandbox.advance_to(instant(day, 0))
            progress.update(task, completed=passed, description=f"{day}")


def account(sandbox: Sandbox, year: Year, seconds: float) -> dict[str, Any]:
    """Read both accounts and hold them against each other: the report."""
    truth = read_truth(
        year.scene,
        year.pack,
        year.carrier.handed,
        people.everyone(),
        people.audit_trail,
        files.everything(),
    )
    evidence = _evidence(sandbox, year, truth)
    promises = keep(evidence)
    town = year.town
    about = {
        "pack": town.pack,
        "people": len(town.people),
        "seed": town.seed,
        "from": town.start.isoformat(),
        "to": town.end.isoformat(),
        "seconds": seconds,
    }
    return report_of(truth, promises, about, evidence.reconciled)


def _evidence(sandbox: Sandbox, year: Year, truth: Truth) -> Run:
    """Everything that promises are held against."""
    names = sandbox.names
    tables = [names[name] for name in ("PeopleTable", "WorkTable", "FilesTable", "AuditTable")]
    buckets = [names[name] for name in ("OutboxBucket", "LakeBucket")]
    machines = ("CertificationMachine", "SuspicionMachine")
    for handler in logging.getLogger("wugan").handlers:
        handler.flush()
    log = LOG_FILE.read_text(encoding="utf-8")
    return Run(
        truth=truth,
        on=year.scene.today,
        walking=frozenset(e["name"] for m in machines for e in sandbox.executions(m, "RUNNING")),
        errors=[f"{f.function} at {f.at:%Y-%m-%d %H:%M}: {f.error!r}" for f in sandbox.last_errors]
        + [_said(line) for line in log.splitlines() if '"level":"ERROR"' in line],
        denied=sandbox.judge.take_denied(),
        refuted=list(refuted(sandbox.judge.used, reasons())),
        leaks=leaks(year.town, sandbox.client, tables, buckets, log),
        chain_holds=lambda person: not findings_about(PersonId(person)),
        receipt=lambda sender, file: _object(sandbox, "OutboxBucket", f"{sender}/receipts/{file}.json"),
        rejected=lambda sender, file: _object(sandbox, "RejectsBucket", f"{sender}/{file}.csv"),
        paid=_paid,
        reconciled=_reconciled(sandbox),
    )


def _reconciled(sandbox: Sandbox) -> list[Any]:
    """The pay-run reconciliations that lie in the authorities' outboxes."""
    s3, bucket = sandbox.client("s3"), sandbox.names["OutboxBucket"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
    sheets = [key for key in keys if "/reconciliation/" in key and key.endswith(".json")]
    return [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in sheets]


def _paid(person: str) -> dict[tuple[str, str], int]:
    """What the platform holds as paid to somebody, by benefit and month."""
    paid: Counter[tuple[str, str]] = Counter()
    for payment in people.payments_of(PersonId(person)):
        paid[payment.benefit, payment.month] += payment.fen
    return paid


def _said(line: str) -> str:
    """What an error in the log says, without its traceback."""
    said = json.loads(line)
    return f"logged: {said.get('message')} ({said.get('exception_name', 'no exception')})"


def _object(sandbox: Sandbox, bucket: str, key: str) -> bytes | None:
    s3 = sandbox.client("s3")
    try:
        body: bytes = s3.get_object(Bucket=sandbox.names[bucket], Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return body


# --- serving -------------------------------------------------------------------------------------


def _people(sandbox: Sandbox, town: Town) -> list[DemoPerson]:
    """Whom one may be: those who serve, and some of the town who are on the roster."""
    found = ((people.person_id_of(one.number_on(sandbox.today())), one.born) for one in town.people[:40])
    born = {person: day for person, day in found if person is not None}
    living = {person: day for person, day in born.items() if people.load(person).died is None}
    return [*demo_people(packs.load(town.pack), town.pack), *demo_citizens(sandbox.today(), living)]


def _serve(sandbox: Sandbox, issuer: SignIn, console: Console) -> None:
    """Keep the doors open until Ctrl-C."""
    with Servers(sandbox, issuer=issuer) as servers:
        SETTINGS_FILE.write_text(_settings(sandbox, servers), encoding="utf-8")
        console.print(f"AWS    {servers.aws_url}   (any client; region cn-north-1)")
        console.print(
            f"API    {servers.api_url}   (tokens: python -m sandbox token --role officer --area 341602)"
        )
        console.print(
            f"screens {servers.api_url}/console/   (sign in with a click; they are built by make console)"
        )
        console.print(f"clock  {servers.clock_url}   (python -m sandbox advance --days 7)")
        console.print("Ctrl-C ends it.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            console.print("bye")


def _settings(sandbox: Sandbox, servers: Servers) -> str:
    """What clients and `python -m admin` need to know of this sandbox, for a shell to read."""
    known = {
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": servers.aws_url,
        "WUGAN_CLOCK_URL": servers.clock_url,
        **{f"WUGAN_{name.upper()}": value for name, value in asdict(sandbox.settings).items()},
    }
    return "".join(f"export {name}={shlex.quote(str(value))}\n" for name, value in known.items())
