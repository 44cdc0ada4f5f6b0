// SPDX-License-Identifier: Apache-2.0
// Types of sensitive data × endpoints. Each number is a link to the endpoints that it counts.
import type { ColumnDef } from "@tanstack/react-table";
import { useCallback, useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { useGet, usePages } from "../api/hooks";
import type { FacetValue, SensitivePlace } from "../api/types";
import { endpointsLink, type FilterName } from "../base/filters";
import { ABOUT_OTHERS, count, OTHERS, plural, words } from "../base/format";
import { DataTable } from "../widgets/data_table";
import { MiddleCut } from "../widgets/middle_cut";
import { Page, Panel } from "../widgets/page";
import { Answered, Empty, Failed, Waiting } from "../widgets/states";
import { MethodTag, Tag, Template } from "../widgets/tags";
import { When } from "../widgets/when";

interface Row {
  type: string;
  sensitive: number;
  returned: number;
  exposed: number;
}

function rowsOf(lists: Record<"sensitive" | "returned" | "exposed", FacetValue[] | undefined>): Row[] {
  const rows = new Map<string, Row>();
  for (const name of ["sensitive", "returned", "exposed"] as const) {
    for (const { value, endpoints } of lists[name] ?? []) {
      if (value === "none") continue;
      const row = rows.get(value) ?? { type: value, sensitive: 0, returned: 0, exposed: 0 };
      row[name] = endpoints;
      rows.set(value, row);
    }
  }
  return [...rows.values()];
}

function Number({ filter, type, value }: { filter: FilterName; type: string; value: number }) {
  if (value === 0) return <span className="dim">0</span>;
  return <Link to={endpointsLink({ [filter]: type, folded: "both" })}>{count(value)}</Link>;
}

const numberColumn = (
  id: "sensitive" | "returned" | "exposed",
  header: string,
  width: number,
  keep = false,
): ColumnDef<Row> => ({
  id,
  accessorKey: id,
  header,
  cell: ({ row: { original } }) => <Number filter={id} type={original.type} value={original[id]} />,
  meta: { numeric: true, width, keep },
});

const TYPES: ColumnDef<Row>[] = [
  {
    id: "type",
    accessorKey: "type",
    header: "Type",
    cell: ({ row: { original } }) => (
      <Link to={`/sensitive?type=${encodeURIComponent(original.type)}`}>
        <Tag tone={original.exposed > 0 ? "bad" : "accent"}>{words(original.type)}</Tag>
      </Link>
    ),
    meta: { width: 150, grow: true, least: 110 },
  },
  numberColumn("sensitive", "Endpoints", 104),
  numberColumn("returned", "Return it", 110),
  // the decisive one
  numberColumn("exposed", "Without auth", 140, true),
];

const PLACES: ColumnDef<SensitivePlace>[] = [
  {
    id: "template",
    accessorKey: "template",
    header: "Endpoint",
    cell: ({ row: { original } }) => (
      <Link to={`/endpoints/${original.endpoint_id}?tab=sensitive`}>
        <MethodTag method={original.method} /> <Template template={original.template} />
      </Link>
    ),
    meta: { width: 280, grow: true },
  },
  {
    id: "collection",
    accessorKey: "collection",
    header: "Collection",
    cell: ({ row }) => <MiddleCut text={row.original.collection} />,
    meta: { width: 170 },
  },
  {
    id: "side",
    accessorKey: "side",
    header: "In",
    cell: ({ row: { original } }) => (
      <Tag tone={original.side === "response" ? "accent" : "neutral"}>{original.side}</Tag>
    ),
    meta: { width: 100 },
  },
  {
    id: "place",
    accessorKey: "place",
    header: "Place",
    cell: ({ row: { original } }) => <code title={original.place}>{original.place}</code>,
    meta: { width: 240 },
  },
  {
    id: "count",
    accessorKey: "count",
    header: "Seen",
    cell: ({ row }) => count(row.original.count),
    meta: { width: 90, numeric: true },
  },
  {
    id: "last_seen",
    accessorKey: "last_seen",
    header: "Last",
    cell: ({ row }) => <When seconds={row.original.last_seen} />,
    meta: { width: 100 },
  },
];

function Places({ type }: { type: string }) {
  const pages = usePages("/api/v1/sensitive", { type });
  const rows = useMemo(
    () =>
      pages.data?.pages.flatMap(({ items }) => items.filter((item): item is SensitivePlace => "place" in item)) ?? [],
    [pages.data],
  );
  const { fetchNextPage } = pages;
  const load = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  return (
    <Panel title={`Where: ${words(type)}`} extra={<Link to="/sensitive">All types</Link>} className="panel-fill">
      {pages.error && rows.length === 0 && <Failed error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Waiting />}
      {pages.data && rows.length === 0 && <Empty title="Nowhere" />}
      {rows.length > 0 && (
        <DataTable
          key={type}
          label={`Places of ${words(type)}`}
          columns={PLACES}
          rows={rows}
          rowId={(row) => `${row.endpoint_id} ${row.side} ${row.place}`}
          more={{ has: pages.hasNextPage, loading: pages.isFetchingNextPage, load }}
          fill
        />
      )}
    </Panel>
  );
}

export default function Sensitive() {
  const [parameters] = useSearchParams();
  const type = parameters.get("type");
  const facets = useGet("/api/v1/endpoints/facets", { folded: "both" });
  return (
    <Page title="Sensitive data">
      <Answered of={facets}>
        {(data) => {
          const all = rowsOf({ sensitive: data.sensitive, returned: data.returned, exposed: data.exposed });
          const rows = all.filter(({ type: of }) => of !== OTHERS);
          const more = all.find(({ type: of }) => of === OTHERS);
          if (rows.length === 0) {
            return (
              <Empty title="None seen">Types and places stand here as soon as a request or a response has some.</Empty>
            );
          }
          return (
            <DataTable
              label="Types of sensitive data"
              columns={TYPES}
              rows={rows}
              rowId={(row) => row.type}
              initialSort={[{ id: "exposed", desc: true }]}
              foot={
                more && (
                  <div className="table-more">
                    <Link to={endpointsLink({ sensitive: OTHERS, folded: "both" })}>
                      {plural(more.sensitive, "endpoint")}
                    </Link>{" "}
                    with more places. {ABOUT_OTHERS}
                  </div>
                )
              }
            />
          );
        }}
      </Answered>
      {type !== null && <Places type={type} />}
    </Page>
  );
}
