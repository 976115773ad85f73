"""Custom actions of the Rasa assistant: each reads the message, calls one function of ``casework``, returns events."""
