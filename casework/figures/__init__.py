"""Figures the policies and the regulator ask for (HP 4.3, AP 4.2; case-record.md, "Figures")."""

from casework.figures.kpis import kpis
from casework.figures.period import Period, twelve_months, year_before
from casework.figures.publish import publishable

__all__ = ["Period", "kpis", "publishable", "twelve_months", "year_before"]
