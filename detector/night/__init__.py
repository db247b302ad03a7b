"""Events to one night of results: tables, coverage, statistics, the folder on disk."""
