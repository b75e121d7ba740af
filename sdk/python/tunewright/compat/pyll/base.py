"""Expression graphs under the names of `hyperopt.pyll.base`."""

from . import operations  # noqa: F401 - defines the symbols of `scope`
from .evaluation import DEFAULT_MAX_PROGRAM_LEN, GarbageCollected, rec_eval
from .graph import clone, clone_merge, dfs, toposort
from .node import Apply, Literal, MissingArgument, as_apply
from .symbols import PyllImportError, SymbolTable, SymbolTableEntry, scope

__all__ = [
    "DEFAULT_MAX_PROGRAM_LEN",
    "Apply",
    "GarbageCollected",
    "Literal",
    "MissingArgument",
    "PyllImportError",
    "SymbolTable",
    "SymbolTableEntry",
    "as_apply",
    "clone",
    "clone_merge",
    "dfs",
    "rec_eval",
    "scope",
    "toposort",
]
