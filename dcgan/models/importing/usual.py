"""How usual it is what a kernel does and how large a picture is, to rank readings where a file's batch norm statistics do not decide.

A cost is the negative logarithm of how often something is met, in nats and roughly: the tutorials' 4x4 kernel with stride 2 and padding 1
costs nothing, an unusual padding 5. The figures are judgements over the families of ANCHORS' kind (tutorials, courses, libraries).
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, log2

FAR = 7.5  # moves that cost more are not tried
CUT = ((2, 1, -1, 4.5),)  # a last kernel of 3 gives 29 pixels, of which the author keeps or resizes to 28
CORNER, MIDDLE = 5.5, 6.5  # of a larger picture that is kept where a person states its size
FROM_4_TO_7 = 1.0  # by a kernel of 3, for 28 in the end
USUAL = {64: 0.0, 32: 0.0, 28: 0.3, 128: 0.5, 256: 1.5, 96: 1.5, 48: 1.5, 16: 2.0, 24: 2.5, 224: 1.5, 80: 3.0, 100: 3.0, 112: 3.0, 192: 3.0}


def side_cost(n: int) -> float:
    """Return the cost of a picture with sides of n pixels; infinite where that is none."""
    if n in USUAL:
        return USUAL[n]
    if n < 8:
        return inf  # not a picture
    if n < 12:
        return 8.0
    if n > 256:
        return 3.0 + 2.0 * log2(n / 256)
    return 4.0 if n % 8 == 0 else 5.0 if n % 2 == 0 else 7.0


@lru_cache
def transposed(kernel: int, n: int) -> tuple[tuple[int, int, int, float], ...]:
    """Return (stride, padding, output padding, cost) for a transposed kernel over n pixels."""
    found = []
    if n == 1:  # one pixel: the stride does not matter
        return tuple((1, p, 0, 3.0 * p) for p in range((kernel - 1) // 2 + 1))
    for stride in range(1, max(2, min(kernel, 4)) + 1):
        for padding in range(max(kernel // 2 + 1, min(kernel, 4))) if kernel > 1 else range(3):
            for output in range(min(stride, 2)):
                cost = _transposed_cost(kernel, stride, padding, output)
                found.append((stride, padding, output, FROM_4_TO_7 if (n, kernel, stride, padding, output) == (4, 3, 2, 1, 0) else cost))
            cut = 4.5 if (n - 1) * stride + kernel - 2 * padding == 8 else FAR + 1  # to 7x7, for 28 in the end; else as a person states
            if padding < kernel - 1:
                found.append((stride, padding, -1, cut))
    return tuple(found)


def _transposed_cost(kernel: int, stride: int, padding: int, output: int) -> float:
    if kernel == 1:
        return {(1, 0, 0): 0.0, (1, 2, 0): 5.0}.get((stride, padding, output), 8.0)
    exact = kernel - 2 * padding + output == stride  # n pixels become n * stride
    cost = {1: 1.0, 2: 0.5 if kernel == 8 else 0.0, 3: 4.0, 4: 0.5 if kernel == 8 else 4.0}[stride]
    if exact:
        return cost + (0.3 if output else 0.0) + (0.0 if kernel != 3 or stride == 1 else 0.2)
    if output == 0 and padding == 0:
        return cost + (2.0 if kernel <= 3 else 3.0)
    if output == 0 and padding in (1, 2):
        return cost + 3.5
    if output == 0 and padding == 3 and kernel == 4:
        return cost + 5.0  # 32 px cut to 28
    return cost + 6.0


@lru_cache
def plain(kernel: int, n: int) -> tuple[tuple[int, int, int, float], ...]:
    """Return (stride, padding, 0, cost) for a plain kernel over n pixels; generators hardly ever make a picture smaller."""
    if kernel == 1:
        return ((1, 0, 0, 0.0),)
    if n == 1:  # one pixel becomes as many as the kernel has
        return ((1, kernel - 1, 0, 0.0),)
    same = (kernel - 1) // 2
    costs = {0: 3.0, 1: 4.0, 2: 5.0, same: 0.0 if kernel % 2 else 2.0}
    if kernel % 2 == 0:
        costs[kernel // 2] = 2.5
    return tuple((1, padding, 0, cost) for padding, cost in costs.items())
