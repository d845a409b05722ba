"""A line is confirmed by one person and approved by another (rule 10 f)."""

from collections.abc import Callable

import pytest

from chalicelib.engine.suspension.line_decisions import may_approve, may_confirm, may_refuse
from chalicelib.errors import RefusedError
from chalicelib.model import Proposal, ProposalState
from tests.people import a_proposal

Act = Callable[[Proposal, str], None]


@pytest.mark.parametrize(
    ("act", "state", "actor", "refused"),
    [
        (may_confirm, ProposalState.PROPOSED, "township-1", None),
        (may_confirm, ProposalState.PROPOSED, "", "nobody"),
        (may_confirm, ProposalState.CONFIRMED, "township-2", "not_proposed"),
        (may_confirm, ProposalState.LAPSED, "township-2", "not_proposed"),
        (may_approve, ProposalState.CONFIRMED, "county-1", None),
        (may_approve, ProposalState.CONFIRMED, "township-1", "same_person"),
        (may_approve, ProposalState.CONFIRMED, "", "nobody"),
        (may_approve, ProposalState.PROPOSED, "county-1", "not_confirmed"),
        (may_approve, ProposalState.APPROVED, "county-2", "not_confirmed"),
        (may_refuse, ProposalState.PROPOSED, "township-1", None),
        (may_refuse, ProposalState.CONFIRMED, "county-1", None),
        (may_refuse, ProposalState.CONFIRMED, "", "nobody"),
        (may_refuse, ProposalState.APPROVED, "county-1", "decided"),
    ],
)
def test_who_may_do_what(act: Act, state: ProposalState, actor: str, refused: str | None) -> None:
    proposal = a_proposal(state, confirmed_by="township-1")
    if refused is None:
        act(proposal, actor)
        return
    with pytest.raises(RefusedError) as error:
        act(proposal, actor)
    assert error.value.code == refused
    assert error.value.zh


@pytest.mark.parametrize(
    ("act", "state"), [(may_confirm, ProposalState.PROPOSED), (may_approve, ProposalState.CONFIRMED)]
)
def test_whoever_visited_neither_confirms_nor_approves(
    act: Callable[..., None], state: ProposalState
) -> None:
    """Rule 10 c: under whatever role, whatever they found."""
    proposal = a_proposal(state, confirmed_by="township-1")
    act(proposal, "officer-2", {"officer-1"})
    with pytest.raises(RefusedError) as error:
        act(proposal, "officer-1", {"officer-1"})
    assert error.value.code == "visited"


def test_every_authority_has_to_approve_its_own() -> None:
    both = a_proposal(ProposalState.CONFIRMED, judged={"resident_pension": "2025-06-30", "x": "2025-06-30"})
    assert both.unsigned == ("resident_pension", "x")
