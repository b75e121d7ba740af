"""How much each parameter by itself decides whether a trial is among the best.

The measure is that of PED-ANOVA (Watanabe, Bansal, Hutter: "PED-ANOVA: Efficiently Quantifying Hyperparameter
Importance in Arbitrary Subspaces", IJCAI 2023, arXiv:2304.10255): the variance, over the values of a
parameter, of the chance to be among the best fraction `quantile` of the trials. That is the first-order term
of an analysis of variance of "is among the best", and it depends on the order of the losses only, so outliers
do not matter.

What is our own:
- The chance is estimated in bins of equal counts (one bin a value for categories), where the paper has a
  kernel density. A bin's own sampling noise is known then, and is subtracted: a parameter that does nothing
  gets about 0.
- Conditional parameters: by the law of total variance, what a parameter explains inside of its branch is
  weighted with the share of trials in which it is active. Whether it is active is its choice's doing, and
  counted there.
- Trials that failed count as not among the best.

Limits: interactions of parameters count for none of them; and trials stand for the space as they were
sampled, so a suggester that has settled shows less variance than random trials would.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST_TRIALS = 10
_FEWEST_BINS = 4
_MOST_BINS = 20


def importances(
    points: Sequence[Mapping[str, Any]],
    losses: Sequence[float | None],
    *,
    quantile: float = 0.1,
    normalize: bool = True,
) -> dict[str, float]:
    """Importance by parameter, the largest first.

    `points[i]` holds the active parameters of trial `i`: numbers, or anything hashable for categories (as are
    booleans and strings). `losses[i]` is its loss; `None`, NaN and infinity say that it failed. `quantile` in
    (0, 1) is the fraction of the trials that counts as best; ties at its edge all count. With `normalize` the
    values add up to 1 (or are all 0, where nothing can be told apart); without, each is the share of the
    variance of "is among the best" that the parameter explains by itself, in [0, 1]. Raises `ValueError` for
    fewer than 10 trials with a loss.
    """
    import numpy as np

    if len(points) != len(losses):
        raise ValueError(f"`points` and `losses` must be of one length, not {len(points)} and {len(losses)}")
    if not 0.0 < quantile < 1.0:
        raise ValueError(f"`quantile` must be inside of (0, 1), not {quantile}")
    loss = np.array([math.inf if y is None else float(y) for y in losses])
    loss[~np.isfinite(loss)] = math.inf
    finished = int(np.isfinite(loss).sum())
    if finished < FEWEST_TRIALS:
        raise ValueError(
            f"importance needs at least {FEWEST_TRIALS} trials with a loss, and there are {finished}"
        )
    edge = np.sort(loss)[max(math.ceil(quantile * len(loss)), 1) - 1]
    best = (loss <= edge) & np.isfinite(loss)
    whole = float(best.mean() * (1.0 - best.mean()))
    labels = dict.fromkeys(label for point in points for label in point)
    explained = {}
    for label in labels:
        active = [i for i, point in enumerate(points) if label in point]
        values = [points[i][label] for i in active]
        share = len(active) / len(points)
        variance = share * _explained(values, best[active]) if whole > 0.0 else 0.0
        explained[label] = min(max(variance / whole, 0.0), 1.0) if whole > 0.0 else 0.0
    total = sum(explained.values())
    if normalize and total > 0.0:
        explained = {label: value / total for label, value in explained.items()}
    return dict(sorted(explained.items(), key=lambda item: -item[1]))


def _explained(values: Sequence[Any], best: NDArray[np.bool_]) -> float:
    """The variance over the values of the chance to be among the best, without the noise of the estimate.

    With bins `b` of `n_b` trials and chances `p_b`: the sum of `n_b/n (p_b - p)^2`, less what it would be
    expected to be from sampling alone, which is the pooled variance within the bins times (number of bins -
    1) / n.
    """
    import numpy as np

    bins = _bins(values)
    count = len(bins)
    number = int(bins.max()) + 1 if count else 0
    if number < 2 or count <= number:
        return 0.0
    sizes = np.bincount(bins, minlength=number)
    chances = np.bincount(bins, weights=best, minlength=number) / sizes
    between = float((sizes * (chances - best.mean()) ** 2).sum() / count)
    within = float((sizes * chances * (1.0 - chances)).sum() / (count - number))
    return between - within * (number - 1) / count


def _bins(values: Sequence[Any]) -> NDArray[np.intp]:
    """The bin of each value, numbered from 0, none empty."""
    import numpy as np

    distinct = set(values)
    most = min(max(round(2.0 * len(values) ** (1.0 / 3.0)), _FEWEST_BINS), _MOST_BINS)
    if any(not is_number(value) for value in distinct) or len(distinct) <= most:
        numbered = {value: i for i, value in enumerate(dict.fromkeys(values))}
        return np.array([numbered[value] for value in values], dtype=np.intp)
    array = np.asarray(values, dtype=float)
    edges = np.unique(np.quantile(array, np.linspace(0.0, 1.0, most + 1)[1:-1], method="higher"))
    _, bins = np.unique(np.searchsorted(edges, array, side="right"), return_inverse=True)
    return np.asarray(bins, dtype=np.intp)


def is_number(value: object) -> bool:
    """Whether a value has an order; booleans are categories."""
    return not isinstance(value, bool) and hasattr(value, "__float__") and not isinstance(value, str)
