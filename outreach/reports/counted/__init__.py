"""Counts of reach that are kept: pages read them, the sweep brings them to what the register says.

A count is of one policy in one village. What makes it old is recorded by triggers of the database, whoever writes
(models.counts, migration 0007). The direct questions in `reports.queries` stay what a count is held against.
"""
