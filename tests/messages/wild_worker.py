"""A worker without the first wall: it renders whatever it is given, so that the second wall can be tried."""

from __future__ import annotations

import os
import sys

from jinja2 import Environment

from outreach.messages.render import Context
from outreach.messages.trial_worker import serve


def wild(source: str, context: Context) -> str:
    """As Jinja does it, with loops and calls and all. "die" ends the process, "babble" spoils the answer."""
    if source == "die":
        os._exit(7)
    if source == "babble":
        print("no JSON", flush=True)
    return Environment(autoescape=True).from_string(source).render(context)


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout, wild)
