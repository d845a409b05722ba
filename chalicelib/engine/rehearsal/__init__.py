"""Rehearsals (试算): what another rule book would change, and what each feed is worth.

replay         the same people and evidence, decided by two rule books
effects        what differs for one person
case_walks     what other times and visits would have made of a year's cases
case_walk_rows  the same, as rows of a report
parts          a replay of some people, to keep; and all of them put together
record_as_of   a record as it stood on an earlier day
coverage       whom each feed certifies, and whom it alone certifies
feed_accuracy  what visits say of the feeds
"""
