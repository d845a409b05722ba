"""Two accounts about which the endpoints of accounts have something to say."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.model import AreaCode, UserAccount, UserAccountState
from chalicelib.storage.dynamodb import user_accounts
from tests.api.conftest import VILLAGE

Request = tuple[str, str, Any, str]  # method, route, body, and what {id} stands for

ACCOUNT, CITY_ACCOUNT = "li-8", "zhao-9"  # of a village, granted; of the city, proposed

GRANT = {"subject": "wang-7", "post": "村级 网格员", "role": "grid-worker", "area": VILLAGE}
ENDPOINTS: tuple[Request, ...] = (
    ("GET", "/v1/accounts", None, ""),
    ("GET", "/v1/accounts/{id}", None, ACCOUNT),
    ("POST", "/v1/accounts", GRANT, ""),
    ("POST", "/v1/accounts/{id}/approve", None, CITY_ACCOUNT),
    ("POST", "/v1/accounts/{id}/end", {"reason": "调离岗位"}, ACCOUNT),
)


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
