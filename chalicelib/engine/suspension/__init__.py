"""Suspensions (暂停): when a payment may be suspended, what blocks it, visits, objections and time line."""
