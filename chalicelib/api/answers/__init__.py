"""答复 · What endpoints answer: one model each, from which the document of the API is made.

Endpoints answer plain values; tests hold every answer that they receive against its model, so that neither
can drift from the other. A field that an answer may lack has a default. Money is in fen, days are civil
dates of China, months `2025-08`.

shared    the base of all, both languages, reasons, pages of lists
accounts  accounts of those who work here
subscriptions   apps that are told of events, and how they are reached
callers   how to sign in, and who one then is
stop_requests   what somebody has asked to stop
status    what a person is told of their benefits
recipients   people by area, and what waits there
portrait  all that is known of one person
persons   whose a number is, what came of certifying, the trail
work      what waits for people
money     what is to come back, what heirs are owed, a month's pay run
uploads   forms for browsers, addresses of rejected rows
files     files, receipts and feeds
rules     what holds, and changes of it
figures   the nightly figures, certificates that are checked again
"""

from chalicelib.api.answers.shared import Answer

__all__ = ["Answer"]
