// The search space as a tree: how many trials went down each branch, and how good they were.

import { count, percent } from "../format/number";
import type { SpaceTreeNode } from "../api/aggregates";
import { NO_BRUSH } from "../state/brush";
import { Awaited } from "./awaited";
import { toggleOption } from "./parallel/brushing";
import { Figure, type Table } from "./figure";
import type { SpaceTreeProps } from "./props";
import { lossText } from "./trial-tip";

export function SpaceTree({ answer, selection, parameters, title = "Search space", height = 200 }: SpaceTreeProps) {
  if (answer === null) return <Awaited title={title} height={height} />;
  const { nodes } = answer;
  const root = nodes.findIndex(({ parent }) => parent === null);
  const filterOf = (node: SpaceTreeNode): { toggle: () => void; on: boolean } | null => {
    const parameter = parameters?.find(({ label }) => label === node.label);
    const option = node.option === null ? -1 : (parameter?.options.indexOf(node.option) ?? -1);
    if (!selection || option < 0) return null;
    const axis = `p.${node.label}`;
    const brush = selection.brushes.value.get(axis);
    return {
      on: brush?.options.has(option) ?? false,
      toggle: () => selection.brush(axis, toggleOption(brush ?? NO_BRUSH, option)),
    };
  };
  return (
    <Figure
      title={title}
      note="loss: lower is better"
      summary={summaryOf(nodes)}
      empty={root < 0 || nodes[root]?.n === 0 ? "No trial has completed yet." : null}
      table={() => tableOf(nodes)}
      legend={selection && <span>Options filter all charts: choose one or more.</span>}
    >
      {(summaryId) => (
        <div class="tree" aria-describedby={summaryId} role="group" aria-label="Branches of the search space">
          <div class="tree-head" aria-hidden="true">
            <span>branch</span>
            <span>trials</span>
            <span>best</span>
            <span>median</span>
          </div>
          <ul>
            <Branch nodes={nodes} at={root} depth={0} filterOf={filterOf} />
          </ul>
        </div>
      )}
    </Figure>
  );
}

interface BranchProps {
  nodes: readonly SpaceTreeNode[];
  at: number;
  depth: number;
  filterOf: (node: SpaceTreeNode) => { toggle: () => void; on: boolean } | null;
}

function Branch({ nodes, at, depth, filterOf }: BranchProps) {
  const node = nodes[at];
  if (!node) return null;
  const children = nodes.map((_, index) => index).filter((index) => nodes[index]?.parent === at);
  const filter = filterOf(node);
  const name = node.kind === "root" ? "all trials" : (node.option ?? labelBelow(nodes, node));
  return (
    <li>
      <div class={`tree-row ${node.kind}`}>
        <span class="tree-name" style={{ paddingLeft: `${depth * 18}px` }}>
          {filter ? (
            <button type="button" class="plain" aria-pressed={filter.on} onClick={filter.toggle} title={`Show only ${node.label} = ${name}`}>
              {name}
            </button>
          ) : (
            <span title={node.label}>{name}</span>
          )}
        </span>
        <span class="tree-share">
          <span class="chart-track">
            <span class="chart-bar" style={{ width: `${node.share * 100}%` }} />
          </span>
          <span class="num" title={percent(node.share)}>{count(node.n)}</span>
        </span>
        <span class="num">{node.best ? lossText(node.best.loss) : "–"}</span>
        <span class="num">{node.median === null ? "–" : lossText(node.median)}</span>
      </div>
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <Branch key={child} nodes={nodes} at={child} depth={depth + 1} filterOf={filterOf} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** A label without what its branch says already: `beta1` of `optimizer.adam.beta1` below the option `adam`. */
export function labelBelow(nodes: readonly SpaceTreeNode[], { label, parent }: SpaceTreeNode): string {
  for (let at = parent; at !== null; at = nodes[at]?.parent ?? null) {
    const above = nodes[at];
    if (!above || above.kind === "root") break;
    const prefixes = [above.option === null ? "" : `${above.label}.${above.option}.`, `${above.label}.`];
    const prefix = prefixes.find((start) => start.length > 1 && label.startsWith(start));
    if (prefix !== undefined) return label.slice(prefix.length);
  }
  return label;
}

function summaryOf(nodes: readonly SpaceTreeNode[]): string {
  const options = nodes.filter(({ kind, median }) => kind === "option" && median !== null);
  const best = options.reduce<SpaceTreeNode | null>((a, b) => (a && (a.median as number) <= (b.median as number) ? a : b), null);
  if (!best) return "The search space has no choices.";
  return `Of all options, ${best.label} = ${best.option} has the lowest median loss, ${lossText(best.median as number)}, in ${count(best.n)} trials.`;
}

function tableOf(nodes: readonly SpaceTreeNode[]): Table {
  return {
    columns: ["branch", "kind", "trials", "share", "best loss", "median loss"],
    rows: nodes.map(({ label, option, kind, n, share, best, median }) => [
      option === null ? label : `${label} = ${option}`, kind, count(n), percent(share),
      best ? lossText(best.loss) : "", median === null ? "" : lossText(median),
    ]),
    total: nodes.length,
  };
}
