"""Standardise inside a fold: dense columns to mean 0 and variance 1, sparse ones left alone."""

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class Standardise(TransformerMixin, BaseEstimator):
    """Mean and scale from the training rows; a constant column becomes 0.

    Sparse features (words, one-hot categories) have their own scale, and centring would fill the
    matrix, so they pass through.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn means and scales."""
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32])
        if sparse.issparse(X):
            self.mean_ = self.scale_ = None
            return self
        self.mean_ = X.mean(axis=0)
        scale = X.std(axis=0)
        self.scale_ = np.where(scale > 1e-12 * np.abs(self.mean_).clip(1e-300), scale, 1.0)
        return self

    def transform(self, X: Any) -> Any:
        """Apply them."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        return X if sparse.issparse(X) else (X - self.mean_) / self.scale_

    def __sklearn_tags__(self) -> Any:
        """Sparse features are accepted."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
