"""存储 · Where it is kept: DynamoDB, S3, KMS, Secrets Manager. Domain words in, domain objects out.

dynamodb     people (the only lock), work lists, files, audit, outbox, counts
s3           files, receipts, rejects, the evidence lake, rule books
crypto       encryption, and opaque names
file_ranges  a large file in ranges: which are read, and what each gave
file_shards  a file about many people in shards: how far each has come
inbox_queue  a wish to read a file again
retries      how often a write is tried, and the pause between
clients      every AWS client, and the process's caches
"""
