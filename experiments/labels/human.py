"""Labels that people gave: taken as they are."""

from dataclasses import dataclass

import jax
import numpy as np

from relabel_lab.experiments.labels.mechanism import checked
from relabel_lab.sim.kit import reject


@dataclass(frozen=True)
class HumanLabels:
    """The labels people gave; the same for every key.

    Attributes:
        given: labels [n] in the order of the inputs.
        classes: number of classes K.
        name: name in results.
    """

    given: np.ndarray
    classes: int
    name: str = "human"

    def __post_init__(self) -> None:
        """Refuse labels out of range."""
        object.__setattr__(self, "given", checked(self.given, self.classes))

    def draw(self, clean: np.ndarray, *, key: jax.Array) -> np.ndarray:
        """The labels given, whatever the key."""
        del key
        if np.shape(clean) != self.given.shape:
            allowed = f"of the shape of the {len(self.given)} human labels"
            raise reject("clean", f"of shape {np.shape(clean)}", allowed)
        return self.given

    def likelihood(self, given: np.ndarray) -> None:
        """Unknown: people's mistakes depend on the input."""
        del given
