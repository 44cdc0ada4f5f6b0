// SPDX-License-Identifier: Apache-2.0
import { Skeleton, useComputedColorScheme } from "@mantine/core";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { useEffect, useMemo, useRef, useState } from "react";

export interface Colors {
  text: string;
  dim: string;
  line: string;
  ground: string;
  ok: string;
  client: string;
  server: string;
  none: string;
  second: string;
  third: string;
}

const LIGHT: Colors = {
  text: "#1c2128",
  dim: "#57606a",
  line: "#d5dae0",
  ground: "#ffffff",
  ok: "#2f7ed8",
  client: "#d99000",
  server: "#cf2f3e",
  none: "#8250df",
  second: "#1a7f78",
  third: "#9a6700",
};
const DARK: Colors = {
  text: "#e3e8ee",
  dim: "#9aa6b2",
  line: "#343c47",
  ground: "#1a2028",
  ok: "#5aa2f0",
  client: "#e8b13a",
  server: "#f2616e",
  none: "#b48cff",
  second: "#4cc4ba",
  third: "#e0c060",
};

type Loaded = typeof import("./echarts_core");

interface Props {
  label: string;
  height: number | string;
  option: (colors: Colors) => EChartsCoreOption;
  onClick?: (what: { dataType: string; name: string; data: unknown }) => void;
}

/** A plot on canvas. What it shows must stand in words beside it, or in a table. */
export function Chart({ label, height, option, onClick }: Props) {
  const scheme = useComputedColorScheme("light");
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const built = useMemo(() => option(scheme === "dark" ? DARK : LIGHT), [option, scheme]);
  useEffect(() => {
    let gone = false;
    void import("./echarts_core").then((core) => {
      if (!gone) setLoaded(core);
    });
    return () => {
      gone = true;
    };
  }, []);
  useEffect(() => {
    if (!loaded || !box.current) return;
    const made = loaded.init(box.current, null, { renderer: "canvas" });
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, [loaded]);
  useEffect(() => {
    chart.current?.setOption(built, { notMerge: true });
  }, [built, loaded]);
  useEffect(() => {
    const made = chart.current;
    if (!made || !onClick) return;
    const handler = (event: unknown): void => {
      const { dataType, name, data } = event as { dataType?: string; name?: string; data?: unknown };
      onClick({ dataType: dataType ?? "", name: name ?? "", data });
    };
    made.on("click", handler);
    return () => {
      if (!made.isDisposed()) made.off("click", handler);
    };
  }, [onClick, loaded]);
  return (
    <div className="chart" style={{ height }} role="img" aria-label={label}>
      {!loaded && <Skeleton height="100%" />}
      <div ref={box} style={{ position: "absolute", inset: 0 }} data-ready={loaded !== null} />
    </div>
  );
}
