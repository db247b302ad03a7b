"""What people decided about a night: confirmed, rejected, corrected, added, and how far they agree."""

from __future__ import annotations
