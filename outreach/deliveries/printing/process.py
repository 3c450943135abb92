"""A print job in a process of its own: it outlives the page, and its memory is given back when it ends."""

from __future__ import annotations

from outreach.deliveries.printing.files import make_folder
from outreach.people.intake.process import spawn
from outreach.settings import Settings


def start(settings: Settings, job: int) -> None:
    """Start `outreach flyers resume JOB`; what it says goes into the job's log."""
    command = ("flyers", "resume", str(job), "--if-waiting")
    spawn(settings, command, make_folder(settings.data_dir, job), f"print-{job}")
