"""Encryption and opaque names (加密与脱敏标识).

encryption  AES-256-GCM under a data key per area and month
merkle      one root over many texts, and the path that proves one
signatures  what the audit key has signed
hmac_ids    person ids, the index of numbers, marks of phones
"""
