"""Feeds as declared (数据源): columns, events, changes, freshness and quality."""
