"""`make bench`: our stack beside the starter bot that `rasa init` makes, on one fixed journey of 60 turns; cases
created and listed beside plain SQLAlchemy."""
