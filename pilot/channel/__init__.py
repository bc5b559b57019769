"""Known label channels: flip matrices, unbiased estimates, files."""

from relabel_lab.pilot.channel.channel import Channel

__all__ = ["Channel"]
