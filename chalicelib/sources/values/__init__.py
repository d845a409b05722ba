"""Values of cells (字段值): how each is read, and why a row or a file goes back.

cells               one cell as text → a date, an amount, a code, a phone: or a fault
identity_documents  documents other than the resident's number
person_names        whether two names can be one
syllables           how a character is read
row_faults          why a row goes back
file_holds          why a file waits or goes back
"""
