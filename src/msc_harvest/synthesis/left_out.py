"""Studies by their places in the input: those kept, and those left out with the reason."""

from __future__ import annotations

import numpy as np

from msc_harvest.synthesis.distributions import Mask
from msc_harvest.synthesis.results import Excluded


def places(mask: Mask) -> tuple[int, ...]:
    """Places (0-based) at which `mask` holds."""
    return tuple(int(i) for i in np.where(mask)[0])


def left_out(mask: Mask, reason: str) -> tuple[Excluded, ...]:
    """The studies at which `mask` holds, each with `reason`."""
    return tuple(Excluded(one, reason) for one in places(mask))
