"""A contract for import-linter: a package is entered by its ``__init__`` alone."""

from __future__ import annotations

import importlib

import grimp
from importlinter import Contract, ContractCheck, output


class FacesContract(Contract):
    """No module outside a package imports a module inside it; ``pyproject.toml`` names it."""

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Every import of the graph whose importer is outside the imported module's package."""
        doors = [
            (importer, module)
            for importer in sorted(graph.modules)
            for module in sorted(graph.find_modules_directly_imported_by(importer))
            if not (graph.find_children(module) or _inside(importer, module) or _public(module))
        ]
        return ContractCheck(kept=not doors, metadata={"doors": doors})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line an import."""
        for importer, module in check.metadata["doors"]:
            output.print_error(f"{importer} imports {module}: import from its package instead")


def _public(module: str) -> bool:
    """Whether the package's face has something of the module's name, which is what is imported."""
    package, _, name = module.rpartition(".")
    return name in getattr(importlib.import_module(package), "__all__", ())


def _inside(importer: str, module: str) -> bool:
    package = module.rpartition(".")[0]
    return importer == package or importer.startswith(f"{package}.")
