"""The sandbox carrier: Twilio's Messages API and the webhooks of group robots, on this machine only.

The real adapters talk to it over HTTP, so that demo, rehearsal and tests run the code that runs in
production. What it has accepted survives a kill of its process, so that looking up and counting
doubles mean something. It takes part in no network: receipts go to loopback addresses only.
"""

from __future__ import annotations

from outreach.web.sandbox.app import create_sandbox
from outreach.web.sandbox.carrier import SandboxAccount
from outreach.web.sandbox.faults import Faults
from outreach.web.sandbox.server import SandboxServer

__all__ = ["Faults", "SandboxAccount", "SandboxServer", "create_sandbox"]
