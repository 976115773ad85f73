"""What has to reach others: rows written with the case, delivered by the worker, never with a word of the
report."""
