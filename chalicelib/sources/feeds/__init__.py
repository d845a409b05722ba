"""Feeds as declared (数据源).

feed                 one YAML file: who sends what, how it is read, what it proves
fields_of_kinds      which fields each kind of feed has
columns              how a column becomes a field
event_declarations   what an event is worth: presence, loss, strength, trace
durations            lengths of time as declarations spell them
feed_changelog       what has changed about a feed
freshness            on time, due, late, missing, held
quality              a department's months
sender_names         whose part of a feed a file is
"""
