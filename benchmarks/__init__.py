"""Measurements that can be repeated, and arithmetic that can be redone; see docs/generation-speed.md."""
