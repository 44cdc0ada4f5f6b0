// SPDX-License-Identifier: Apache-2.0
import { SegmentedControl } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { usePages } from "../api/hooks";
import type { Change } from "../api/types";
import { byDay } from "../base/days";
import { count } from "../base/format";
import { useMinute } from "../base/now";
import { absolute, clockOf, sinceSeconds } from "../base/time";
import { SinceMenu } from "../widgets/choice_menu";
import { MoreOnSight } from "../widgets/on_sight";
import { Page, Panel } from "../widgets/page";
import { Empty, Failed, Waiting } from "../widgets/states";
import { FoldedTag, MethodTag, Tag, Template, type Tone } from "../widgets/tags";

const KINDS = [
  { value: "all", label: "All" },
  { value: "endpoint", label: "Endpoints" },
  { value: "field", label: "Fields" },
  { value: "type", label: "Types" },
];
const TONES: Record<Change["kind"], Tone> = { endpoint: "good", field: "info", type: "warn" };
const WHAT: Record<Change["kind"], string> = { endpoint: "new endpoint", field: "new field", type: "new type" };

function Line({ change }: { change: Change }) {
  return (
    <li className="change">
      <time className="dim" dateTime={new Date(change.time * 1000).toISOString()} title={absolute(change.time)}>
        {clockOf(change.time)}
      </time>
      <span>
        <Tag tone={TONES[change.kind]}>{WHAT[change.kind]}</Tag>
      </span>
      <span className="change-what">
        <Link to={`/endpoints/${change.endpoint_id}`} className="plain">
          <MethodTag method={change.method} /> <Template template={change.template} operation={change.operation} />
        </Link>{" "}
        <span className="dim">{change.collection}</span> {change.folded !== "" && <FoldedTag why={change.folded} />}
        {change.kind !== "endpoint" && <code className="change-detail">{change.detail}</code>}
      </span>
    </li>
  );
}

export default function Changes() {
  const [parameters, setParameters] = useSearchParams();
  const minute = useMinute();
  const since = parameters.get("since") ?? "7d";
  const asked = parameters.get("kind");
  const kind = asked === "endpoint" || asked === "field" || asked === "type" ? asked : undefined;
  // moves on only when the filter does
  const from = useMemo(() => sinceSeconds(since, minute), [since]); // eslint-disable-line react-hooks/exhaustive-deps
  const pages = usePages("/api/v1/changes", {
    ...(from === null || since === "all" ? {} : { since: from }),
    ...(kind === undefined ? {} : { kind }),
  });
  const days = useMemo(() => byDay(pages.data?.pages.flatMap(({ items }) => items) ?? []), [pages.data]);
  const { fetchNextPage } = pages;
  const load = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const set = (name: string, value: string | undefined): void =>
    setParameters((old) => {
      const next = new URLSearchParams(old);
      if (value === undefined) next.delete(name);
      else next.set(name, value);
      return next;
    });
  return (
    <Page title="Changes">
      <div className="filter-bar">
        <SegmentedControl
          size="xs"
          aria-label="Kind"
          data={KINDS}
          value={kind ?? "all"}
          onChange={(value) => set("kind", value === "all" ? undefined : value)}
        />
        <SinceMenu
          label="Since"
          value={since === "all" ? undefined : since}
          onChange={(value) => set("since", value ?? "all")}
        />
      </div>
      {pages.error && days.length === 0 && <Failed error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Waiting rows={10} />}
      {pages.data && days.length === 0 && (
        <Empty title="No changes">
          Nothing new was seen in this time. Fields and types count once an endpoint was there before it.
        </Empty>
      )}
      {days.map((day) => (
        <Panel key={day.date} title={day.date} extra={<span className="dim">{count(day.items.length)} shown</span>}>
          <ul className="plain-list">
            {day.items.map((change) => (
              <Line key={change.id} change={change} />
            ))}
          </ul>
        </Panel>
      ))}
      {days.length > 0 && <MoreOnSight has={pages.hasNextPage} loading={pages.isFetchingNextPage} load={load} />}
    </Page>
  );
}
