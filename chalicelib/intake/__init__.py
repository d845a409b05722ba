"""From a dropped file to certificates: receive, read, keep, assess, answer the department.

dropping   S3 notifications → files, one at a time; duplicates, unknown feeds, dead letters
loading    what each kind of file changes: roster, payments, evidence
receipts   what the department gets back
asking     interfaces that are asked, once a week, about those who come due
"""

from chalicelib.intake.asking import ask_interfaces
from chalicelib.intake.dropping import file_died, file_dropped, redrive

__all__ = ["ask_interfaces", "file_died", "file_dropped", "redrive"]
