"""Words for people (文案).

message_templates  text messages, and what is put into them and into notices
written_notices    the words of notices: reason, remedy, ways to contest
recovery_notices   suspected deaths, bereavement, recoveries: written, never sent to a phone
decision_words     what a decision's notice says of its case: which benefits, why
channels           by which way a message goes, and by which next
notice_bundle      the notices of a village and day, with the list of who brings them
status_texts       what holds of a benefit, why, and what to do
receipt            the pensioner's receipt
plain_words        a reason as one says it to the person
visit_words        what a grid worker reads beside a name
instruction_texts  what clerks read of an instruction
reconciliation_texts   what clerks read of a month's reconciliation
recheck_texts      why a certificate is checked again
carrier            what carriers' words mean: arrived, failed, under way
"""
