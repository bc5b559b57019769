"""The experiments' nets in PyTorch, layer by layer the same: ResNet-20 and the small BERT."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

DROPOUT = 0.1


class Unit(nn.Module):
    """A convolution and its batch normalisation."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve, then normalise."""
        return self.norm(self.convolution(x))


class Block(nn.Module):
    """relu(second(relu(first(x))) + shortcut(x))."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.first, self.second = Unit(inputs, outputs, 3, stride), Unit(outputs, outputs, 3)
        self.shortcut = nn.Identity() if stride == 1 else Unit(inputs, outputs, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The block's images."""
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class ResNet20(nn.Module):
    """Images [N, 3, H, W] to scores [N, classes]."""

    def __init__(self, classes: int, width: int = 16):
        super().__init__()
        sizes = [width, *(width * 2**stage for stage in range(3) for _ in range(3))]
        blocks = [Block(a, b) for a, b in zip(sizes, sizes[1:], strict=False)]
        self.body = nn.Sequential(Unit(3, width, 3), nn.ReLU(), *blocks)
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores."""
        return self.head(self.body(x).mean((2, 3)))


class Layer(nn.Module):
    """Attention and a dense net of one hidden layer, each added to its input and normalised."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.inner, self.outer = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.after_attention, self.after_dense = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """The layer's vectors."""
        count, length, width = x.shape
        parts = self.inner(x).view(count, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mask = real[:, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self.outer(mixed.transpose(1, 2).reshape(count, length, width))
        x = self.after_attention(x + F.dropout(mixed, DROPOUT))
        dense = self.narrow(F.gelu(self.widen(x), approximate="tanh"))
        return self.after_dense(x + F.dropout(dense, DROPOUT))


class Bert(nn.Module):
    """Token numbers [N, L] (0 is padding) to scores [N, classes]."""

    def __init__(
        self, classes: int, *, vocabulary: int, length: int, width: int, layers: int, heads: int
    ):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(0.02 * torch.randn(length, width))
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(Layer(width, heads) for _ in range(layers))
        self.pool, self.head = nn.Linear(width, width), nn.Linear(width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores."""
        real = x != 0
        vectors = F.dropout(self.norm(self.tokens(x) + self.positions), DROPOUT)
        for layer in self.layers:
            vectors = layer(vectors, real)
        share = real[:, :, None].float()
        mean = (vectors * share).sum(1) / share.sum(1).clamp(min=1)
        return self.head(F.dropout(torch.tanh(self.pool(mean)), DROPOUT))
