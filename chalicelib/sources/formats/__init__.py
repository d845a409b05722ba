"""Formats of files (文件格式): archives, encodings, CSV, JSON lines, xlsx, and which rows are data."""
