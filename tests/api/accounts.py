"""Two accounts about which the endpoints of accounts have something to say."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.model import AreaCode, UserAccount, UserAccountState
from chalicelib.storage.dynamodb import user_accounts
from tests.api.conftest import VILLAGE

ACCOUNT, CITY_ACCOUNT = "li-8", "zhao-9"  # of a village, granted; of the city, proposed


def two_accounts() -> None:
    """One of a village, which holds, and one of the city that waits for a second person."""
    stands = (ACCOUNT, VILLAGE, UserAccountState.GRANTED), (CITY_ACCOUNT, "3416", UserAccountState.PROPOSED)
    for subject, area, state in stands:
        if user_accounts.find(subject) is None:
            day, at = clock.today(), clock.now()
            account = UserAccount(
                subject, "某岗位", "officer", AreaCode(area), None, day, None, state, "somebody", at
            )
            user_accounts.put(account, at, state.value, "somebody", {})
