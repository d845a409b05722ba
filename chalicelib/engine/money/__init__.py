"""Money (金额), in integer fen.

amount_due        what each month should bring, and where it brought too little or too much
amounts_set       what the authority sets from a roster on, and what it had set before
arrears           what is paid back on resumption, and what is overpaid
account           an entitlement's months: due, and credited by all files together
joined_money      what goes on of the money of a number that is left behind
overpayment       the order to recover, amended by every file
adjustment        a wrong amount that people have confirmed
reconciliation    what payers were told against what a run shows, a line each
pay_run           what a run shows of an instruction
arrears_approval  which months wait for a second person
recoverable       what each month brought too much
recovery          a recovery in its legal order: heard, decided, set off, asked back, settled
paid_in_person    a month that is paid in person, and what of it nobody has collected
owed_to_heirs     what somebody was owed while alive
paid_to_heirs     what heirs were paid of somebody who lives
double_receipt    drawn twice, or not drawn at all
"""
