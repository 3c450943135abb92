"""One rate as it is shown: never without its uncertainty and what it is good for."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.surveys.estimation import Estimate, Use, use_of
from outreach.surveys.intervals import wilson
from outreach.wording import Lang, say


@dataclass(frozen=True)
class Share:
    """`aware` of `n` people who were asked, and the rate in the population with its interval.

    rate, low, high lie between 0 and 1. All three are None when nobody was asked, when the people are no sample
    (`method` none) or come from a single village. `n_eff` is the size of a simple random sample that would be as sure;
    `deff` = n/n_eff; `df` degrees of freedom; `method` wilson, logit, clopper-pearson or none; `use` what the figure is
    good for: with none, no percentage may be shown.
    """

    aware: int
    n: int
    rate: float | None
    low: float | None
    high: float | None
    use: Use
    n_eff: float = 0.0
    deff: float | None = None
    se: float | None = None
    df: int = 0
    method: str = "none"

    def word(self, lang: Lang = "zh") -> str:
        """样本不足, 仅供参考 or 可比较. With the first, pages show no percentage."""
        return say(f"surveys.use.{self.use}", lang)

    @property
    def estimate(self) -> Estimate:
        """The same as the pure functions take it. ValueError for people who were only counted."""
        if self.rate is None or self.low is None or self.high is None:
            raise ValueError("people who were only counted have no rate")
        se, deff = self.se or 0.0, self.deff or 1.0
        return Estimate(
            self.rate,
            se,
            self.low,
            self.high,
            deff,
            self.n,
            self.n_eff,
            self.df,
            self.method,
            self.use,
        )

    @property
    def shown(self) -> bool:
        """Whether a percentage may stand on a page."""
        return self.rate is not None and self.use != "none"


def share(aware: int, n: int, level: float = 0.95) -> Share:
    """The share of a simple random sample, by Wilson. Raises ValueError when aware > n."""
    if aware == n == 0:
        return counted(0, 0)
    low, high = wilson(aware, n, level)
    rate = aware / n
    se = (rate * (1 - rate) / n) ** 0.5
    return Share(aware, n, rate, low, high, use_of(n), float(n), 1.0, se, n - 1, "wilson")


def counted(aware: int, n: int) -> Share:
    """People who stand for nobody but themselves: counted, without a rate."""
    return Share(aware, n, None, None, None, "none")


def estimated(aware: int, figure: Estimate) -> Share:
    """A rate that was estimated by the design of its sample.

    Few people whose answers hardly differ between villages, or who are nearly all there are, look like many: for what a
    figure is good for they count as no more than they are.
    """
    return Share(
        aware,
        figure.n,
        figure.rate,
        figure.low,
        figure.high,
        use_of(min(figure.n_eff, figure.n)),
        figure.n_eff,
        figure.deff,
        figure.se,
        figure.df,
        figure.method,
    )
