"""The same rows in GOV.UK's notifications-utils, run by a Python 3.12 that has it: `bench_notify.py ROWS.CSV`.

Its parts are counted for its own reading of the text, which replaces every Han character; so it gets an English one
with as many variables. Prints one JSON line: rows, and the seconds of the best of three runs. Knows nothing of Outreach.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from notifications_utils.recipients import RecipientCSV
from notifications_utils.template import SMSMessageTemplate

TEXT = (
    "Dear ((name)) of ((village)), families with children under three may apply for ((amount)) a year. "
    "Bring the household book to the town office, no fee, questions to 12345."
)


def run(data: str) -> int:
    """Every row checked, rendered and counted."""
    template = SMSMessageTemplate({"content": TEXT, "template_type": "sms"}, prefix="County")
    parts = 0
    for row in RecipientCSV(data, template=template).rows:
        if row is not None and not row.has_bad_recipient:
            template.values = row.personalisation
            parts += template.fragment_count if str(template) else 0
    return parts


def main() -> None:
    """Measure."""
    data = Path(sys.argv[1]).read_text("utf-8")
    best, parts = float("inf"), 0
    for _ in range(3):
        begun = time.process_time()
        parts = run(data)
        best = min(best, time.process_time() - begun)
    print(json.dumps({"parts": parts, "seconds": best}))


if __name__ == "__main__":
    main()
