"""The reach ledger: who was told how, who never was and what comes next, coverage, conversion, cost, a policy's own rate."""
