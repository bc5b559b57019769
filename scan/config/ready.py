"""Ready-made configurations."""

from pathlib import Path

FOLDER = Path(__file__).with_name("presets")
NAMES = ("window", "p-rho", "alpha-rho", "p-n", "four-axes")


def preset(name: str) -> Path | None:
    """The file of the ready-made configuration ``name``, or None."""
    return FOLDER / f"{name}.toml" if name in NAMES else None
