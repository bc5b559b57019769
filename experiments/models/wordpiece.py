"""A WordPiece vocabulary trained on the training texts; no label is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]  # padding is number 0
LEAST = 2  # a piece seen once teaches nothing


def train_wordpiece(texts: Sequence[str], *, vocabulary: int, length: int) -> Tokenizer:
    """A tokenizer of at most ``vocabulary`` pieces; its codes have ``length`` numbers each.

    Lower case, accents stripped, split at white space and punctuation, as in BERT.  The same texts
    give the same vocabulary: the trainer breaks ties by piece numbers, which it would hand out to
    single letters inside words in an arbitrary order, were they not named beforehand.
    """
    blank = _blank({})
    letters = [f"##{letter}" for letter in sorted(_inner_letters(blank, texts))]
    trainer = WordPieceTrainer(
        vocab_size=vocabulary,
        min_frequency=LEAST,
        special_tokens=[*SPECIAL, *letters],
        continuing_subword_prefix="##",
        show_progress=False,
    )
    blank.train_from_iterator(texts, trainer)
    tokenizer = _blank(blank.get_vocab())  # without letters as special tokens
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    tokenizer.enable_truncation(length)
    tokenizer.enable_padding(length=length, pad_id=0, pad_token="[PAD]")
    return tokenizer


def _blank(pieces: dict[str, int]) -> Tokenizer:
    """A tokenizer of these pieces that normalises and splits as BERT does."""
    tokenizer = Tokenizer(WordPiece(vocab=pieces, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def _inner_letters(tokenizer: Tokenizer, texts: Sequence[str]) -> set[str]:
    """Letters that stand inside a word, not at its beginning."""
    plain = (tokenizer.normalizer.normalize_str(text) for text in texts)
    split = (tokenizer.pre_tokenizer.pre_tokenize_str(text) for text in plain)
    return {letter for words in split for word, _ in words for letter in word[1:]}


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """Token numbers [texts, length], int32; 0 is padding."""
    codes = tokenizer.encode_batch(list(texts))
    return np.array([code.ids for code in codes], dtype=np.int32)
