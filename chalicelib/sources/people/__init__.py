"""Whom a row is about (人员匹配).

identity_numbers   every form of a number
roster_index       who is on the roster
matching           which rows are about them
recovery           whom a damaged number may mean
roster_lines       who stands on whose roster
roster_duplicates  one person twice, or two people once
"""
