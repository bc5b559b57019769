"""The paper's rows, as summarised publicly (Das et al. 2025, arXiv 2406.11206); per cent.

Test accuracy of the baseline, full and consensus retraining, with the deviations stated there.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the paper's tables: three accuracies and their deviations."""

    epsilon: float
    accuracy: tuple[float, float, float]
    deviation: tuple[float, float, float]


CIFAR10 = (
    Row(1, (57.78, 60.07, 63.84), (1.13, 0.63, 0.56)),
    Row(2, (79.06, 81.34, 83.31), (0.59, 0.40, 0.28)),
    Row(3, (85.18, 86.67, 87.67), (0.50, 0.28, 0.28)),
)
NEWS = (
    Row(0.3, (54.54, 60.03, 65.91), (0.97, 2.90, 1.93)),
    Row(0.5, (69.21, 75.63, 80.95), (0.31, 1.08, 1.47)),
    Row(0.8, (79.10, 82.19, 84.26), (1.43, 1.54, 1.03)),
)
DOMAINNET = {3: (23.60, 36.30), 4: (48.25, 57.40)}
"""ResNet-50 linear probe: baseline and consensus by epsilon."""
