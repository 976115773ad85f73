"""What runs inside the Rasa server: the front door's channel, the tracker store and the launcher."""
