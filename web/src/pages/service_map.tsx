// SPDX-License-Identifier: Apache-2.0
// Who calls whom, as a picture and as a table of the same rows.
import { SegmentedControl, Select, Slider, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ColumnDef } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Link } from "react-router";
import { useGet } from "../api/hooks";
import type { Caller } from "../api/types";
import { endpointsLink } from "../base/filters";
import { count, plural, words } from "../base/format";
import { graphOf, threshold, withoutDoubles } from "../base/graph";
import { CallList } from "../widgets/call_list";
import { DataTable } from "../widgets/data_table";
import { GraphPlot } from "../widgets/graph_plot";
import { MiddleCut } from "../widgets/middle_cut";
import { Page, Panel } from "../widgets/page";
import { Answered, Empty, NoTraffic } from "../widgets/states";
import { Tag } from "../widgets/tags";
import { When } from "../widgets/when";

const COLUMNS: ColumnDef<Caller>[] = [
  {
    id: "kind",
    accessorKey: "kind",
    header: "Kind",
    cell: ({ row }) => <Tag>{words(row.original.kind)}</Tag>,
    meta: { width: 140, least: 128 },
  },
  {
    id: "name",
    accessorKey: "name",
    header: "Name",
    cell: ({ row }) => <MiddleCut text={row.original.name} />,
    meta: { width: 190, least: 100 },
  },
  {
    id: "relation",
    accessorKey: "kind",
    header: "",
    enableSorting: false,
    cell: ({ row }) => <span className="dim">{row.original.kind === "server_process" ? "answers for" : "calls"}</span>,
    meta: { width: 110 },
  },
  {
    id: "collection",
    accessorKey: "collection",
    header: "Collection",
    cell: ({ row: { original } }) => (
      <Link to={endpointsLink({ collection: original.collection_id })}>
        <MiddleCut text={original.collection} />
      </Link>
    ),
    meta: { width: 200, grow: true, least: 130, keep: true },
  },
  {
    id: "requests",
    accessorKey: "requests",
    header: "Requests",
    cell: ({ row }) => count(row.original.requests),
    meta: { width: 110, numeric: true },
  },
  {
    id: "endpoints",
    accessorKey: "endpoints",
    header: "Endpoints",
    cell: ({ row }) => count(row.original.endpoints),
    meta: { width: 110, numeric: true },
  },
  {
    id: "last_seen",
    accessorKey: "last_seen",
    header: "Last seen",
    cell: ({ row }) => <When seconds={row.original.last_seen} />,
    meta: { width: 110 },
  },
];

function Picture({ calls, least }: { calls: Caller[]; least: number }) {
  const navigate = useNavigate();
  const graph = useMemo(() => graphOf(calls, least), [calls, least]);
  const narrow = useMediaQuery("(max-width: 600px)", undefined, { getInitialValueInEffect: false });
  if (graph.nodes.length === 0)
    return <Empty title="Nothing has so many requests">Move the threshold to the left.</Empty>;
  return (
    <>
      {narrow ? (
        <CallList calls={calls.filter(({ requests }) => requests >= least)} label="Who calls whom" />
      ) : (
        <GraphPlot
          graph={graph}
          label={`${plural(graph.nodes.length, "node")}, ${plural(graph.edges.length, "connection")}; the table has the same`}
          onCollection={(id) => void navigate(endpointsLink({ collection: id }))}
        />
      )}
      {graph.left_out > 0 && (
        <Text size="sm" className="dim">
          {plural(graph.left_out, "connection")} with less traffic left out
        </Text>
      )}
    </>
  );
}

export default function ServiceMap() {
  const [parameters, setParameters] = useSearchParams();
  const collection = parameters.get("collection");
  const view = parameters.get("view") === "table" ? "table" : "map";
  const [slider, setSlider] = useState(0);
  const collections = useGet("/api/v1/collections").data?.items ?? [];
  const calls = useGet("/api/v1/service-map", collection === null ? {} : { collection: Number(collection) || 0 }, {
    keep: true,
  });
  const most = Math.max(0, ...(calls.data?.items ?? []).map(({ requests }) => requests));
  const least = threshold(slider, most);
  const items = useMemo(() => withoutDoubles(calls.data?.items ?? []), [calls.data]);
  const set = (name: string, value: string | null): void =>
    setParameters((old) => {
      const next = new URLSearchParams(old);
      if (value === null) next.delete(name);
      else next.set(name, value);
      return next;
    });
  return (
    <Page
      title="Service map"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="View"
          data={[
            { value: "map", label: "Map" },
            { value: "table", label: "Table" },
          ]}
          value={view}
          onChange={(value) => set("view", value === "map" ? null : value)}
        />
      }
    >
      <div className="map-bar">
        <Select
          label="Collection"
          placeholder="All"
          data={collections.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={collection}
          onChange={(value) => set("collection", value)}
          searchable
          clearable
          clearButtonProps={{ "aria-label": "Clear the collection" }}
          limit={200}
        />
        <div className="map-slider">
          <span id="threshold">At least {plural(least, "request")}</span>
          <Slider value={slider} onChange={setSlider} label={null} thumbProps={{ "aria-labelledby": "threshold" }} />
        </div>
      </div>
      <Answered of={calls}>
        {({ items: all }) => {
          if (items.length === 0) return collection === null ? <NoTraffic /> : <Empty title="Nobody called it" />;
          const kept = items.filter(({ requests }) => requests >= least);
          const shown = new Set(items);
          const same = new Set(all.filter((call) => !shown.has(call)).map(({ name }) => name)).size;
          const note = same > 0 && (
            <Text size="sm" className="dim" mt="xs">
              {plural(same, "loopback address", "loopback addresses")} left out: the processes that call are known.
            </Text>
          );
          return view === "map" ? (
            <Panel>
              <Picture calls={items} least={least} />
              {note}
            </Panel>
          ) : (
            <DataTable
              label="Who calls whom"
              columns={COLUMNS}
              rows={kept}
              rowId={(row) => `${row.kind} ${row.name} ${row.collection_id}`}
              initialSort={[{ id: "requests", desc: true }]}
              fill={kept.length > 100}
              foot={note}
            />
          );
        }}
      </Answered>
    </Page>
  );
}
