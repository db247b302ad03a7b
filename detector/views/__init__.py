"""A night to what people look at: plots and the report."""
