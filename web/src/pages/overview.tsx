// SPDX-License-Identifier: Apache-2.0
import { Group, Text } from "@mantine/core";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { useGet } from "../api/hooks";
import type { Collector } from "../api/types";
import { losses } from "../base/attention";
import { endpointsLink } from "../base/filters";
import { bytes, compact, count, percent, plural } from "../base/format";
import { useMinute } from "../base/now";
import {
  filled,
  hoursOf,
  RANGES,
  rangeOf,
  rowsOfBar,
  spanName,
  stepName,
  totals,
  type RangeName,
} from "../base/series";
import { absolute, DAY } from "../base/time";
import { EndpointLine } from "../widgets/endpoint_line";
import { Icon } from "../widgets/icons";
import { Page, Panel } from "../widgets/page";
import { Answered, Empty, NoTraffic } from "../widgets/states";
import { LatencyPlot, RangeChoice, RequestsPlot } from "../widgets/traffic_plots";
import { When } from "../widgets/when";
import { Attention } from "./overview_attention";

function Tile({ label, value, title, to }: { label: string; value: string; title?: string; to?: string }) {
  const content = (
    <>
      <div className="tile-value">{value}</div>
      <div className="tile-label">{label}</div>
    </>
  );
  return to === undefined ? (
    <div className="tile" title={title}>
      {content}
    </div>
  ) : (
    <Link to={to} className="tile" title={title}>
      {content}
    </Link>
  );
}

function NewEndpoints({ minute }: { minute: number }) {
  const fresh = useGet("/api/v1/endpoints", {
    new_since: minute - 7 * DAY,
    sort: "first_seen",
    order: "desc",
    limit: 8,
  });
  return (
    <Panel title="New endpoints" extra={<Link to={endpointsLink({ new_since: "7d" })}>All of 7 days</Link>}>
      <Answered of={fresh}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="None in the last 7 days" />
          ) : (
            <ul className="plain-list">
              {items.map((item) => (
                <li key={item.id} className="row-between">
                  <EndpointLine endpoint={item} />
                  <When seconds={item.first_seen} />
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}

function Seen({ collector }: { collector: Collector }) {
  const { coverage, ledger } = collector;
  const lost = losses(ledger);
  if (coverage === null && ledger === null) {
    return (
      <Text className="dim">This server collects nothing itself: coverage and losses are with those that do.</Text>
    );
  }
  return (
    <>
      {collector.mode !== "serve" && collector.not_ready !== "" && (
        <Text mb="xs" className="bad-text">
          Not collecting: {collector.not_ready}
        </Text>
      )}
      {coverage !== null && (
        <>
          <div className="tile-value">{percent(coverage.total.share)}</div>
          <div className="tile-label">
            of {bytes(coverage.total.bytes)} of {plural(coverage.total.processes, "process", "processes")} seen
          </div>
          <Text size="sm" mt="sm" className="any-break">
            {coverage.total.line}
          </Text>
        </>
      )}
      <Text size="sm" mt="sm" fw={600}>
        {lost.length === 0 ? "Nothing lost" : "Lost"}
      </Text>
      <ul className="plain-list small">
        {lost.map((line) => (
          <li key={line.name} className="row-between">
            <code>{line.name}</code> <span>{count(line.value)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export default function Overview() {
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get("range") ?? "";
  const name: RangeName = RANGES.find((known) => known === asked) ?? "24h";
  const minute = useMinute();
  const range = useMemo(() => rangeOf(name, minute), [name, minute]);
  // latencies of minutes do not add up to one of ten
  const slow = useMemo(() => (name === "24h" ? hoursOf(name, minute) : range), [name, minute, range]);
  const status = useGet("/api/v1/status", undefined, { every: 30000 });
  const traffic = useGet("/api/v1/traffic", range, { keep: true });
  const latency = useGet("/api/v1/traffic", slow, { keep: true });
  const collector = useGet("/api/v1/collector", undefined, { every: 30000 });
  const points = useMemo(() => filled(traffic.data?.items ?? [], range), [traffic.data, range]);
  const slowPoints = useMemo(() => filled(latency.data?.items ?? [], slow), [latency.data, slow]);
  const sum = totals(traffic.data?.items ?? []);
  const known = traffic.data !== undefined;
  const span = spanName(name);
  const atCallers = sum.at_callers > 0 ? `, ${compact(sum.at_callers)} of them seen at callers` : "";
  const said = `${count(sum.requests)} requests in ${span}${atCallers}, ${count(sum.failed)} failed, ${count(sum.unanswered)} unanswered`;
  const since = `${said}; since ${absolute(range.since)}`;
  return (
    <Page
      title="Overview"
      actions={<RangeChoice value={name} onChange={(next) => setParameters(next === "24h" ? {} : { range: next })} />}
    >
      {status.data?.endpoints === 0 && status.data.folded === 0 && <NoTraffic />}
      <div className="tiles">
        <Tile
          label={
            status.data && status.data.folded > 0
              ? `endpoints, ${count(status.data.folded)} more folded away`
              : "endpoints"
          }
          value={status.data ? count(status.data.endpoints - status.data.folded) : "–"}
          title={status.data ? `${count(status.data.folded)} more are folded away` : ""}
          to="/endpoints"
        />
        <Tile
          label={status.data?.collections === 1 ? "collection" : "collections"}
          value={status.data ? count(status.data.collections) : "–"}
          to="/collections"
        />
        <Tile label={`requests in ${span}${atCallers}`} value={known ? compact(sum.requests) : "–"} title={since} />
        <Tile label={`failed in ${span}`} value={known ? percent(sum.share) : "–"} title={since} />
      </div>
      <div className="grid-2">
        <Panel title="Needs attention">
          <Attention
            minute={minute}
            collector={collector.data}
            status={status.data}
            waiting={collector.isPending || status.isPending}
          />
        </Panel>
        <NewEndpoints minute={minute} />
      </div>
      <div className="grid-2">
        <Panel title={`Requests by ${stepName(range.step * rowsOfBar(points.length))}`}>
          <Answered of={traffic}>{() => <RequestsPlot points={points} range={range} label={said} />}</Answered>
        </Panel>
        <Panel title={`Latency by ${stepName(slow.step)}`}>
          <Answered of={latency}>
            {() => (
              <LatencyPlot points={slowPoints} range={slow} label={`Latency in ${span}: median, 95 and 99 percent`} />
            )}
          </Answered>
        </Panel>
      </div>
      <Panel
        title="Coverage and loss"
        extra={
          <Group gap="xs">
            <Icon name="collector" size={15} />
            <Link to="/collector">Collector</Link>
          </Group>
        }
      >
        <Answered of={collector} rows={3}>
          {(data) => <Seen collector={data} />}
        </Answered>
      </Panel>
    </Page>
  );
}
