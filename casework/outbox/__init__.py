"""What has to reach others: rows written with the case, delivered by the worker, never with a word of the
report.

``rows`` writes them, ``claims`` takes and marks them, ``delivery`` sends them, ``ways`` says how: ``mail``
to advisors, ``connector`` to the landlord's case system, ``webhook`` to any other program.
"""
