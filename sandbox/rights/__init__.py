"""What each function may do on AWS, held against what it does.

Lambda runs every function under a role of its own, whose policy is `.chalice/policy-<function>.json`. The
sandbox judges each call that a function makes by that policy, as AWS would, and notes which right it used.

statements  the rights in the template, each under the name that its policy file gives it
calls       which rights a call to AWS needs, of which resources
judge       whose turn it is, and whether it may
remembered  what one process keeps would have to be asked for by each function's own
comparing   what is granted, used and explained, held against each other (`.chalice/policy-reasons.yaml`)

A bucket's, queue's or key's own policy only narrows what is said here, and is not judged.
"""

from sandbox.rights.calls import UnknownCallError
from sandbox.rights.judge import Judge, RightsError
from sandbox.rights.places import Places
from sandbox.rights.statements import Grant, PolicyError, Rights, rights_of

__all__ = [
    "Grant",
    "Judge",
    "Places",
    "PolicyError",
    "Rights",
    "RightsError",
    "UnknownCallError",
    "rights_of",
]
