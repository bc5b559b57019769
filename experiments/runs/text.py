"""The text experiment: a small BERT on news, its vocabulary made from the training texts."""

from __future__ import annotations

from pathlib import Path

from relabel_lab.experiments.data import load_texts, write_tiny_texts
from relabel_lab.experiments.models import encode, train_wordpiece
from relabel_lab.experiments.runs.material import Maker, Material, source_folder
from relabel_lab.experiments.runs.presets import Preset
from relabel_lab.experiments.training import Task, Tokens, digest


def text_material(name: str, preset: Preset, data: Path | None) -> Material:
    """Token numbers and the BERT of a preset."""
    with source_folder(data, name, write_tiny_texts) as folder:
        found = load_texts(folder).first(preset.train, preset.test)
    tokenizer = train_wordpiece(
        found.train.texts, vocabulary=preset.vocabulary, length=preset.length
    )
    pieces = tokenizer.get_vocab_size()
    features = encode(tokenizer, found.train.texts)
    facts = {
        "source": found.source,
        "files": found.files,
        "train": len(found.train.labels),
        "test": len(found.test.labels),
        "vocabulary": pieces,
        "tokens": digest(preset.length, [features]),
    }
    return Material(
        task=_task(preset, len(found.classes), pieces),
        features=features,
        clean=found.train.labels,
        test_features=encode(tokenizer, found.test.texts),
        test_labels=found.test.labels,
        classes=len(found.classes),
        human=found.human,
        facts=facts,
    )


def _task(preset: Preset, classes: int, pieces: int) -> Task:
    name = f"{preset.model}, {pieces} pieces, length {preset.length}"
    sizes = (("classes", classes), ("vocabulary", pieces), ("length", preset.length))
    make = Maker(preset.make, sizes)
    return Task(make, Tokens(), name)
