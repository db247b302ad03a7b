"""Motion to events: bursts, rhythm, kinds."""
