"""What is kept in DynamoDB (业务表): people, files, work lists, audit, outbox. Start reading at `people`.

people           one person's record: load, change (the only lock), create, find
items            one domain object ↔ one item: its sort key, its JSON text
commits          a change as one transaction: the items that it puts, and what became of it
tables           the four tables, and the few ways in which storage touches them
audit            the chain of what was done to a person; access_log: of who looked
audit_findings   whether a record is what its chain says
access_log       who looked at whom
callers          who found nobody, and how often each asks
worklists        what there is to do, by day and area
worklist_rows    the rows of these that follow from a record
case_openings    from which day on cases open, and how many on a day
outages          when the platform was away
places           who lives where: a row per person and village
shards           which part of everybody a person belongs to; a row for everybody
enumeration      whether everybody has that row
shard_moves      rows of another layout, brought to where they are looked for
everybody        the records of everybody, shard by shard
date_rows        whom a date alone will concern
recheck_rows     which certificates of a month are checked again, and why
confirmed_rows   of what people have confirmed, by village
event_rows       of what apps have still to be told, the same
deliveries       where a message stands, beside what it says
outbox           messages: claim, sent, reported by the carrier, limits per person and phone
contacts         where a person lives, who helps them: sealed
person_numbers   whose a number is
rekeying         everybody under the newest key of the identity secret
related_numbers  ids of people whom a roster names as related
forgetting       evidence that may not be kept any longer
lookups          whose a number is, and whether a name goes with it
paid             what was really paid
payment_moves    payments of before, brought to where they are kept now
accounts         a person with what they were really paid
files            dropped files through their stages
idempotency      answers to repeated API calls
used_once        what may be used once: marked in the transaction of its use
user_accounts    accounts of those who work here, and the chain of their changes
subscriptions    apps that are told of events: whose, where, how well they are reached
revocations      tokens that hold no longer
limit_overrides  limits that a person has lifted
run_ends         when each scheduled run last reached its end
busy             records that others keep changing
"""
