"""Integrated gradients: which numbers of an input spoke for an output.

Sundararajan, Taly and Yan, 2017: ``(x - b) * integral of dF/dx along the line from b to x``.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def integrated_gradients(
    output: Callable[[Tensor], Tensor],
    entering: Tensor,
    baseline: Tensor,
    *,
    steps: int,
    at_once: int,
) -> Tensor:
    """Return what each number of one input adds to an output.

    Parameters
    ----------
    output
        Takes a batch, returns one number an image.
    entering
        The input, a batch of one.
    baseline
        Where the line begins, of the same shape.
    steps
        Into how many parts the line is cut; the gradient is taken in the middle of each.
    at_once
        How many of them enter the model together: always so many, the last ones repeated, as some
        models take no other number.

    Returns
    -------
    Tensor
        Of the input's shape. The sum is the output of the input less that of the baseline, up to
        the error of the Riemann sum.
    """
    difference = entering - baseline
    total = torch.zeros_like(entering)
    for first in range(0, steps, at_once):
        count = min(at_once, steps - first)
        places = torch.arange(first, first + at_once, device=entering.device).clamp(max=steps - 1)
        along = ((places + 0.5) / steps).to(entering.dtype)
        shares = along.view(-1, *[1] * (entering.ndim - 1))
        points = (baseline + shares * difference).detach().requires_grad_(True)
        with torch.enable_grad():
            # A repeated step counts once.
            (gradient,) = torch.autograd.grad(output(points)[:count].sum(), points)
        total += gradient[:count].sum(dim=0, keepdim=True)
    return difference * total / steps
