// SPDX-License-Identifier: Apache-2.0
import { SegmentedControl } from "@mantine/core";
import type { EChartsCoreOption } from "echarts/core";
import { useCallback, useMemo } from "react";
import { compact, count, latency } from "../base/format";
import { gathered, RANGES, rowsOfBar, spanName, type Point, type Range, type RangeName } from "../base/series";
import { clockOf, DAY, dateOf } from "../base/time";
import { Chart, type Colors } from "./chart";

export function RangeChoice(props: {
  value: RangeName;
  names?: readonly RangeName[];
  onChange: (value: RangeName) => void;
}) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Span of time"
      data={(props.names ?? RANGES).map((name) => ({ value: name, label: spanName(name) }))}
      value={props.value}
      onChange={(next) => props.onChange(next)}
    />
  );
}

function common(colors: Colors, points: Point[], range: Range, unit: (value: number) => string): EChartsCoreOption {
  const long = range.until - range.since > 2 * DAY;
  return {
    animation: false,
    // half of the last label stands right of its point
    grid: { left: 8, right: long ? 40 : 20, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: colors.dim } },
    // as text on the canvas: no markup is made
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: colors.ground,
      borderColor: colors.line,
      textStyle: { color: colors.text },
      valueFormatter: (value: unknown) => (typeof value === "number" ? unit(value) : "–"),
    },
    xAxis: {
      type: "category",
      data: points.map((point) => `${long ? dateOf(point.time).slice(5) : ""} ${clockOf(point.time)}`.trim()),
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      axisLabel: { color: colors.dim, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      axisLabel: { color: colors.dim, formatter: unit },
      splitLine: { lineStyle: { color: colors.line, opacity: 0.6 } },
      splitNumber: 4,
    },
  };
}

export function RequestsPlot({ points: all, range, label }: { points: Point[]; range: Range; label: string }) {
  const points = useMemo(() => gathered(all, rowsOfBar(all.length)), [all]);
  const option = useCallback(
    (colors: Colors): EChartsCoreOption => {
      const bar = (name: string, color: string, value: (point: Point) => number) => ({
        name,
        type: "bar",
        stack: "requests",
        barCategoryGap: "20%",
        itemStyle: { color },
        data: points.map(value),
      });
      return {
        ...common(colors, points, range, (value) => (value < 10000 ? count(value) : compact(value))),
        series: [
          bar("succeeded", colors.ok, (p) => p.requests - p.failed_4xx - p.failed_5xx - p.unanswered),
          bar("4xx", colors.client, (p) => p.failed_4xx),
          bar("5xx", colors.server, (p) => p.failed_5xx),
          bar("unanswered", colors.none, (p) => p.unanswered),
        ],
      };
    },
    [points, range],
  );
  return <Chart label={label} height={240} option={option} />;
}

function alone(points: Point[], at: number, value: (point: Point) => number | null): boolean {
  const there = (point: Point | undefined): boolean => point !== undefined && value(point) !== null;
  return !there(points[at - 1]) && !there(points[at + 1]);
}

export function LatencyPlot({ points, range, label }: { points: Point[]; range: Range; label: string }) {
  const option = useCallback(
    (colors: Colors): EChartsCoreOption => {
      const line = (name: string, color: string, value: (point: Point) => number | null) => ({
        name,
        type: "line",
        symbolSize: 4,
        showSymbol: true,
        showAllSymbol: true,
        connectNulls: false,
        lineStyle: { width: 1.6, color },
        itemStyle: { color },
        // a point without neighbours makes no line
        data: points.map((point, at) => ({
          value: value(point),
          symbol: alone(points, at, value) ? "circle" : "none",
        })),
      });
      return {
        ...common(colors, points, range, latency),
        series: [
          line("p50", colors.ok, (p) => p.p50),
          line("p95", colors.client, (p) => p.p95),
          line("p99", colors.server, (p) => p.p99),
        ],
      };
    },
    [points, range],
  );
  return <Chart label={label} height={240} option={option} />;
}
