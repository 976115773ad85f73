"""What is asked, in which order, and in which words: the question plan and the wording, as data."""

from casework.questions.plan import Option, Plan, PlanError, Question, plan

__all__ = ["Option", "Plan", "PlanError", "Question", "plan"]
