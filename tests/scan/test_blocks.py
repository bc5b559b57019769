"""Blocks partition the grid."""

import numpy as np
import pytest

from relabel_lab.scan.store import Blocks

pytestmark = pytest.mark.smoke


@pytest.mark.parametrize(
    ("shape", "target"),
    [((7,), 3), ((5, 4), 6), ((3, 50, 7), 100), ((2, 3), 1), ((), 5), ((9,), 99)],
)
def test_blocks_partition_the_grid(shape, target):
    layout = Blocks(shape, target)
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    seen = []
    for block in range(layout.blocks):
        cells = layout.cells(block)
        np.testing.assert_array_equal(cells, numbers[layout.region(block)].ravel())
        assert cells.size == np.prod(layout.extent(block)) <= target
        seen += cells.tolist()
    assert sorted(seen) == list(range(numbers.size))


def test_a_million_cells_make_few_blocks_and_little_work():
    layout = Blocks((100, 100, 10, 10), 1024)
    assert 900 <= layout.blocks <= 1100
    assert layout.cells(layout.blocks - 1)[-1] == 10**6 - 1
