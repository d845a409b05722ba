"""接口 · The HTTP API: one blueprint per audience, one way through for all. Start reading at `policy`.

policy            who may do what: every endpoint with its roles, area and authority, in one table
middleware        before and after every endpoint: token, limits, body, reach; headers and the log
account_of, subjects   which account stands behind a token; what an issuer may call somebody
tokens, revoked   a signed token becomes a caller; tokens that hold no longer
assertions        what an app says that it has seen: signed, just now, used once
reach             what is within the caller's area and authority
routes, answers   an endpoint as it was registered, and what it answers
people_by_area, waiting   people by area; what waits there, counted
portrait, may_do  all that is known of one person, and what may be done now
accounts, account_bodies   granted and ended by a level above
subscriptions, subscription_bodies   apps that are told of events
sign_in           where one signs in, and who one then is
rates             how many requests a caller may send
bodies, ids, pages   strict models of bodies, ids in addresses, lists by cursor
visit_bodies, recovery_bodies   of these, what was found at a door; what is to come back
problems          every failure, as problem+json
access_log        who looked at whom, on record
idempotency       the same request again gets the same answer (Idempotency-Key)
citizens, grid_workers, notices, officers, objections, limits, files, feeds   the endpoints, by audience
stop_requests     a person asks that a benefit stop, and undoes it
recoveries        the same of what is to come back, and of what heirs are owed
reconciliation    a month's pay run, for the authority that pays
rechecks          which of a month's certificates are checked again
statistics        the figures of a day, of an area, an authority and a benefit
uploads, upload_bodies   files dropped from a browser; rejected rows fetched back
rules, rule_bodies   what holds on a day; a change drafted, rehearsed, approved, in force
carrier_reports   what a gateway pushes about messages, signed
status            what a person is told of each benefit
printed_receipt   the same as a page to print
openapi           all of it described for machines
"""

from typing import Any, Final

from chalice.app import Chalice

from chalicelib.api import middleware, openapi
from chalicelib.api.accounts import accounts
from chalicelib.api.carrier_reports import carrier_reports
from chalicelib.api.citizens import citizens
from chalicelib.api.feeds import feeds
from chalicelib.api.files import dropped_files
from chalicelib.api.grid_workers import grid_workers
from chalicelib.api.limits import limits
from chalicelib.api.middleware import method_not_allowed, unknown_route
from chalicelib.api.notices import notices
from chalicelib.api.objections import objections
from chalicelib.api.officers import officers
from chalicelib.api.people_by_area import recipients
from chalicelib.api.portrait import portrait
from chalicelib.api.rechecks import rechecks
from chalicelib.api.reconciliation import reconciliation
from chalicelib.api.recoveries import recoveries
from chalicelib.api.rules import rules
from chalicelib.api.sign_in import sign_in
from chalicelib.api.statistics import statistics
from chalicelib.api.stop_requests import stop_requests
from chalicelib.api.subscriptions import subscriptions
from chalicelib.api.uploads import uploads
from chalicelib.api.waiting import today
from chalicelib.observability import protect

__all__ = ["AUDIENCES", "described", "method_not_allowed", "register", "unknown_route"]

_ENDPOINTS: Final = (
    sign_in,
    accounts,
    subscriptions,
    citizens,
    recipients,
    today,
    portrait,
    grid_workers,
    notices,
    officers,
    objections,
    stop_requests,
    recoveries,
    limits,
    reconciliation,
    rechecks,
    carrier_reports,
    dropped_files,
    uploads,
    feeds,
    statistics,
    rules,
)
AUDIENCES: Final = (*_ENDPOINTS, openapi.describing(_ENDPOINTS))


def register(app: Chalice) -> None:
    """Put the whole API on an app: every route, and what surrounds every request."""
    protect(app.log)
    app.register_middleware(middleware.around, "http")
    for audience in AUDIENCES:
        app.register_blueprint(audience.blueprint())


def described() -> dict[str, Any]:
    """The API as an OpenAPI document."""
    return openapi.document(AUDIENCES)
