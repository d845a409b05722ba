"""部门数据 · What departments send: bytes of a dropped file in, records and rejections out.

reading        the way of a file, from its bytes to its records; start here
reading_context   what a file is read with: feed, roster, day, what is known beforehand
ranges, range_results   a file opened, in ranges of whole lines, and what each of them gave
field_reading  every column read by its declared reader, faults and other names set apart
records        what accepted rows say: evidence, entries of a roster, payments
expectations   why a file that can be read is not loaded all the same
rejects        what goes back to the department
strangers      people on no roster: guests of other regions, what is paid to them
manifest       what a department says about its own file
answers        answers of an interface that was asked
feeds          what a feed declares: columns, events, rhythm
formats        archives, encodings, CSV, JSON lines, xlsx: from bytes to cells
values         one cell: a date, an amount, a name; why a row or a file goes back
people         identity numbers, the roster: whom a row is about

Pure: no AWS, no clock, no environment.
"""
