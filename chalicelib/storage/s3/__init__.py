"""What is kept in S3 (对象存储): files, the evidence lake, rule books.

objects           files as dropped, what goes back to departments, rosters
signing           what a browser may do with S3 by itself
object_versions   one version of a large object, as a stream or in ranges
file_contents     who is said what by which file
lake              all evidence by person, in Parquet
lake_snapshot     the whole lake, held tightly
pass_parts        what parts of a pass over everybody have found
parquet_frames    rows as columns
statistics_table  the figures of each day, by village, authority and benefit
audit_roots       the signed roots of the audit chains
rulebooks         bundles, proposals, what was activated
"""
