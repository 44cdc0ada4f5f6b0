// SPDX-License-Identifier: Apache-2.0
import type { EChartsCoreOption } from "echarts/core";
import { useCallback } from "react";
import { useElementSize } from "@mantine/hooks";
import { compact, count, cutInMiddle } from "../base/format";
import { stretched, type Graph, type NodeKind } from "../base/graph";
import { Chart, type Colors } from "./chart";

const KINDS: NodeKind[] = ["client", "process", "collection"];
const NAMES: Record<NodeKind, string> = { client: "client", process: "process", collection: "collection" };
const MOST_NAME = 28;
// what the picture leaves free
const SIDES = 240;
const ENDS = 100;

interface Props {
  graph: Graph;
  label: string;
  onCollection: (id: number) => void;
}

export function GraphPlot({ graph, label, onCollection }: Props) {
  const { ref, width } = useElementSize();
  const rows = Math.max(...countRows(graph));
  const dense = rows > 12;
  const height = Math.max(420, ENDS + rows * (dense ? 32 : 76));
  const wide = Math.max(120, width - SIDES);
  const high = height - ENDS;
  const option = useCallback(
    (colors: Colors): EChartsCoreOption => {
      // in pixels, so that circles are round
      const across = stretched(
        graph.nodes.map(({ x }) => x),
        wide,
      );
      const down = stretched(
        graph.nodes.map(({ y }) => y),
        high,
      );
      const most = Math.max(1, ...graph.edges.map(({ requests }) => requests));
      const weight = (requests: number): number => Math.log1p(requests) / Math.log1p(most);
      const tones: Record<NodeKind, string> = { client: colors.none, process: colors.second, collection: colors.ok };
      return {
        animation: false,
        legend: {
          data: KINDS.map((kind) => NAMES[kind]),
          top: 0,
          left: 0,
          textStyle: { color: colors.dim },
          icon: "circle",
        },
        tooltip: {
          renderMode: "richText",
          backgroundColor: colors.ground,
          borderColor: colors.line,
          textStyle: { color: colors.text },
          formatter: (shown: unknown) => (shown as { data: { said: string } }).data.said,
        },
        series: [
          {
            type: "graph",
            layout: "none",
            roam: "move",
            top: 60,
            bottom: 40,
            left: SIDES / 2,
            right: SIDES / 2,
            edgeSymbol: ["none", "arrow"],
            edgeSymbolSize: 8,
            categories: KINDS.map((kind) => ({ name: NAMES[kind], itemStyle: { color: tones[kind] } })),
            label: {
              show: true,
              position: "bottom",
              color: colors.text,
              fontSize: 12,
              formatter: "{b}",
              // Above the lines that pass behind it.
              backgroundColor: colors.ground,
              padding: [1, 3],
            },
            lineStyle: { color: colors.dim, curveness: 0.12, opacity: 0.7 },
            edgeLabel: {
              show: graph.edges.length <= 40,
              color: colors.dim,
              fontSize: 11,
              formatter: (shown: unknown) => compact((shown as { data: { requests: number } }).data.requests),
            },
            emphasis: { focus: "adjacency", lineStyle: { width: 3 } },
            data: [
              ...graph.nodes.map((node, at) => ({
                id: node.id,
                name: cutInMiddle(node.name, MOST_NAME),
                x: across[at] ?? 0,
                y: down[at] ?? 0,
                category: KINDS.indexOf(node.kind),
                symbolSize: dense ? 8 + 10 * weight(node.requests) : 14 + 20 * weight(node.requests),
                label: { position: labelAt(dense, node.x) },
                collection: node.collection,
                cursor: node.collection === null ? "default" : "pointer",
                said: `${NAMES[node.kind]} ${cutInMiddle(node.name, MOST_NAME)}`,
              })),
              ...corners(wide, high),
            ],
            links: graph.edges.map((edge) => ({
              source: edge.from,
              target: edge.to,
              requests: edge.requests,
              said: `${count(edge.requests)} requests`,
              lineStyle: { width: 1 + 3 * weight(edge.requests) },
            })),
          },
        ],
      };
    },
    [graph, wide, high, dense],
  );
  const onClick = useCallback(
    ({ dataType, data }: { dataType: string; data: unknown }) => {
      const collection = (data as { collection?: number | null } | null)?.collection;
      if (dataType === "node" && typeof collection === "number") onCollection(collection);
    },
    [onCollection],
  );
  return (
    <div className="graph-scroll" role="region" aria-label="Map" tabIndex={0}>
      <div ref={ref} className="graph">
        <Chart label={label} height={height} option={option} onClick={onClick} />
      </div>
    </div>
  );
}

/** Where many stand below each other, a name stands beside its node. */
function labelAt(dense: boolean, x: number): string {
  if (!dense) return "bottom";
  return x === 0 ? "left" : "right";
}

/**
 * Two that are not drawn: ECharts scales a graph from the box around its nodes to the room that it has, and the box of a
 * straight chain has no height.
 */
function corners(wide: number, high: number): object[] {
  return [
    [0, 0],
    [wide, high],
  ].map(([x, y], at) => ({
    id: `corner ${at}`,
    name: "",
    x,
    y,
    symbol: "none",
    label: { show: false },
    tooltip: { show: false },
    collection: null,
  }));
}

function countRows(graph: Graph): number[] {
  const layers = new Map<number, number>();
  for (const { x } of graph.nodes) layers.set(x, (layers.get(x) ?? 0) + 1);
  return [1, ...layers.values()];
}
