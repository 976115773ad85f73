"""The reporters' chat: its API, its pages and what stands between them and the assistant."""
