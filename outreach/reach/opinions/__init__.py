"""意见: what residents and observers say of policies and notices, one inbox whatever way it came; kept, never deleted."""
