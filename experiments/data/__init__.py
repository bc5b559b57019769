"""Loaders of the files that users have; nothing is unpickled, nothing is downloaded."""

from relabel_lab.experiments.data.images import Images, ImageSet, load_images
from relabel_lab.experiments.data.texts import Texts, TextSet, load_texts
from relabel_lab.experiments.data.tiny import write_tiny_images, write_tiny_texts

__all__ = [
    "ImageSet",
    "Images",
    "TextSet",
    "Texts",
    "load_images",
    "load_texts",
    "write_tiny_images",
    "write_tiny_texts",
]
