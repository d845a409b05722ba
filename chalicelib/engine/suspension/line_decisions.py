"""名单审批 · Who may confirm, approve or refuse a line of a suspension list, and lift a limit (rule 10)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, month_of
from chalicelib.errors import RefusedError
from chalicelib.model import Month, PersonRecord, Proposal, ProposalState

ON_THE_LIST: Final = (ProposalState.PROPOSED, ProposalState.CONFIRMED)
STANDING: Final = (*ON_THE_LIST, ProposalState.APPROVED)


def is_approved(proposal: Proposal, visited: AbstractSet[str] = frozenset()) -> bool:
    """Whether two different people have signed a line, and none who had been at the door (rule 10 c)."""
    two = {proposal.confirmed_by, proposal.approved_by} - {None}
    by_others = visited.isdisjoint({*two, *proposal.signed.values()})
    return proposal.state is ProposalState.APPROVED and len(two) == 2 and by_others


def may_lift(
    month: Month, signed_by: AbstractSet[str | None], actor: str, on: date, *, exceeded: bool
) -> None:
    """Raises RefusedError unless a month's limit is exceeded, the month can still come, and by others."""
    if not exceeded:
        raise RefusedError(
            "within_limit",
            "拟暂停人数未超过限度，无需解除。",
            "no more are to be suspended than the limit allows: there is nothing to lift",
        )
    if month_of(on + ONE_DAY) > month:
        raise RefusedError(
            "too_late",
            "该月已无法执行：名单行将失效，并于下一名单日重新提交。",
            "too late for this month: its lines lapse and are put to people anew on the next list day",
        )
    if actor in signed_by:
        raise RefusedError(
            "involved",
            "须由未确认、未批准过其中任何一行的人员解除。",
            "a limit is lifted by somebody who has confirmed or approved none of its lines",
        )
    _somebody(actor)


def visitors(record: PersonRecord, proposal: Proposal) -> frozenset[str]:
    """Who knocked about the case of a line, under whatever role and whatever they found (rule 10 c)."""
    about = proposal.due.isoformat()
    return frozenset(who for v in record.visits if v.about == about for who in v.authors)


def may_confirm(proposal: Proposal, actor: str, visited: AbstractSet[str] = frozenset()) -> None:
    """Raises RefusedError unless the line waits for the township's word, from nobody who `visited`."""
    if proposal.state is not ProposalState.PROPOSED:
        zh, en = "该名单行不在待确认状态。", f"the line is {proposal.state}, not proposed"
        raise RefusedError("not_proposed", zh, en)
    _somebody(actor)
    _not_a_visitor(actor, visited)


def may_approve(proposal: Proposal, actor: str, visited: AbstractSet[str] = frozenset()) -> None:
    """Raises RefusedError unless the line is confirmed, by somebody else, and the actor has not `visited`."""
    if proposal.state is not ProposalState.CONFIRMED:
        raise RefusedError(
            "not_confirmed",
            "该名单行尚未经乡镇确认或已处理。",
            f"the line is {proposal.state}, not confirmed",
        )
    if actor == proposal.confirmed_by:
        zh, en = "确认人与批准人不能是同一人。", "whoever confirmed a line may not approve it"
        raise RefusedError("same_person", zh, en)
    _somebody(actor)
    _not_a_visitor(actor, visited)


def may_refuse(proposal: Proposal, actor: str) -> None:
    """Raises RefusedError once the line has been decided or has lapsed."""
    if proposal.state not in ON_THE_LIST:
        raise RefusedError("decided", "该名单行已处理完毕。", f"the line is {proposal.state} already")
    _somebody(actor)


def _not_a_visitor(actor: str, visited: AbstractSet[str]) -> None:
    if actor in visited:
        raise RefusedError(
            "visited",
            "上门人员不得确认或批准该名单行，请由其他人员办理。",
            "whoever visited the person may neither confirm nor approve the line: somebody else has to",
        )


def _somebody(actor: str) -> None:
    if not actor:
        raise RefusedError("nobody", "须由具名工作人员办理。", "a line is decided by somebody with a name")
