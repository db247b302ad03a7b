"""Found events against known movements: matching, counts, agreement, pictures."""
