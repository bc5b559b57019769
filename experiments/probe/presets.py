"""Sizes of the probe: smoke (generated images), small (two cores), paper (wider features)."""

from dataclasses import dataclass, field

from relabel_lab.experiments.probe.features import FeatureSettings

EPSILONS = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
PENALTIES = (3e-4, 3e-3, 1e-2, 3e-2, 1e-1)


@dataclass(frozen=True)
class ProbePreset:
    """One size of the probe.

    Attributes:
        features: how features are made.
        held_out: training images whose noisy labels only serve choices.
        penalties: path of penalties.
        epsilons: privacy levels of randomised response.
        seeds: replicates of the main arms.
        human_seeds: replicates of human labels and of random flips at their rates.
        more_seeds: replicates of the other arms.
        humans: names of the human labels.
    """

    features: FeatureSettings = field(default_factory=FeatureSettings)
    held_out: int = 5000
    penalties: tuple[float, ...] = PENALTIES
    epsilons: tuple[float, ...] = EPSILONS
    seeds: int = 10
    human_seeds: int = 3
    more_seeds: int = 1
    humans: tuple[str, ...] = ("worse", "aggregate", "random1")


PRESETS = {
    "smoke": ProbePreset(
        features=FeatureSettings(filters=16, components=24),
        held_out=80,
        penalties=(1e-3, 1e-1),
        epsilons=(2.0,),
        seeds=1,
        human_seeds=1,
        humans=("worse",),
    ),
    "small": ProbePreset(),
    "paper": ProbePreset(
        features=FeatureSettings(filters=1600, components=1024), human_seeds=10, more_seeds=10
    ),
}
