"""Who it is for: policies matched against the register, and the list that a campaign freezes."""
