"""The statistics of awareness, all in one place to import from: pure functions, standard library only."""

from __future__ import annotations

from outreach.surveys.adjusting import (
    Adjusted,
    adjust,
    post_stratify,
    response_classes,
    trim,
)
from outreach.surveys.comparison import (
    DomainDifference,
    difference_in_differences_of,
    difference_of,
    domains_against_rest,
    holm,
    holm_levels,
    mcnemar,
    p_of_difference,
)
from outreach.surveys.design import Design
from outreach.surveys.errors import BadDesign
from outreach.surveys.estimation import Estimate, Use, estimate, estimate_groups, limits, use_of
from outreach.surveys.intervals import (
    Difference,
    Interval,
    agresti_coull,
    clopper_pearson,
    difference_in_differences,
    logit_t,
    mover,
    newcombe,
    newcombe_paired,
    wilson,
    wilson_at,
)
from outreach.surveys.power import detectable_difference, people_to_detect, power_of
from outreach.surveys.sampling import cluster_deff, power_sample_size, sample_size
from outreach.surveys.weighting import kish, rake

__all__ = [
    "Adjusted",
    "BadDesign",
    "Design",
    "Difference",
    "DomainDifference",
    "Estimate",
    "Interval",
    "Use",
    "adjust",
    "agresti_coull",
    "clopper_pearson",
    "cluster_deff",
    "detectable_difference",
    "difference_in_differences",
    "difference_in_differences_of",
    "difference_of",
    "domains_against_rest",
    "estimate",
    "estimate_groups",
    "holm",
    "holm_levels",
    "kish",
    "limits",
    "logit_t",
    "mcnemar",
    "mover",
    "newcombe",
    "newcombe_paired",
    "p_of_difference",
    "people_to_detect",
    "post_stratify",
    "power_of",
    "power_sample_size",
    "rake",
    "response_classes",
    "sample_size",
    "trim",
    "use_of",
    "wilson",
    "wilson_at",
]
