"""The table of what can be called in an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .node import Apply


class PyllImportError(ImportError):
    """A symbol that was to be imported from a scope is not defined there."""


class SymbolTableEntry:
    """Makes nodes that call one symbol."""

    def __init__(self, symbol_table: SymbolTable, apply_name: str, o_len: int | None, pure: bool) -> None:
        self.symbol_table = symbol_table
        self.apply_name = apply_name
        self.o_len = o_len
        self.pure = pure

    def __call__(self, *args: object, **kwargs: object) -> Apply:
        return self.symbol_table.apply(self.apply_name, args, kwargs, self.o_len, self.pure)


class SymbolTable:
    """Functions by name: `scope.add(a, b)` is a node that will call what `add` stands for.

    The one table that counts is :data:`scope`. It is global: the module that defines a function must have
    been imported where an expression with it is evaluated.
    """

    def __init__(self) -> None:
        self._impls: dict[str, Callable[..., Any]] = {}

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def apply(
        self,
        name: str,
        args: Iterable[object],
        kwargs: Mapping[str, object],
        o_len: int | None = None,
        pure: bool = True,
    ) -> Apply:
        """A node that calls `name`, its named arguments sorted."""
        from .node import Apply, as_apply

        named = [(keyword, as_apply(kwargs[keyword])) for keyword in sorted(kwargs)]
        return Apply(name, [as_apply(argument) for argument in args], named, o_len, pure)

    def implementation(self, name: str) -> Callable[..., Any]:
        """What the symbol stands for; `LookupError` if it is not defined."""
        try:
            return self._impls[name]
        except KeyError:
            raise LookupError(
                f"`scope.{name}` is not defined here: import the module that has its `@scope.define`"
            ) from None

    def define(self, f: Any, o_len: int | None = None, pure: bool = False) -> Any:
        """Adds a function under its name; usable as a decorator, and gives back the function itself.

        A function may be defined again by the module that defined it before, as when a notebook's cell runs
        twice; `ValueError` if the name is taken otherwise.
        """
        name = f.__name__
        if hasattr(self, name) and not self._is_newer(f):
            raise ValueError(f"`scope.{name}` is defined already: give the function another name")
        return self._define(f, o_len, pure)

    def define_if_new(self, f: Any, o_len: int | None = None, pure: bool = False) -> Any:
        """As :meth:`define`, and nothing happens if this very function is defined already."""
        return f if self._impls.get(f.__name__) is f else self.define(f, o_len, pure)

    def define_pure(self, f: Any) -> Any:
        """As :meth:`define`, for a function without effects."""
        return self.define(f, pure=True)

    def define_info(self, o_len: int | None = None, pure: bool = False) -> Callable[[Any], Any]:
        """A decorator as :meth:`define`, for a function whose result has a known length."""
        return lambda f: self.define(f, o_len, pure)

    def put(self, name: str, function: Callable[..., Apply]) -> None:
        """Adds a function that makes an expression of other symbols."""
        setattr(self, name, function)

    def undefine(self, f: Any) -> None:
        """Removes a function, given itself or by name."""
        name = f if isinstance(f, str) else f.__name__
        self.implementation(name)
        del self._impls[name]
        delattr(self, name)

    def inject(self, *args: str, **kwargs: str) -> dict[str, Any]:
        """The entries of some symbols by their names, or by the names that `new="old"` gives them."""
        wanted = {name: name for name in args} | kwargs
        for old in wanted.values():
            if not hasattr(self, old):
                raise PyllImportError(old)
        return {new: getattr(self, old) for new, old in wanted.items()}

    def import_(self, _globals: dict[str, Any], *args: str, **kwargs: str) -> None:
        """Puts what :meth:`inject` gives into a module's globals."""
        _globals.update(self.inject(*args, **kwargs))

    def _define(self, f: Any, o_len: int | None, pure: bool) -> Any:
        setattr(self, f.__name__, SymbolTableEntry(self, f.__name__, o_len, pure))
        self._impls[f.__name__] = f
        return f

    def _is_newer(self, f: Any) -> bool:
        """Whether this is the same function of a user's module, run again."""
        known = self._impls.get(f.__name__)
        place = (getattr(f, "__module__", None), getattr(f, "__qualname__", None))
        if known is None or place[0] is None or place[0].startswith(__package__):
            return False
        return place == (getattr(known, "__module__", None), getattr(known, "__qualname__", None))


scope = SymbolTable()
