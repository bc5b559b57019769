"""Training of deep models: recipes, compiled steps, checkpoints, choices on noisy labels."""

from relabel_lab.experiments.training.checkpoint import digest
from relabel_lab.experiments.training.inputs import Images, Tokens
from relabel_lab.experiments.training.learner import DeepLearner, Fitted
from relabel_lab.experiments.training.memory import bytes_of_training
from relabel_lab.experiments.training.progress import Watch
from relabel_lab.experiments.training.recipe import Plan, Recipe, plan_of
from relabel_lab.experiments.training.search import Search
from relabel_lab.experiments.training.training import Task, Training, targets_of

__all__ = [
    "DeepLearner",
    "Fitted",
    "Images",
    "Plan",
    "Recipe",
    "Search",
    "Task",
    "Tokens",
    "Training",
    "Watch",
    "bytes_of_training",
    "digest",
    "plan_of",
    "targets_of",
]
