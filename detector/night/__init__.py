"""Events to one night of results.

The night itself, its tables and its names stand here; its rates, series and other numbers in `numbers/`, its folder on
disk in `files/`, and what people decided about it in `people/`.
"""
