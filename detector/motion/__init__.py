"""Frames to a sparse motion trace: differences, noise floor, artifacts."""
