// SPDX-License-Identifier: Apache-2.0
import { Text } from "@mantine/core";
import { useRef, useState } from "react";
import type { Collector, Coverage } from "../api/types";
import { rowsOf, stackName, type ProcessRow } from "../base/coverage";
import { bytes, count, percent, plural } from "../base/format";
import { Icon } from "../widgets/icons";
import { useSideScroll } from "../widgets/side_scroll";
import { Empty } from "../widgets/states";
import { Tag } from "../widgets/tags";

function Reasons({ process }: { process: ProcessRow }) {
  return (
    <div className="reasons">
      {process.not_seen.map((line, at) => (
        <div key={at}>
          Not seen: {bytes(line.bytes)} {line.what}
          {line.why === "" ? "" : `: ${line.why}`}
        </div>
      ))}
      {process.tls_stacks.map((stack, at) => (
        <div key={at}>
          {stackName(stack)} {stack.file !== "" && <code>{stack.file}</code>}{" "}
          <Tag tone={stack.probed ? "good" : "warn"}>{stack.probed ? "probed" : "not read"}</Tag>{" "}
          <span className="dim">{stack.reason}</span>
        </div>
      ))}
      {process.cgroup !== "" && (
        <div className="dim any-break">
          cgroup <code>{process.cgroup}</code>
        </div>
      )}
    </div>
  );
}

function Row({ process, at }: { process: ProcessRow; at: number }) {
  const [open, setOpen] = useState(false);
  const name = process.pid === undefined ? process.name : `${process.name} (${process.pid})`;
  const stacks = [...new Set(process.tls_stacks.map(stackName))].join(", ");
  return (
    <>
      <tr data-index={at}>
        <td>
          <button
            type="button"
            className={open ? "twist twist-open" : "twist"}
            aria-expanded={open}
            aria-label={`Reasons of ${name}`}
            onClick={() => setOpen(!open)}
          >
            <Icon name="chevron" size={13} />
          </button>{" "}
          {name}{" "}
          {process.ended && (
            <span className="dim">{process.processes > 1 ? `${count(process.processes)} ended` : "ended"}</span>
          )}
        </td>
        <td className="mono">{process.container === "" ? <span className="dim">–</span> : process.container}</td>
        <td className="numeric">{count(process.connections)}</td>
        <td className="numeric">{bytes(process.bytes)}</td>
        <td className="numeric">{bytes(process.seen)}</td>
        <td className="numeric">
          <Tag
            tone={
              process.share === null ? "neutral" : process.share > 0.99 ? "good" : process.share > 0.5 ? "warn" : "bad"
            }
          >
            {percent(process.share)}
          </Tag>
        </td>
        <td title={stacks}>{stacks === "" ? <span className="dim">none known</span> : stacks}</td>
      </tr>
      {open && (
        <tr>
          <td colSpan={7} className="wrap reasons-cell">
            <Reasons process={process} />
          </td>
        </tr>
      )}
    </>
  );
}

export function CoverageTable({ coverage, mode }: { coverage: Coverage | null; mode: Collector["mode"] }) {
  if (coverage === null) {
    return (
      <Empty title="No coverage here">
        {mode === "run"
          ? "It does not collect yet."
          : "Coverage is with the collectors: apiarist coverage on their nodes, or their own dashboards."}
      </Empty>
    );
  }
  return <Table coverage={coverage} />;
}

function Table({ coverage }: { coverage: Coverage }) {
  const box = useRef<HTMLDivElement>(null);
  useSideScroll(box);
  const rows = rowsOf(coverage.processes);
  if (coverage.ended_processes_count > 0)
    rows.push({ ...coverage.ended_processes, processes: coverage.ended_processes_count });
  if (rows.length === 0) return <Empty title="No process with traffic yet" />;
  return (
    <div className="stack">
      <Text size="sm" className="any-break">
        {coverage.total.line}
      </Text>
      <div ref={box} className="table-scroll" role="region" aria-label="Coverage by process" tabIndex={0}>
        <table className="data-table coverage-table">
          <caption className="sr-only">Coverage by process</caption>
          <thead>
            <tr>
              <th scope="col">Process</th>
              <th scope="col">Container</th>
              <th scope="col" className="numeric">
                Connections
              </th>
              <th scope="col" className="numeric">
                Bytes
              </th>
              <th scope="col" className="numeric">
                Seen
              </th>
              <th scope="col" className="numeric">
                Share
              </th>
              <th scope="col">TLS stacks</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((process, at) => (
              <Row key={`${process.pid ?? "ended"} ${process.name} ${at}`} process={process} at={at} />
            ))}
          </tbody>
        </table>
      </div>
      {coverage.ended_processes_count > 0 && (
        <span className="dim small">
          {plural(coverage.ended_processes_count, "process", "processes")} that ended earlier in the last row
        </span>
      )}
    </div>
  );
}
