"""统筹区 · The jurisdiction pack in force: its feeds and its rule book, shipped or activated since.

declared     a pack out of a folder of YAML files
bundles      a pack as one immutable file in S3, named after what it says
activation   which bundle is in force on a day; `current()` is what everybody asks
versions     whether what differs in benefits, policy and counties bears a day to come
histories    whether feeds tell what a changed rule book changes about them
changes      propose, approve, activate: two people, and a rehearsal attached
"""

from chalicelib.jurisdiction.activation import current
from chalicelib.jurisdiction.bundles import keep_shipped
from chalicelib.jurisdiction.loader import PACKS, Pack, load, load_folder

__all__ = ["PACKS", "Pack", "current", "keep_shipped", "load", "load_folder"]
