"""存储 · Where it is kept: DynamoDB, S3, KMS, Secrets Manager. Domain words in, domain objects out.

people     one person's record: load, change (the only lock), create, find, payments, audit trail
lookups    whose a number is, and whether a name goes with it
seen       who looked at whom; callers: who found nobody, and how often each asks
work       what there is to do: rows that follow from the records, by day and area
messages   the outbox: claim, sent, reported, limits per person and phone
files      dropped files through their stages
objects    files, receipts, rejects, roster; lake: evidence as Parquet
revocations   tokens that hold no longer
replies    answers to repeated API calls
clients    every AWS client, and the process's caches
"""
