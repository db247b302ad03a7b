"""Movement with known times, and scoring against it."""
