"""Maximum of a likelihood in two parameters by damped Newton steps: small problems, no library start-up, same bytes
whatever the number of threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from msc_harvest.synthesis.distributions import Vector

Evaluate = Callable[[Vector], tuple[float, Vector, Vector]]
MOST_STEPS = 200
LONGEST = 1.0
REST = 1e-9


def climb(evaluate: Evaluate, start: Vector, low: Vector, high: Vector) -> tuple[Vector, float]:
    """Place and height of the maximum reached from `start` within the box `low`…`high`.

    `evaluate` gives value, slope and observed information (2 × 2). Newton's step where the information is positive
    definite, else along the slope; never longer than 1, halved until the value rises. Source: Nocedal J, Wright SJ.
    Numerical Optimization, 2006, ch. 3 (not looked up).
    """
    place = np.clip(start, low, high)
    value, slope, information = evaluate(place)
    for _ in range(MOST_STEPS):
        step = _direction(slope, information)
        longest = float(np.max(np.abs(step)))
        if longest > LONGEST:
            step = step * (LONGEST / longest)
        ahead = np.clip(place + step, low, high)
        found = evaluate(ahead)
        while found[0] < value and float(np.max(np.abs(ahead - place))) > REST:
            step = step / 2
            ahead = np.clip(place + step, low, high)
            found = evaluate(ahead)
        moved = float(np.max(np.abs(ahead - place)))
        if found[0] >= value:
            place, (value, slope, information) = ahead, found
        if moved <= REST:
            break
    return place, value


def _direction(slope: Vector, information: Vector) -> Vector:
    a, b, d = float(information[0, 0]), float(information[0, 1]), float(information[1, 1])
    determinant = a * d - b * b
    if a > 0 and determinant > 1e-14 * a:
        return np.array([d * slope[0] - b * slope[1], a * slope[1] - b * slope[0]]) / determinant
    return slope
