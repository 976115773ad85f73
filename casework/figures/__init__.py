"""Figures the policies and the regulator ask for (HP 4.3, AP 4.2; case-record.md, "Figures")."""

from casework.figures.kpis import kpis

__all__ = ["kpis"]
