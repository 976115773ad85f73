"""`python -m stack`: everything the service needs, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from stack.supervisor import ROOT, Supervisor


def main() -> int:
    """Work from the repository's root, where Rasa finds its files; a relative home stays put."""
    if home := os.environ.get("REPORTING_HOME"):
        os.environ["REPORTING_HOME"] = str(Path(home).resolve())
    os.chdir(ROOT)
    return Supervisor().run()


if __name__ == "__main__":
    sys.exit(main())
