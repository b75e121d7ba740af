"""Nodes of expression graphs: what `hp.uniform("x", 0, 1) + 1` is before anyone has chosen an `x`."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .symbols import scope


class MissingArgument:
    """Stands in `Apply.arg` for a parameter that was given no argument."""


class Apply:
    """The call of the symbol `name` with the values of other nodes.

    Nodes compare by identity, since one that stands in two places is one value. `o_len` is the length of
    the result if that is known, which lets a node be unpacked; `pure` says that the call has no effects.
    """

    # Otherwise `numpy_scalar * node` would try to make an array of the node.
    __array_ufunc__ = None

    def __init__(
        self,
        name: str,
        pos_args: Iterable[Apply],
        named_args: Iterable[Sequence[Any]] = (),
        o_len: int | None = None,
        pure: bool = False,
        define_params: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.pos_args: list[Apply] = list(pos_args)
        pairs = named_args.items() if isinstance(named_args, Mapping) else named_args
        self.named_args: list[list[Any]] = [[keyword, node] for keyword, node in pairs]
        self.o_len = o_len
        self.pure = pure
        self.define_params = define_params
        for node in self.inputs():
            if not isinstance(node, Apply):
                raise TypeError(f"an argument of `{name}` must be a node, not {type(node).__name__}")

    def inputs(self) -> list[Apply]:
        """The nodes that this one is called with, the named ones last."""
        return self.pos_args + [node for _, node in self.named_args]

    @property
    def arg(self) -> dict[str, Any]:
        """The inputs by the names of the parameters of the symbol's function."""
        function = scope.implementation(self.name)
        signature = inspect.signature(function)
        given = signature.bind_partial(*self.pos_args, **dict(self.named_args)).arguments
        return {name: given.get(name, MissingArgument) for name in signature.parameters}

    def eval(self, memo: Mapping[int, Any] | None = None) -> Any:
        """The value; `memo` holds values that are known already, by the `id` of their nodes."""
        from .evaluation import rec_eval
        from .graph import dfs

        known = {node: memo[id(node)] for node in dfs(self) if id(node) in memo} if memo else None
        return rec_eval(self, memo=known)

    def set_kwarg(self, name: str, value: object) -> None:
        """Gives the named argument another value, or adds it."""
        for pair in self.named_args:
            if pair[0] == name:
                pair[1] = as_apply(value)
                return
        if self.pos_args and self.arg.get(name, MissingArgument) is not MissingArgument:
            raise NotImplementedError(f"`{name}` of `{self.name}` was given by its position")
        self.named_args.append([name, as_apply(value)])
        self.named_args.sort(key=lambda pair: str(pair[0]))

    def clone_from_inputs(self, inputs: Sequence[Apply], o_len: Any = "same") -> Apply:
        """The same call with other inputs, as many as :meth:`inputs` gives."""
        if len(inputs) != len(self.pos_args) + len(self.named_args):
            raise TypeError(f"`{self.name}` has {len(self.inputs())} inputs, not {len(inputs)}")
        named = zip((keyword for keyword, _ in self.named_args), inputs[len(self.pos_args) :], strict=True)
        length = self.o_len if o_len == "same" else o_len
        return Apply(self.name, inputs[: len(self.pos_args)], list(named), length, self.pure)

    def replace_input(self, old_node: Apply, new_node: Apply) -> list[int]:
        """Puts `new_node` wherever `old_node` is an input; the positions, as of :meth:`inputs`."""
        replaced = [at for at, node in enumerate(self.inputs()) if node is old_node]
        for at in replaced:
            if at < len(self.pos_args):
                self.pos_args[at] = new_node
            else:
                self.named_args[at - len(self.pos_args)][1] = new_node
        return replaced

    def pprint(self, ofile: Any) -> None:
        """Writes the graph, one node a line; a node that was written already is named by its line."""
        from .printing import lines

        ofile.write("".join(f"{line}\n" for line in lines(self)))

    def __str__(self) -> str:
        text = io.StringIO()
        self.pprint(text)
        return text.getvalue()[:-1]

    def __add__(self, other: object) -> Apply:
        return _call("add", self, other)

    def __radd__(self, other: object) -> Apply:
        return _call("add", other, self)

    def __sub__(self, other: object) -> Apply:
        return _call("sub", self, other)

    def __rsub__(self, other: object) -> Apply:
        return _call("sub", other, self)

    def __mul__(self, other: object) -> Apply:
        return _call("mul", self, other)

    def __rmul__(self, other: object) -> Apply:
        return _call("mul", other, self)

    def __truediv__(self, other: object) -> Apply:
        return _call("truediv", self, other)

    def __rtruediv__(self, other: object) -> Apply:
        return _call("truediv", other, self)

    def __floordiv__(self, other: object) -> Apply:
        return _call("floordiv", self, other)

    def __rfloordiv__(self, other: object) -> Apply:
        return _call("floordiv", other, self)

    def __pow__(self, other: object) -> Apply:
        return _call("pow", self, other)

    def __rpow__(self, other: object) -> Apply:
        return _call("pow", other, self)

    def __neg__(self) -> Apply:
        return _call("neg", self)

    def __gt__(self, other: object) -> Apply:
        return _call("gt", self, other)

    def __ge__(self, other: object) -> Apply:
        return _call("ge", self, other)

    def __lt__(self, other: object) -> Apply:
        return _call("lt", self, other)

    def __le__(self, other: object) -> Apply:
        return _call("le", self, other)

    def __getitem__(self, index: object) -> Apply:
        if isinstance(index, int) and self.o_len is not None and index >= self.o_len:
            raise IndexError(f"`{self.name}` has {self.o_len} items, not {index + 1}")
        return _call("getitem", self, index)

    def __iter__(self) -> Iterator[Apply]:
        return (self[index] for index in range(len(self)))

    def __len__(self) -> int:
        if self.o_len is None:
            raise TypeError(
                f"the value of `{self.name}` is not known yet: it has no length and is neither true nor false"
            )
        return self.o_len

    def __call__(self, *args: object, **kwargs: object) -> Apply:
        return _call("call", self, args, kwargs)


