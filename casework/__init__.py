"""The domain of the reporting assistant: what a report is, what is promised about it, and who answers for it.

Knows nothing of Rasa and nothing of the web. Importing it opens no file, no socket and no database.
"""
