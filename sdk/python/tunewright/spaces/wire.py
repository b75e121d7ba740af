"""Trees as messages, in both directions."""

from __future__ import annotations

from tunewright._wire.values import from_value
from tunewright.compat._spaces.constants import message
from tunewright.spaces.tree import Constant, Entries, Items, Leaf, Node, Option, Path, Pick
from tunewright.v1 import space_pb2 as pb

_REAL = ("float", "uniform", "loguniform", "quniform", "qloguniform")
_GAUSSIAN = ("normal", "lognormal", "qnormal", "qlognormal")


def to_node(tree: Node) -> pb.SpaceNode:
    """The message of a tree. Constants that are no JSON go by their names; this process knows the objects."""
    if isinstance(tree, Constant):
        return pb.SpaceNode(constant=message(tree.value))
    if isinstance(tree, Items):
        return pb.SpaceNode(list=pb.SpaceNodeList(items=[to_node(item) for item in tree.items]))
    if isinstance(tree, Entries):
        entries = [pb.SpaceNodeEntry(key=key, node=to_node(node)) for key, node in tree.entries.items()]
        return pb.SpaceNode(map=pb.SpaceNodeMap(entries=entries))
    if isinstance(tree, Leaf):
        return pb.SpaceNode(parameter=_parameter(tree))
    options = [
        pb.SpaceOption(name=option.name, probability=option.probability, node=to_node(option.node))
        for option in tree.options
    ]
    return pb.SpaceNode(choice=pb.SpaceChoice(label=tree.given or "", named=tree.named, options=options))


def from_node(node: pb.SpaceNode, path: Path | None = None) -> Node:
    """The tree of a message; its constants are JSON-like."""
    here = path or Path()
    kind = node.WhichOneof("kind")
    if kind == "list":
        items = (from_node(item, here.child(str(at))) for at, item in enumerate(node.list.items))
        return Items(tuple(items), False)
    if kind == "map":
        return Entries(
            {entry.key: from_node(entry.node, here.child(entry.key)) for entry in node.map.entries}
        )
    if kind == "parameter":
        return _leaf(node.parameter, here)
    if kind == "choice":
        given = node.choice.label or None
        base = here.labelled(given)
        options = (
            Option(
                option.name,
                option.probability if option.HasField("probability") else None,
                from_node(option.node, base.child(option.name)),
            )
            for option in node.choice.options
        )
        return Pick(given or here.label, given, node.choice.named, tuple(options))
    return Constant(from_value(node.constant))


def _parameter(leaf: Leaf) -> pb.SpaceParameter:
    fields = dict(leaf.fields)
    fields["step"] = fields.pop("q", fields.get("step", 0))
    label = leaf.given or ""
    if leaf.kind in _REAL:
        return pb.SpaceParameter(label=label, **{leaf.kind: pb.RealRange(**fields)})  # type: ignore[arg-type]
    if leaf.kind in _GAUSSIAN:
        return pb.SpaceParameter(label=label, **{leaf.kind: pb.Gaussian(**fields)})  # type: ignore[arg-type]
    return pb.SpaceParameter(label=label, **{leaf.kind: pb.IntRange(**fields)})  # type: ignore[arg-type]


def _leaf(parameter: pb.SpaceParameter, path: Path) -> Leaf:
    kind = parameter.WhichOneof("distribution") or "float"
    given = parameter.label or None
    settings = getattr(parameter, kind)
    fields = {field.name: value for field, value in settings.ListFields()}
    return Leaf(given or path.label, given, kind, fields)
