"""Advisors: the person who answers for a case, always one and always by name (HP 2.10, AP 2.4)."""
