"""统筹区 · The jurisdiction pack in force: its feeds and its rule book, shipped or activated since.

loader              a pack out of a folder of YAML files
bundles             a pack as one immutable file in S3, named after what it says
activation          which bundle is in force on a day; `current()` is what everybody asks
version_check       whether what differs in benefits, policy and counties bears a day to come
feed_history_check  whether feeds tell what a changed rule book changes about them
diff                what differs between two bundles, value by value
amendment           a new version written as what differs; what holds, line by line
rehearsal           what a change would do to everybody
rehearsal_report    the same as a page to print
pages               what declarations say, in sentences
drafts              a change drafted, and rehearsed by a pass over everybody
proposals           propose, approve, activate: two people, and a rehearsal attached
"""

from chalicelib.jurisdiction.activation import current
from chalicelib.jurisdiction.bundles import keep_shipped
from chalicelib.jurisdiction.loader import PACKS, Pack, load, load_folder

__all__ = ["PACKS", "Pack", "current", "keep_shipped", "load", "load_folder"]
