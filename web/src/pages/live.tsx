// SPDX-License-Identifier: Apache-2.0
// Records as they come. The filters are the address, and the server's: what they leave out is not sent.
import { Button, Drawer, Group } from "@mantine/core";
import type { ColumnDef } from "@tanstack/react-table";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useSearchParams } from "react-router";
import { useGet } from "../api/hooks";
import type { LiveState } from "../api/live";
import type { LiveRecord } from "../api/types";
import { whyNothingComes } from "../base/collector_state";
import { STATUSES } from "../base/filters";
import { count, latency, plural } from "../base/format";
import { LIVE_LIMIT, type LiveRow } from "../base/live_view";
import { seenAt } from "../base/record";
import { preciseClock } from "../base/time";
import { ChoiceMenu } from "../widgets/choice_menu";
import { DataTable } from "../widgets/data_table";
import { ExchangeView } from "../widgets/exchange_view";
import { Icon } from "../widgets/icons";
import { MiddleCut } from "../widgets/middle_cut";
import { Page } from "../widgets/page";
import { SearchField } from "../widgets/search_field";
import { Empty } from "../widgets/states";
import { MethodTag, StatusTag } from "../widgets/tags";
import { Marked } from "../widgets/text_marks";
import { useLive } from "../widgets/use_live";

type Row = LiveRow<LiveRecord>;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "WS"].map((value) => ({
  value,
  label: value,
}));
const STATUS_CHOICES = STATUSES.map((value) => ({ value, label: value }));
const STATES: Record<LiveState, { label: string; tone: string }> = {
  connecting: { label: "Connecting", tone: "state-warn" },
  open: { label: "Connected", tone: "state-good" },
  waiting: { label: "Reconnecting", tone: "state-warn" },
  refused: { label: "Refused", tone: "state-bad" },
};

function SeenAt({ record }: { record: unknown }) {
  const seen = seenAt(record);
  if (!seen) return <span className="dim">–</span>;
  return (
    <span title={`${seen.process}, the ${seen.side}`}>
      {seen.process} <span className="dim">{seen.side}</span>
    </span>
  );
}

function columnsOf(open: (row: Row) => void): ColumnDef<Row>[] {
  return [
    {
      id: "time",
      header: "Time",
      cell: ({ row: { original } }) => (
        <button
          type="button"
          className="row-button mono"
          onClick={() => open(original)}
          aria-label={`Open ${original.record.method} of ${preciseClock(original.record.time)}`}
        >
          {preciseClock(original.record.time)}
        </button>
      ),
      enableSorting: false,
      meta: { width: 120 },
    },
    {
      id: "method",
      header: "Method",
      cell: ({ row }) => <MethodTag method={row.original.record.method} />,
      enableSorting: false,
      meta: { width: 86 },
    },
    {
      id: "target",
      header: "Target",
      cell: ({ row: { original } }) => (
        <span className="mono" title={original.record.target}>
          <Marked text={original.record.target} />
        </span>
      ),
      enableSorting: false,
      meta: { width: 280, grow: true },
    },
    {
      id: "collection",
      header: "Collection",
      cell: ({ row }) => <MiddleCut text={row.original.record.collection} />,
      enableSorting: false,
      meta: { width: 170 },
    },
    {
      id: "seen_at",
      header: "Seen at",
      cell: ({ row }) => <SeenAt record={row.original.record.record} />,
      enableSorting: false,
      meta: { width: 150 },
    },
    {
      id: "status",
      header: "Status",
      cell: ({ row }) => <StatusTag status={row.original.record.status} />,
      enableSorting: false,
      meta: { width: 124 },
    },
    {
      id: "latency",
      header: "Latency",
      cell: ({ row }) => latency(row.original.record.latency),
      enableSorting: false,
      meta: { width: 90, numeric: true },
    },
  ];
}

