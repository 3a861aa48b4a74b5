"""Bare programs: what the work itself demands, with the same libraries and none of the product's code."""
