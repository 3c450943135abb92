"""The machinery that makes time pass: senders, the timetable, and one process that runs both."""
