"""A process in which one module of the package is loaded with an error in it."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from types import CodeType, ModuleType

from relabel_lab.proofs_check.mutations.mutation import Mutation


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles the wrong source; no bytecode is kept."""

    mutation: Mutation

    def get_code(self, fullname: str) -> CodeType:
        source = self.mutation.applied(self.get_data(self.path).decode())
        return compile(source, self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutation: Mutation):
        self.mutation = mutation
        self.name = f"relabel_lab.{mutation.module}"

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)  # type: ignore[arg-type]
        if spec is not None and spec.origin is not None:
            loader = _Loader(fullname, spec.origin)
            loader.mutation = self.mutation
            spec.loader = loader
        return spec


def mutate(mutation: Mutation) -> None:
    """Put the error into the module, which must not have been loaded yet.

    Raises:
        RuntimeError: if it has been.
    """
    name = f"relabel_lab.{mutation.module}"
    if name in sys.modules:
        raise RuntimeError(f"{name} is loaded already: a mutation now would not act")
    sys.meta_path.insert(0, _Finder(mutation))
