import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpaceTreeNode } from "../src/api/aggregates";
import { labelBelow } from "../src/charts/space-tree";

function node(label: string, option: string | null, parent: number | null, kind: SpaceTreeNode["kind"]): SpaceTreeNode {
  return { label, option, parent, kind, n: 1, share: 1, best: null, median: null };
}

test("a label in the tree leaves out what its branch says", () => {
  const nodes = [
    node("", null, null, "root"),
    node("optimizer", null, 0, "choice"),
    node("optimizer", "adam", 1, "option"),
    node("optimizer.adam.beta1", null, 2, "parameter"),
    node("optimizer.momentum", null, 2, "parameter"),
    node("optimizers", null, 2, "parameter"),
    node("lr", null, 0, "parameter"),
  ];
  const below = (index: number): string => labelBelow(nodes, nodes[index] as SpaceTreeNode);
  assert.equal(below(3), "beta1");
  assert.equal(below(4), "momentum");
  assert.equal(below(5), "optimizers");
  assert.equal(below(6), "lr");
});
