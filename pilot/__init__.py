"""For practitioners: should I retrain on my own labels?

Everything here works from given (noisy) labels alone and needs no JAX; what compares the data
with the paper's model imports the theory when it is called.
"""

from relabel_lab.pilot.channel import Channel

__all__ = ["Channel"]
