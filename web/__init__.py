"""The front door: the only part of the assistant that the public reaches."""
