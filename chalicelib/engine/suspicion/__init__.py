"""Suspicions (疑点): from a finding to the end of a payment, and the way back.

lifecycle              when a finding opens one, and who verifies it by when
authority_doubts       an authority doubts a result of its own benefit
stop_requests          a person asks that a payment stop, and has seven days to undo that
two_numbers, unlisted  one person under two numbers; whom no roster lists any more
approvals              each benefit ends on its own authority's word
termination            which payment ends or pauses, from which month
reckoning              what is owed and overpaid after it, anew with every payments file
withheld_before_end    what a suspension had withheld before that, once the person is seen
mistaken_confirmation  what shows that one was confirmed in error
reversal               everything that it caused is undone
joining_doubts         what shows that two joined numbers are two people's
separation, kept_apart  what is whose again
upcoming               what a date alone will change, asked before
restart, started_again  what rightly ended a payment is over; what follows
rechecks               what people certified by hand: whose word it was, refuted authors, signals
spot_checks, sampling  whom data certified; how a sample is drawn, and how sure it makes
"""
