"""Encryption and opaque names (加密与脱敏标识)."""
