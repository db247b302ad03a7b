"""The painter's workshop behind a drawn scene: cot, infant, visitors."""
