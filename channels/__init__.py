"""HOW a message leaves: hand one rendered message over, and say truthfully what became of it.

Knows neither outreach nor segments. Pacing, quiet hours, retries and the memory of what was sent
stay with the caller; a channel opens one request per `send` and never repeats it.
"""
