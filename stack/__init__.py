"""The supervisor: starts the processes of one installation, restarts what dies, stops them together."""
