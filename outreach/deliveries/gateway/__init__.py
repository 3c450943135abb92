"""Messages that go to an operator's console as a file, and come back as a result file."""
