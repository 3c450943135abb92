"""`python -m outreach` is the command `outreach`."""

from __future__ import annotations

from outreach.cli import main

if __name__ == "__main__":
    main()
