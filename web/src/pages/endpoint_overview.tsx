// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useChange, useGet, useIsAdmin } from "../api/hooks";
import type { Decision, EndpointDetails, Mark } from "../api/types";
import { count, latency, percent, plural, words } from "../base/format";
import { useMinute } from "../base/now";
import { filled, hoursOf, pointOf, RANGES, spanName, totals, type RangeName } from "../base/series";
import { absolute } from "../base/time";
import { tell } from "../widgets/actions";
import { Confirm } from "../widgets/confirm";
import { Icon } from "../widgets/icons";
import { Panel } from "../widgets/page";
import { Answered, Empty } from "../widgets/states";
import { StatusTag } from "../widgets/tags";
import { LatencyPlot, RangeChoice, RequestsPlot } from "../widgets/traffic_plots";
import { When } from "../widgets/when";

const CALLERS = ["client", "client_process"];
const CALLEES = ["server_process"];
const ELSEWHERE = new Set([...CALLERS, ...CALLEES, "request_sensitive", "response_sensitive", "exposed"]);

function Marks({ kind, marks }: { kind: string; marks: Mark[] }) {
  const sorted = [...marks].sort((a, b) => b.count - a.count);
  return (
    <section>
      <Text component="h3" size="sm" fw={600} mb={4}>
        {words(kind)}
      </Text>
      <ul className="plain-list small">
        {sorted.map((mark) => (
          <li key={mark.value} className="row-between">
            <span className="mono any-break">{mark.value}</span>
            <span className="dim nowrap">
              {count(mark.count)} · <When seconds={mark.last_seen} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function MarksPanel({ title, kinds, marks }: { title: string; kinds: string[]; marks: EndpointDetails["marks"] }) {
  const there = kinds.filter((kind) => (marks[kind] ?? []).length > 0);
  return (
    <Panel title={title}>
      {there.length === 0 ? (
        <p className="dim">None known</p>
      ) : (
        there.map((kind) => <Marks key={kind} kind={kind} marks={marks[kind] ?? []} />)
      )}
    </Panel>
  );
}

function DecisionLine({ decision, undo }: { decision: Decision; undo: (() => void) | null }) {
  const some = decision.words.slice(0, 12);
  return (
    <li>
      <div className="row-between">
        <span className="any-break">
          <code>{decision.place === "" ? "/" : `${decision.place}/`}</code>{" "}
          {decision.decision === "evidence"
            ? "is followed by a parameter"
            : "is followed by words, as was said by hand"}
          : {decision.why}
        </span>
        {undo && (
          <Button size="xs" variant="default" leftSection={<Icon name="undo" size={14} />} onClick={undo}>
            Undo merge
          </Button>
        )}
      </div>
      <div className="dim small any-break">
        <When seconds={decision.time} />
        {some.length > 0 && <> · {some.join(", ")}</>}
        {decision.words.length > some.length && <> and {count(decision.words.length - some.length)} more</>}
      </div>
    </li>
  );
}

function Decisions({ endpoint }: { endpoint: EndpointDetails }) {
  const admin = useIsAdmin();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Decision | null>(null);
  const unmerge = useChange("post", "/api/v1/endpoints/{id}/unmerge");
  if (endpoint.decisions.length === 0) return null;
  return (
    <Panel title="Why a part of its path is a parameter">
      <ul className="plain-list">
        {endpoint.decisions.map((decision) => (
          <DecisionLine
            key={`${decision.place} ${decision.time}`}
            decision={decision}
            undo={admin && decision.decision === "evidence" ? () => setAsked(decision) : null}
          />
        ))}
      </ul>
      <Confirm
        title="Undo the merge"
        opened={asked !== null}
        action="Undo merge"
        busy={unmerge.isPending}
        error={unmerge.error?.message ?? ""}
        onClose={() => {
          setAsked(null);
          unmerge.reset();
        }}
        onConfirm={() => {
          if (!asked) return;
          unmerge.mutate(
            { id: endpoint.id, query: { place: asked.place } },
            {
              onSuccess: (undone) => {
                setAsked(null);
                tell(
                  undone.restored > 0
                    ? `The merge is undone: ${plural(undone.restored, "endpoint")} back`
                    : "The merge is undone: words that come from now on are endpoints of their own",
                );
                if (undone.restored > 0) void navigate(`/endpoints?search=${encodeURIComponent(asked.place)}`);
              },
            },
          );
        }}
      >
        <Text>
          Each word behind <code>{asked?.place}/</code> becomes an endpoint of its own again, with what it had counted
          before the merge. The same decision is not made again.
        </Text>
      </Confirm>
    </Panel>
  );
}

export function EndpointOverview({ endpoint }: { endpoint: EndpointDetails }) {
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get("range");
  const name: RangeName = RANGES.find((known) => known === asked && known !== "1h") ?? "7d";
  const minute = useMinute();
  const range = useMemo(() => hoursOf(name, minute), [name, minute]);
  const hours = useGet(
    "/api/v1/endpoints/{id}/hours",
    { since: range.since, until: range.until },
    { id: endpoint.id, keep: true },
  );
  const rows = useMemo(() => (hours.data?.items ?? []).map(pointOf), [hours.data]);
  const points = useMemo(() => filled(rows, range), [rows, range]);
  const statuses = useMemo(() => {
    const sums = new Map<number, number>();
    for (const hour of hours.data?.items ?? []) {
      for (const [status, requests] of Object.entries(hour.statuses))
        sums.set(Number(status), (sums.get(Number(status)) ?? 0) + requests);
    }
    return [...sums].sort((a, b) => b[1] - a[1]);
  }, [hours.data]);
  const sum = totals(rows);
  const others = Object.keys(endpoint.marks).filter((kind) => !ELSEWHERE.has(kind));
  const said = `${count(sum.requests)} requests in ${spanName(name)}, ${percent(sum.share)} of them failed or unanswered`;
  return (
    <div className="stack">
      <div className="row-between wrap-row">
        <span title={`By hours: since ${absolute(range.since)}`}>
          {said}; since it was first seen p50 {latency(endpoint.p50)}, p95 {latency(endpoint.p95)}, p99{" "}
          {latency(endpoint.p99)}
        </span>
        <RangeChoice value={name} names={["24h", "7d", "30d"]} onChange={(range) => setParameters({ range })} />
      </div>
      <Answered of={hours}>
        {() =>
          rows.length === 0 ? (
            <Empty title={`No requests in ${spanName(name)}`}>Choose a longer span.</Empty>
          ) : (
            <div className="grid-2">
              <Panel title="Status">
                <div className="facts-tags wrap-row">
                  {statuses.map(([status, requests]) => (
                    <span key={status}>
                      <StatusTag status={status} /> {count(requests)}
                    </span>
                  ))}
                </div>
                <RequestsPlot points={points} range={range} label={said} />
              </Panel>
              <Panel title="Latency">
                <LatencyPlot points={points} range={range} label="Latency by hour: median, 95 and 99 percent" />
              </Panel>
            </div>
          )
        }
      </Answered>
      <div className="grid-2">
        <MarksPanel title="Callers" kinds={CALLERS} marks={endpoint.marks} />
        <MarksPanel title="Served by" kinds={CALLEES} marks={endpoint.marks} />
      </div>
      <Decisions endpoint={endpoint} />
      <Panel title="Marks">
        <div className="grid-2 apart">
          {others.map((kind) => (
            <Marks key={kind} kind={kind} marks={endpoint.marks[kind] ?? []} />
          ))}
        </div>
      </Panel>
    </div>
  );
}
