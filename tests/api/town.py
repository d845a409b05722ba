"""One person about whom every endpoint has something to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from chalicelib import clock
from chalicelib.model import (
    BenefitCode,
    Booking,
    Case,
    Channel,
    Closing,
    Counts,
    DroppedFile,
    Entitlement,
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    FileState,
    HearingAnswer,
    Instalment,
    Instruction,
    InstructionKind,
    InstructionState,
    KeyGroup,
    Message,
    MessageState,
    Month,
    Objection,
    ObjectionAbout,
    ObjectionState,
    OwedToHeirs,
    PersonId,
    Proposal,
    ProposalState,
    Reason,
    Recovery,
    RecoveryState,
    StateName,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Visit,
    VisitOutcome,
    VisitPurpose,
    Waiting,
    Way,
)
from chalicelib.storage.dynamodb import files, tables
from chalicelib.storage.dynamodb.items import encode
from chalicelib.storage.dynamodb.worklist_rows import remember_county
from tests.api import accounts, found, rule_changes, subscriptions
from tests.api.accounts import ACCOUNT, CITY_ACCOUNT, two_accounts
from tests.api.conftest import NUMBER, VILLAGE, a_number, a_person, an_assertion, given

DUE = date(2025, 5, 31)
DIED = date(2025, 6, 20)
PENSION = BenefitCode("resident_pension")
MAY = Month("2025-05")
HRSS = "hrss"  # runs the pension
SENDER = "civil_affairs"  # sent the file

REPORT: dict[str, Any] = {"outcome": "not_found", "made_at": "2025-07-01T09:30:00+08:00", "notice_left": True}

MONEY = {"fen": 1_000, "on": "2025-06-30", "reference": "bank-2025-0630-1"}


@dataclass(frozen=True)
class Endpoint:
    """A request that is right in itself: whether it is answered depends on who asks."""

    method: str
    path: str  # the route
    body: Any = None
    item: str = ""  # what {id} stands for, after the person; "-" for the person alone

    def address(self, person: PersonId, area: str) -> str:
        if not self.item:
            lists = self.method == "GET" and self.path in LISTS_BY_AREA
            return f"{self.path}?area={area}" if lists else self.path
        made: dict[str, Callable[[], object]] = {
            **{LIMIT: too_many_lines, subscriptions.SUBSCRIPTION: subscriptions.a_subscription},
            **{ACCOUNT: two_accounts, CITY_ACCOUNT: two_accounts},
        }
        if self.item in made:
            made[self.item]()
            return self.path.replace("{id}", self.item)
        if self.item in rule_changes.CUTOFF:
            return self.path.replace("{id}", rule_changes.a_change(self.item))
        if self.item == rule_changes.BENEFIT:
            return self.path.replace("{id}", self.item)
        if self.item == FILE:
            return self.path.replace("{id}", a_file().id)  # held again, whatever became of it
        return self.path.replace("{id}", person + self.item.strip("-"))


LISTS_BY_AREA = (
    "/v1/accounts",
    "/v1/people",
    "/v1/today",
    "/v1/visits",
    "/v1/notices",
    "/v1/suspension-proposals",
    "/v1/suspension-limits",
    "/v1/suspicions",
    "/v1/endings",
    "/v1/objections",
    "/v1/instructions",
    "/v1/recoveries",
    "/v1/owed-to-heirs",
    "/v1/reconciliation",
    "/v1/rechecks",
)
LIMIT = "341602.2025-08.resident_pension"
FILE = "FILE"  # {id} stands for a held file
PERSON = "PERSON"  # in bodies: the person's id
ASSERTED = "ASSERTED"  # in bodies: what an app signs of the person

ENDPOINTS = {
    e.method + " " + e.path: e
    for e in (
        Endpoint("GET", "/v1/me"),
        Endpoint("POST", "/v1/persons:lookup", {"number": a_number(NUMBER[:17])}),
        Endpoint("GET", "/v1/persons/{id}/status", item="-"),
        Endpoint("GET", "/v1/persons/{id}/portrait", item="-"),
        Endpoint("GET", "/v1/people"),
        Endpoint("GET", "/v1/today"),
        Endpoint("GET", "/v1/persons/{id}/certificate", item="-"),
        Endpoint("GET", "/v1/persons/{id}/audit", item="-"),
        Endpoint(
            "POST", "/v1/self-certifications", {"person": PERSON, "method": "face", "assertion": ASSERTED}
        ),
        Endpoint("GET", "/v1/visits"),
        Endpoint("POST", "/v1/visits", {"person": PERSON, "made_at": "2025-07-01T09:30:00+08:00"}),
        Endpoint("POST", "/v1/visits/{id}/outcome", REPORT, ".3"),
        Endpoint("GET", "/v1/notices"),
        Endpoint("POST", "/v1/notices/{id}/delivery", {"left_on": "2025-07-01"}, ".0123456789abcdef"),
        Endpoint("GET", "/v1/suspension-proposals"),
        Endpoint("POST", "/v1/suspension-proposals/{id}/confirm", item=".1"),
        Endpoint("POST", "/v1/suspension-proposals/{id}/approve", item=".2"),
        Endpoint("POST", "/v1/suspension-proposals/{id}/refuse", {"reason": "已住院"}, ".3"),
        Endpoint("GET", "/v1/suspension-limits"),
        Endpoint("POST", "/v1/suspension-limits/{id}/lift", {"reason": "逐行核对无误"}, LIMIT),
        Endpoint("GET", "/v1/suspicions"),
        Endpoint(
            "POST",
            "/v1/suspicions",
            {"person": PERSON, "benefit": "resident_pension", "reason": "在册信息与户籍登记不一致"},
        ),
        Endpoint(
            "POST",
            "/v1/restarts",
            {"person": PERSON, "benefit": "unemployment_benefit", "paper": "grant", "since": "2025-06-01"},
        ),
        Endpoint(
            "POST",
            "/v1/suspicions/{id}/outcome",
            {"confirmed": False, "verification": "visit"},
            ".death.20250620",
        ),
        Endpoint("POST", "/v1/suspicions/{id}/approve", item=".death.20250626"),
        Endpoint("GET", "/v1/endings"),
        Endpoint("POST", "/v1/endings/{id}/approve", item=".custody.20250628"),
        Endpoint("POST", "/v1/objections", {"person": PERSON, "about": "suspension"}),
        Endpoint("POST", "/v1/stop-requests", {"person": PERSON, "benefit": "resident_pension"}),
        Endpoint("POST", "/v1/stop-requests/{id}/undo", item=".stop_asked.20250629"),
        Endpoint("GET", "/v1/objections"),
        Endpoint(
            "POST", "/v1/objections/{id}/decision", {"upheld": False, "reason": "两次上门均未见到本人"}, ".1"
        ),
        Endpoint("GET", "/v1/instructions"),
        Endpoint("POST", "/v1/instructions/{id}/acknowledge", item=".2025-07.resident_pension.suspend"),
        Endpoint("POST", "/v1/instructions/{id}/approve", item=".2025-06.resident_pension.resume"),
        Endpoint("GET", "/v1/recoveries"),
        Endpoint("POST", "/v1/recoveries/{id}/hearing", {"answer": "hardship"}, ".1"),
        Endpoint(
            "POST",
            "/v1/recoveries/{id}/decision",
            {"reason": "离世之后的月份", "reference": "2025-17", "funeral_grant_fen": 5_000},
            ".2",
        ),
        Endpoint("POST", "/v1/recoveries/{id}/demand", item=".3"),
        Endpoint("POST", "/v1/recoveries/{id}/instalments", {"number": 3, "first": "2025-08-01"}, ".4"),
        Endpoint("POST", "/v1/recoveries/{id}/repayments", MONEY, ".4"),
        Endpoint("POST", "/v1/recoveries/{id}/refunds", MONEY, ".5"),
        Endpoint("POST", "/v1/recoveries/{id}/closing", {"how": "written_off", "reason": "家庭困难"}, ".4"),
        Endpoint("POST", "/v1/recoveries/{id}/closing/approve", item=".3"),
        Endpoint("GET", "/v1/owed-to-heirs"),
        Endpoint(
            "POST",
            "/v1/owed-to-heirs/{id}/release",
            {"proof": "kinship", "reference": "file-7"},
            ".resident_pension",
        ),
        Endpoint("GET", "/v1/reconciliation"),
        Endpoint("GET", "/v1/rechecks"),
        Endpoint("GET", "/v1/files"),
        Endpoint("GET", "/v1/files/{id}", item=FILE),
        Endpoint("GET", "/v1/files/{id}/suggestions", item=FILE),
        Endpoint("POST", "/v1/uploads", {"feed": "cremations", "kind": "csv", "bytes": 20_000}),
        Endpoint("GET", "/v1/files/{id}/rejected-rows", item=FILE),
        Endpoint("POST", "/v1/files/{id}/release", {"reason": "电话核实，当日确实只有三条"}, FILE),
        Endpoint("POST", "/v1/files/{id}/refuse", {"reason": "文件不完整"}, FILE),
        Endpoint("GET", "/v1/feeds"),
        Endpoint("GET", "/v1/stats"),
        *(Endpoint(*each) for of in (accounts, subscriptions, rule_changes, found) for each in of.ENDPOINTS),
    )
}


def authority_for(address: str) -> str:
    """Of which authority an officer must be who asks for an address."""
    return SENDER if "/files" in address or "/uploads" in address else HRSS


def body_for(endpoint: Endpoint, person: PersonId) -> Any:
    if isinstance(endpoint.body, dict) and endpoint.body.get("person") == PERSON:
        signed = {"assertion": an_assertion(person)} if "assertion" in endpoint.body else {}
        return {**endpoint.body, "person": person, **signed}
    return endpoint.body


def a_proposal(number: int, state: ProposalState, confirmed_by: str | None = None) -> Proposal:
    return Proposal(
        number, DUE, (PENSION,), {PENSION: DUE}, date(2025, 6, 20), state, confirmed_by=confirmed_by
    )


def somebody_with_everything(number: str = NUMBER, area: str = VILLAGE) -> PersonId:
    """Overdue, visited twice and soon again, on the list thrice, suspected dead, and instructed about."""
    person = a_person(number, area=area, until=DUE, key_groups=frozenset({KeyGroup.VERY_OLD}))
    first = datetime(2025, 6, 1, 2, tzinfo=UTC)
    second = datetime(2025, 6, 14, 8, tzinfo=UTC)
    given(
        person,
        cases=(Case(DUE, date(2025, 3, 2), 1, StateName.PROPOSE_SUSPENSION),),
        visits=(
            _visit(1, first),
            _visit(2, second),
            Visit(3, VisitPurpose.CERTIFY, DUE.isoformat(), date(2025, 6, 24), date(2025, 7, 4)),
        ),
        proposals=(
            a_proposal(1, ProposalState.PROPOSED),
            a_proposal(2, ProposalState.CONFIRMED, "township-officer"),
            a_proposal(3, ProposalState.PROPOSED),
        ),
        messages=(_a_printed_notice(person),),
        objections=(
            Objection(
                1,
                ObjectionAbout.RECOVERY,
                date(2025, 6, 20),
                "somebody",
                date(2025, 7, 11),
                ObjectionState.OPEN,
                benefit=BenefitCode("land_loss_pension"),  # the pension's recoveries go on
            ),
        ),
        suspicions=(
            accused(),
            replace(accused(), day=date(2025, 6, 26), verified_by="somebody", verified_at_level=1),
            found.in_custody(accused(), PENSION),
            replace(accused(), kind=SuspicionKind.STOP_ASKED, day=date(2025, 6, 29), benefit=PENSION),
            found.ended_by_doubt(),
            found.one_person(),
        ),
        entitlements=(_unemployment_benefit(),),
        instructions=(
            Instruction(
                PENSION,
                InstructionKind.SUSPEND,
                Month("2025-07"),
                21_500,
                "未认证",
                InstructionState.ISSUED,
                date(2025, 6, 28),
            ),
            Instruction(
                PENSION,
                InstructionKind.RESUME,
                Month("2025-06"),
                64_500,
                "certified again; arrears 2025-01…2025-03 3 × 215.00",
                InstructionState.ISSUED,
                date(2025, 6, 2),
                arrears=(Month("2025-01"), Month("2025-02"), Month("2025-03")),
                held=(Month("2025-04"), Month("2025-05")),
                certified_by="clerk-7",
            ),
        ),
        recoveries=tuple(_recoveries()),
        owed_to_heirs=(OwedToHeirs(PENSION, (MAY,), {MAY: 21_500}, date(2025, 6, 28)),),
    )
    return person


def _a_printed_notice(person: PersonId) -> Message:
    """A reminder that somebody of the village has still to bring."""
    words = {"deadline": DUE.isoformat(), "code": "000001"}
    return Message(
        f"{person}.0123456789abcdef",
        Template.REMIND,
        DUE.isoformat(),
        Channel.NOTICE,
        words,
        date(2025, 6, 30),
        MessageState.SENT,
        changed=datetime(2025, 6, 30, 1, tzinfo=UTC),
        said="待遇资格认证告知书\n您领取的待遇，资格认证将于2025年5月31日到期。",
    )


def _recoveries() -> Iterator[Recovery]:
    """Asked, answered, decided, asked back, and paid too much: one in each state."""
    day = date(2025, 6, 2)
    months = {Month("2025-02"): 20_000, Month("2025-03"): 20_000}
    asked = Recovery(1, PENSION, Month("2025-02"), months, RecoveryState.HEARING, day, day, date(2025, 6, 30))
    yield asked
    heard = replace(asked, number=2, answer=HearingAnswer.ACCEPTED, heard_by="village-officer")
    yield heard
    decided = replace(
        heard, number=3, state=RecoveryState.DECIDED, decided=day, decided_by="somebody", because="离世之后"
    )
    yield replace(decided, closing=Closing(RecoveryState.WRITTEN_OFF, "家庭困难", "chen", day))
    demanded = replace(
        decided, number=4, state=RecoveryState.DEMANDED, demanded=day, due_by=date(2025, 7, 14)
    )
    yield replace(demanded, instalments=(Instalment(date(2025, 7, 14), 40_000),))
    paid = Booking(Way.REPAID, 45_000, day, "bank-1", "clerk")
    yield replace(demanded, number=5, state=RecoveryState.FINISHED, bookings=(paid,))


def too_many_lines() -> None:
    """Eleven lines approved for August: one more than the limit."""
    line = replace(
        a_proposal(1, ProposalState.APPROVED, "zhou"), approved_by="wu", effective=Month("2025-08")
    )
    about = {"area": VILLAGE, "grid": "03", "item": encode(line)}
    remember_county("341602")
    for n in range(11):
        body = json.dumps({"person": f"person-{n}", **about}, ensure_ascii=False)
        tables.put(tables.Work("STOP#341602", f"2025-08#resident_pension#person-{n}#0001", body=body))


def accused() -> Suspicion:
    reason = Reason(
        "death", "殡葬火化记录显示本人已去世。", "A cremation record says that the person has died."
    )
    return Suspicion(
        SuspicionKind.DEATH,
        DIED,
        date(2025, 6, 25),
        SuspicionState.OPEN,
        EvidenceKey(DIED, FeedId("cremations"), "cremated"),
        reason,
        verify_by=date(2025, 6, 30),
        waiting=Waiting(StateName.VERIFY, "a token that nobody waits under", clock.now()),
    )


def _unemployment_benefit() -> Entitlement:
    """Drawn until May, when its authority's doubt was found right."""
    return Entitlement(
        BenefitCode("unemployment_benefit"),
        EntitlementStatus.TERMINATED,
        10_000,
        date(2015, 1, 1),
        DUE,
        DUE,
        "payee-work",
        stopped_from=MAY,
    )


def _visit(number: int, made: datetime) -> Visit:
    day = made.date()
    return Visit(
        number,
        VisitPurpose.CERTIFY,
        DUE.isoformat(),
        day,
        day,
        made,
        VisitOutcome.NOT_FOUND,
        "worker-3",
        notice_left=True,
    )


def a_file(
    feed: str = "cremations", state: FileState = FileState.HELD, day: date = date(2025, 6, 30)
) -> DroppedFile:
    """A dropped file whose name is personal data."""
    key = f"civil_affairs/{feed}/{day:%Y%m%d}/孟晓华{state}.csv"
    dropped = DroppedFile(
        files.file_id(key, "digest"),
        "civil_affairs",
        FeedId(feed),
        day,
        key,
        "digest",
        state,
        clock.now(),
        Counts(rows=3, accepted=1, rejected=1, strangers=1),
        "too_few_rows" if state is FileState.HELD else "",
        "行数过少",
        "too few rows",
    )
    files.put(dropped)
    return dropped
