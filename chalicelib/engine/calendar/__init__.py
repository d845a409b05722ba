"""Days and months (日历): periods, months of payment, working days."""
