"""Reports on the same people and places: found through blind indexes, shown with why, joined by an advisor alone.

The program suggests and never joins (case-record.md, "Cases, not reports, are counted").
"""
