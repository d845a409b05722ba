"""Words for people (文案).

message_templates  messages and notices: reminders, suspensions, resumptions
status_texts       what holds of a benefit, why, and what to do
receipt            the pensioner's receipt
instruction_texts  what clerks read of an instruction
carrier            what carriers' words mean: arrived, failed, under way
"""
