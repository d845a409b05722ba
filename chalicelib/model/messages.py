"""消息与指令 · What people are told and authorities are instructed, and what was really paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from chalicelib.model.names import BenefitCode, Month, PersonId


class MessageState(StrEnum):
    """Where a message stands; only the carrier's report makes it delivered."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"  # overtaken: no longer true, or no phone

    @property
    def may_become(self) -> frozenset[MessageState]:
        """Where a message can come from here; it waits on, for another day, and else never goes back.

        What was claimed and certainly not taken waits again: nobody was told.
        """
        return _NEXT[self]


_NEXT: Final[Mapping[MessageState, frozenset[MessageState]]] = {
    state: frozenset(map(MessageState, after.split()))
    for state, after in {
        MessageState.PENDING: "pending claimed dropped",
        MessageState.CLAIMED: "pending sent delivered failed unknown",
        MessageState.SENT: "delivered failed",
        MessageState.UNKNOWN: "delivered failed",
        MessageState.FAILED: "delivered",
        MessageState.DELIVERED: "",
        MessageState.DROPPED: "",
    }.items()
}


class Template(StrEnum):
    """What a message says; the number is its priority, smallest first (rule 9)."""

    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    RESUMED = "resumed"
    RESTORED = "restored"  # what had stopped the payment was wrong
    REMIND = "remind"
    REMIND_AGAIN = "remind_again"
    SELF_CERTIFY = "self_certify"
    CERTIFIED = "certified"
    ANSWERED = "answered"  # an objection has been decided
    OBJECTED_AGAIN = "objected_again"  # it is looked at by the level above, and holds nothing
    CORRECTED = "corrected"  # certified for less long than they were told
    RESTARTED = "restarted"  # what had rightly ended the payment is over
    DEATH_TO_CONFIRM = "death_to_confirm"  # a death was reported: if that is wrong, call
    BEREAVED = "bereaved"  # one letter to the household about all benefits
    RECOVERY_HEARING = "recovery_hearing"
    RECOVERY_DECIDED = "recovery_decided"
    RECOVERY_DEMANDED = "recovery_demanded"
    RECOVERY_CORRECTED = "recovery_corrected"  # less was paid too much than they were told
    RECOVERY_SETTLED = "recovery_settled"
    PAUSED = "paused"  # awaiting judgment: paid back on acquittal
    PAY_IN_PERSON = "pay_in_person"  # collected at the pay point for a month, before a suspension
    STOP_ASKED = "stop_asked"  # a letter about a request to stop: what to do if it was not meant
    SEPARATED = "separated"  # two people had been held to be one under two numbers
    WITHHELD_PAID = "withheld_paid"  # what a suspension had withheld before something else ended the payment


REMINDERS: Final = (Template.REMIND, Template.REMIND_AGAIN, Template.SELF_CERTIFY)  # of a case, in this order


class Channel(StrEnum):
    """How a message reaches somebody; where one fails, the next open to them follows (rule 8)."""

    SMS = "sms"
    HELPER = "helper"  # a text message to whoever is registered as helping them (协助人)
    NOTICE = "notice"  # a printed notice (告知书) that somebody brings


BY_PHONE: Final = frozenset({Channel.SMS, Channel.HELPER})


@dataclass(frozen=True, slots=True)
class Message:
    """One thing told to one person; `id` = hash(person, about, template, n), so it exists once.

    `said`: the text as it went out; None before, and of messages that are older than the field.
    `follows`: the message that did not reach them, in whose stead this one goes by another channel.
    `left_by`, `left_on`: who brought a printed notice, and on which day.
    """

    id: str
    template: Template
    about: str  # the case's due day, the month, …
    channel: Channel
    words: Mapping[str, str]  # what fills the template; never a name or number
    day: date  # not before
    state: MessageState
    attempt: str | None = None
    changed: datetime | None = None
    said: str | None = None
    follows: str | None = None
    left_by: str | None = None
    left_on: date | None = None
    document: str | None = None  # the written notice as it stood when a message about a decision went out

    @property
    def is_to_be_brought(self) -> bool:
        """Whether it is printed, and nobody has said yet that it was left with the person."""
        return self.channel is Channel.NOTICE and self.state is MessageState.SENT

    @property
    def may_have_failed(self) -> bool:
        """Whether nobody knows what became of it: whether it was taken, or what came of it at the phone."""
        waits = self.state is MessageState.SENT and self.channel in BY_PHONE
        return waits or self.state is MessageState.UNKNOWN


class InstructionKind(StrEnum):
    """What an authority is told to do."""

    SUSPEND = "suspend"
    RESUME = "resume"
    PAUSE = "pause"
    TERMINATE = "terminate"
    RECOVER = "recover"
    ADJUST = "adjust"  # pay the right amount from now on, and what was too little (rule 16, row J10)
    PAY_IN_PERSON = "pay_in_person"  # for a month, to the person alone, identity checked
    PAY_HEIRS = "pay_heirs"  # what the person was owed while alive, to whoever has shown who they are


class InstructionState(StrEnum):
    """Where an instruction stands."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    SEEN = "seen"  # seen in the payments feed: only this counts (rule 23)
    CANCELLED = "cancelled"
    LISTED = "listed"  # not seen after two pay runs: for a person


@dataclass(frozen=True, slots=True)
class Instruction:
    """What an authority is told to do with a payment. `fen` is the total concerned, if any.

    `arrears`: the months that it is about. Of those stopped (or owed to heirs) `fen` is what no payment has
    credited yet; of those to be recovered, what they brought beyond what was due. `given_back`: the part of a
    resumption that was recovered in error. `held`: the months that the word of one person, `certified_by`,
    brings once a second one approves them (rule 18). An adjustment's `fen` is what was too little; below zero
    what was too much, which an order of its own recovers (rule 17).
    """

    benefit: BenefitCode
    kind: InstructionKind
    month: Month  # from which month
    fen: int
    reason: str
    state: InstructionState
    issued: date
    changed: date | None = None
    arrears: tuple[Month, ...] = ()
    held: tuple[Month, ...] = ()
    certified_by: str | None = None
    given_back: int = 0

    @property
    def waits_for_a_second(self) -> bool:
        """Whether a second person has still to approve months of it."""
        return bool(self.held) and self.state is not InstructionState.CANCELLED

    @property
    def name(self) -> str:
        """The key within the person: "2025-07#resident_pension#suspend"."""
        return f"{self.month}#{self.benefit}#{self.kind}"


@dataclass(frozen=True, slots=True)
class Payment:
    """What an authority reports as really paid for one month, in fen.

    `source` stands for the name under which the file was dropped: a correction bears the same, two files of
    one pay run do not. "": written before it was kept. `under`: the other number of the person under which it
    was paid, if not their own; one file that pays the same sum under each tells of two payments.
    """

    benefit: BenefitCode
    month: Month
    fen: int
    paid: date
    source: str = field(default="", compare=False)
    under: PersonId | None = field(default=None, compare=False)
