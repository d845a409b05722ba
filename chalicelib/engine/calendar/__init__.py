"""Days and months (日历).

periods   how far evidence carries; months of payment; days as Chinese says them
workdays  working days, with moved weekends
"""