class Literal(Apply):
    """A value that is known: any object, passed on as it is."""

    def __init__(self, obj: object = None) -> None:
        try:
            length = len(obj)  # type: ignore[arg-type]
        except Exception:
            # Some objects have a length only later: a forest of scikit-learn has one once it is fitted.
            length = None
        super().__init__("literal", (), (), length, pure=True)
        self._obj = obj

    @property
    def obj(self) -> Any:
        return self._obj

    @property
    def arg(self) -> dict[str, Any]:
        return {}

    def eval(self, memo: Mapping[int, Any] | None = None) -> Any:
        return self._obj if memo is None else memo.get(id(self), self._obj)

    def clone_from_inputs(self, inputs: Sequence[Apply], o_len: Any = "same") -> Literal:
        return Literal(self._obj)


def as_apply(obj: object) -> Apply:
    """The node for any object: lists and tuples (both become tuples) and dicts with all that is in them,
    nodes as they are, anything else as a :class:`Literal`. The entries of a dict are sorted by their keys.
    """
    if isinstance(obj, Apply):
        return obj
    if isinstance(obj, tuple):
        return Apply("pos_args", [as_apply(item) for item in obj], (), len(obj))
    if isinstance(obj, list):
        return Apply("pos_args", [as_apply(item) for item in obj])
    if isinstance(obj, dict):
        entries = sorted(obj.items(), key=_sort_key(obj))
        if all(isinstance(key, str) for key in obj):
            return Apply("dict", (), [(key, as_apply(value)) for key, value in entries], len(entries))
        return Apply("dict", [as_apply(entries)])
    if is_foreign(obj):
        raise TypeError(
            "a node of Hyperopt's stands in an expression of Tunewright's: import `hp` from one of the two"
        )
    return Literal(obj)


def is_foreign(obj: object) -> bool:
    """Whether this is a node of another expression module, as Hyperopt's."""
    methods = ("inputs", "clone_from_inputs", "replace_input")
    return not isinstance(obj, Apply) and all(hasattr(type(obj), method) for method in methods)


def _sort_key(obj: Mapping[Any, Any]) -> Any:
    """Keys that cannot be compared with one another are sorted by type and text."""
    try:
        sorted(obj)
    except TypeError:
        return lambda entry: (type(entry[0]).__name__, repr(entry[0]))
    return lambda entry: entry[0]


def _call(name: str, *args: object, **kwargs: object) -> Apply:
    return scope.apply(name, args, kwargs)
