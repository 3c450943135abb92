"""The statistics of awareness, all in one place to import from: pure functions, standard library only."""

from __future__ import annotations

from outreach.surveys.design import Design
from outreach.surveys.errors import BadDesign
from outreach.surveys.estimation import Estimate, Use, estimate, estimate_groups, use_of
from outreach.surveys.intervals import (
    Difference,
    Interval,
    clopper_pearson,
    difference_in_differences,
    logit_t,
    mover,
    newcombe,
    newcombe_paired,
    wilson,
    wilson_at,
)
from outreach.surveys.sampling import cluster_deff, power_sample_size, sample_size
from outreach.surveys.weighting import kish, rake

__all__ = [
    "BadDesign",
    "Design",
    "Difference",
    "Estimate",
    "Interval",
    "Use",
    "clopper_pearson",
    "cluster_deff",
    "difference_in_differences",
    "estimate",
    "estimate_groups",
    "kish",
    "logit_t",
    "mover",
    "newcombe",
    "newcombe_paired",
    "power_sample_size",
    "rake",
    "sample_size",
    "use_of",
    "wilson",
    "wilson_at",
]
