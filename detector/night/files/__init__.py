"""The night folder on disk: read, written, claimed, and nothing of anybody lost."""

from __future__ import annotations
