"""Ages that decide who answers for whom, in completed years."""

GUARDED_UNDER = 14
"""Under this age messages go to the guardian (personal information of children, PIPL article 31)."""

ADULT_FROM = 18
"""From this age nobody needs a guardian for being young."""
