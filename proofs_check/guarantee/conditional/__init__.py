"""R15c: a lower bound on P(kappa > kappa0) from one exponential bound in every cell of (F, R)."""

from relabel_lab.proofs_check.guarantee.conditional.bound import Question, chance, least_proved

__all__ = ["Question", "chance", "least_proved"]
