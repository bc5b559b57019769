"""Turn columns into features: numbers as they are, categories one-hot, text as tf-idf."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from relabel_lab.pilot.io.columns import Roles
from relabel_lab.pilot.io.read import Source
from relabel_lab.pilot.io.refusal import DataRefused, names

MOST_CATEGORIES = 100
MANY = 10_000_000  # numbers beyond which single precision saves memory and loses nothing


@dataclass(frozen=True, eq=False)
class Features:
    """Features and how they were made.

    Attributes:
        X: [n, d], dense or CSR.
        encoder: fitted on all rows, without labels; None where the file held the features.
        names: what each kind of column became, for the report.
        dropped: constant columns left out, by name or place.
    """

    X: Any
    encoder: Any
    names: dict[str, list[str]]
    dropped: list[str]


def features(source: Source, roles: Roles) -> Features:
    """Encode everything that has no other role.

    Encoders see all rows but no label, so held-out rows stay held out as far as labels go.

    Raises:
        DataRefused: missing or mixed values, free text nobody named, nothing that varies.
    """
    if source.matrix is not None:
        return _of_matrix(source.matrix)
    frame = source.frame.drop(columns=list(roles.reserved))
    text = [name for name in roles.text if name in frame.columns]
    numbers, categories, dropped = _sort(frame, text)
    if not (numbers or categories or text):
        raise DataRefused("no feature is left: every other column is constant or has another role")
    encoder = _encoder(numbers, categories, text)
    X = _encoded(encoder, frame, text)
    X = sparse.csr_array(X) if sparse.issparse(X) else np.asarray(X, dtype=np.float64)
    kinds = {"numbers": numbers, "categories": categories, "text": text}
    return Features(_precise(X), encoder, kinds, dropped)


def _encoded(encoder: ColumnTransformer, frame: pd.DataFrame, text: list[str]) -> Any:
    try:
        return encoder.fit_transform(frame)
    except ValueError as error:
        if "vocabulary" in str(error) or "no terms remain" in str(error):
            raise DataRefused(f"--text {names(text)}: no word occurs in two rows") from None
        raise


def _of_matrix(matrix: Any) -> Features:
    values = matrix.data if sparse.issparse(matrix) else matrix
    if values.dtype.kind not in "biuf":
        raise DataRefused(f"the features are of type {values.dtype}; they must be numbers")
    if not np.isfinite(values).all():
        raise DataRefused(f"the features hold {int((~np.isfinite(values)).sum())} missing values")
    X = matrix.astype(np.float64 if values.dtype != np.float32 else np.float32)
    spread = _spread(X)
    if not (spread > 0).any():
        raise DataRefused("all features are constant; no learner can use them")
    dropped = [str(k) for k in np.flatnonzero(spread == 0)]
    return Features(_precise(X), None, {"numbers": [f"{X.shape[1]} columns"]}, dropped)


def _spread(X: Any) -> np.ndarray:
    top, bottom = X.max(axis=0), X.min(axis=0)
    if sparse.issparse(top):
        top, bottom = top.toarray(), bottom.toarray()
    return np.ravel(top) - np.ravel(bottom)


def _sort(frame: pd.DataFrame, text: list[str]) -> tuple[list[str], list[str], list[str]]:
    numbers, categories, dropped = [], [], []
    missing = [str(name) for name in frame.columns if frame[name].isna().any()]
    if missing:
        count = int(frame[missing].isna().sum().sum())
        raise DataRefused(
            f"{count} missing values in column {names(missing)}: fill, --drop or cut them"
        )
    for name in frame.columns:
        column = frame[name]
        if name in text:
            _words(column)
        elif not column.map(pd.api.types.is_hashable).all():
            raise DataRefused(f"column {name!r} holds lists: --drop it or spread it over columns")
        elif column.nunique() < 2:
            dropped.append(name)
        elif pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
            _finite(column)
            numbers.append(name)
        else:
            categories.append(_category(column))
    return numbers, categories, dropped


def _words(column: pd.Series) -> None:
    if not column.map(lambda value: isinstance(value, str)).all():
        raise DataRefused(f"--text {column.name}: holds values that are no text")


def _finite(column: pd.Series) -> None:
    values = column.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise DataRefused(f"column {column.name!r} holds infinite numbers")


def _category(column: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(column):
        raise DataRefused(f"column {column.name!r} holds dates: --drop it or turn it into numbers")
    texts = column.astype(str)
    numeric = pd.to_numeric(texts, errors="coerce").notna()
    if 0.5 < numeric.mean() < 1:
        row = int(np.flatnonzero(~numeric.to_numpy())[0]) + 1
        raise DataRefused(f"column {column.name!r} holds numbers but for row {row}, a text")
    different = texts.nunique()
    if different > min(MOST_CATEGORIES, len(column) / 2):
        raise DataRefused(
            f"column {column.name!r} holds {different} different texts: --text {column.name} makes "
            f"words of them, --drop {column.name} leaves it out"
        )
    return str(column.name)


def _encoder(numbers: list[str], categories: list[str], text: list[str]) -> ColumnTransformer:
    # Beside sparse words numbers are scaled here, on all rows: learners leave sparse columns alone.
    scaling = StandardScaler() if text else "passthrough"
    parts: list[Any] = [("numbers", scaling, numbers)] if numbers else []
    if categories:
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=bool(text))
        parts.append(("categories", one_hot, categories))
    words = dict(min_df=2, sublinear_tf=True, stop_words="english")
    parts += [(f"text {name}", TfidfVectorizer(**words), name) for name in text]
    return ColumnTransformer(parts, sparse_threshold=1.0 if text else 0.0)


def _precise(X: Any) -> Any:
    size = X.nnz if sparse.issparse(X) else X.size
    return X.astype(np.float32) if size > MANY else X
