"""From a dropped file to certificates: receive, read, keep, assess, answer the department.

dropping   S3 notifications → files, one at a time; duplicates, unknown feeds, dead letters
loading    what each kind of file changes: roster, payments, evidence
receipts   what the department gets back
"""

from chalicelib.intake.dropping import file_died, file_dropped, redrive

__all__ = ["file_died", "file_dropped", "redrive"]
