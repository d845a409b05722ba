"""Seeded bugs: each is put into a copy of the project, and the tests that are named must notice it.

bugs.yaml   the bugs: what is wrong, where, and which tests notice
seeding     reads them, and puts one into a folder
"""
