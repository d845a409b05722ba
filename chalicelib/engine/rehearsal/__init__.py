"""Rehearsals (试算): what another rule book would change, and what each feed is worth.

replay         the same people and evidence, decided by two rule books
effects        what differs for one person
case_walks     what other times and visits would have made of a year's cases
record_as_of   a record as it stood on an earlier day
coverage       whom each feed certifies, and whom it alone certifies
feed_accuracy  what visits say of the feeds
"""
