"""The line of the runtime's tests: an office, a carrier on loopback with faults, and the pages that take its receipts."""

from tests.runtime.conftest import connect

__all__ = ["connect"]