function useFilters() {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (name: string, value: string | undefined) =>
      setParameters(
        (old) => {
          const next = new URLSearchParams(old);
          if (value === undefined || value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setParameters],
  );
  const of = (name: string): string | undefined => parameters.get(name) ?? undefined;
  const status = STATUSES.find((known) => known === of("status"));
  return { collection: of("collection"), method: of("method"), search: of("search"), status, set };
}

export default function Live() {
  const { collection, method, search, status, set } = useFilters();
  const { view, act, connection, again } = useLive({ collection, method, search, status });
  const [opened, setOpened] = useState<Row | null>(null);
  const columns = useMemo(() => columnsOf(setOpened), []);
  const collections = useGet("/api/v1/collections").data?.items ?? [];
  const setSearch = useCallback((text: string) => set("search", text), [set]);
  const collector = useGet("/api/v1/collector", undefined, { every: 10000 }).data;
  const nothing = connection.state === "open" && view.rows.length === 0 ? whyNothingComes(collector) : null;
  const state = nothing ? { label: nothing.title, tone: "state-neutral" } : STATES[connection.state];
  let body: ReactNode = null;
  if (view.rows.length > 0) {
    body = (
      <DataTable label="Records" columns={columns} rows={view.rows} rowId={(row) => String(row.key)} fill rowsOpen />
    );
  } else if (nothing && !view.paused) {
    body = <Empty title={nothing.title}>{nothing.why}</Empty>;
  } else if (connection.state === "open") {
    body = (
      <Empty title={view.paused ? "Paused" : "Waiting for records"}>
        {view.paused
          ? "Resume to see what waits."
          : "Each request that is watched appears here as soon as it was answered."}
      </Empty>
    );
  } else {
    body = (
      <Empty title={state.label}>
        {connection.why}{" "}
        {connection.state === "refused" && (
          <Button size="xs" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Empty>
    );
  }
  return (
    <Page
      title="Live"
      fill
      actions={
        <>
          <span className={`state ${state.tone}`} role="status" title={connection.why}>
            <span className="dot" aria-hidden="true" />
            {state.label}
          </span>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name={view.paused ? "play" : "pause"} size={14} />}
            onClick={() => act({ do: view.paused ? "resume" : "pause" })}
          >
            {view.paused
              ? `Resume (${count(view.waiting.length)}${view.waiting.length === LIVE_LIMIT ? "+" : ""} waiting)`
              : "Pause"}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="close" size={14} />}
            onClick={() => act({ do: "clear" })}
          >
            Clear
          </Button>
        </>
      }
    >
      <div className="filter-bar" role="search" aria-label="Live records">
        <SearchField label="Search in targets" value={search ?? ""} onChange={setSearch} />
        <ChoiceMenu
          label="Collection"
          choices={collections.slice(0, 300).map(({ name }) => ({ value: name, label: name }))}
          value={collection}
          onChange={(value) => set("collection", value)}
        />
        <ChoiceMenu label="Method" choices={METHODS} value={method} onChange={(value) => set("method", value)} />
        <ChoiceMenu label="Status" choices={STATUS_CHOICES} value={status} onChange={(value) => set("status", value)} />
        <span className="bar-end dim">
          {plural(view.seen, "record")}
          {view.seen > LIVE_LIMIT ? `, the newest ${count(LIVE_LIMIT)} kept` : ""}
        </span>
      </div>
      {view.lost > 0 && (
        <div className="notice notice-warn" role="status">
          {plural(view.lost, "record")} left out: they came faster than this page took them. A narrower filter helps.
        </div>
      )}
      {body}
      <Drawer
        opened={opened !== null}
        onClose={() => setOpened(null)}
        position="right"
        size="min(900px, 100%)"
        title="Record"
        closeButtonProps={{ "aria-label": "Close" }}
        transitionProps={{ duration: 0 }}
      >
        {opened && (
          <>
            <Group gap="xs" mb="sm">
              <StatusTag status={opened.record.status} />
              <span>{latency(opened.record.latency)}</span>
              <span className="dim">{preciseClock(opened.record.time)}</span>
            </Group>
            <ExchangeView key={opened.key} record={opened.record.record} />
          </>
        )}
      </Drawer>
    </Page>
  );
}
