"""Whom a row is about (人员匹配): identity numbers, the roster, matching and recovery."""
