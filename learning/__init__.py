"""How the triage is taught and judged: labelled accounts, measures, the model's training, comparisons.

Nothing here runs in the product.
"""
