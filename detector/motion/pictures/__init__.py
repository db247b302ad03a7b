"""Luma to small smooth pictures, and how they differ."""
