"""``python -m casework.cli`` does what ``reporting`` does."""

from casework.cli import main

main()
