"""Statistics (统计): what each person adds to the figures of a village, an authority and a benefit.

cells    what one record adds, by area, authority, benefit, route and status
summary  the same put together for an area and for what lies below it
"""
