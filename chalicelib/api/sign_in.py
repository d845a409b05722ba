"""登录接口 · For screens: at which issuer one signs in, and who one then is."""

from __future__ import annotations

from typing import Any, Final

from chalice.app import Request, Response

from chalicelib.api import account_of
from chalicelib.api.answers.callers import Myself, SignIn
from chalicelib.api.middleware import Audience, Call, with_etag
from chalicelib.api.policy import POLICIES
from chalicelib.api.tokens import Caller
from chalicelib.model import UserAccount
from chalicelib.settings import settings

SCOPE: Final = "openid wugan"

sign_in = Audience(__name__)


@sign_in.open_to_all("/v1/sign-in", answer=SignIn)
def show_sign_in(asked: Request) -> Response:
    """At which issuer screens sign somebody in, and as whom they ask; it needs no token."""
    known = settings()
    told = {
        "issuer": known.token_issuer,
        "client_id": known.token_client_id,
        "audience": known.token_audience,
        "scope": SCOPE,
    }
    return with_etag(asked.headers, told)


@sign_in.route("GET", "/v1/me", answer=Myself)
def show_myself(call: Call) -> dict[str, Any]:
    """Who one is to the platform, and which operations are open to role, level and authority."""
    caller, account = call.caller, _account(call)
    return {
        "subject": caller.subject,
        "role": caller.role.value,
        "area": caller.area or None,
        "authority": caller.authority,
        "person": caller.person,
        "account_until": account.until if account is not None else None,
        "account_days_left": account.days_left(call.today) if account is not None else None,
        "may": operations_of(caller),
    }


def _account(call: Call) -> UserAccount | None:
    """The account by which the caller acts, where accounts are required."""
    return account_of.account_of(call.caller.subject, call.at) if account_of.are_required() else None


def operations_of(caller: Caller) -> list[dict[str, str]]:
    """The operations that the table opens to a caller; about whom, and when, is another question."""
    return [
        {"method": method, "path": path}
        for (method, path), policy in POLICIES.items()
        if policy.admits(caller)
    ]
