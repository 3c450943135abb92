"""What comes back from offices in counts: calls to 12345 by week, a policy's own outcome (参保率, 申领率)."""
