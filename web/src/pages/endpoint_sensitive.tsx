// SPDX-License-Identifier: Apache-2.0
import type { ColumnDef } from "@tanstack/react-table";
import { Link } from "react-router";
import type { EndpointDetails, Mark } from "../api/types";
import { ABOUT_OTHERS, count, OTHERS, words } from "../base/format";
import { DataTable } from "../widgets/data_table";
import { Empty } from "../widgets/states";
import { Tag } from "../widgets/tags";
import { When } from "../widgets/when";

interface Place {
  side: "request" | "response";
  type: string;
  place: string;
  mark: Mark;
  exposed: boolean;
}

function placesOfSide(endpoint: EndpointDetails, side: Place["side"]): Place[] {
  const exposed = new Set((endpoint.marks["exposed"] ?? []).map(({ value }) => value));
  return (endpoint.marks[`${side}_sensitive`] ?? []).map((mark) => {
    const space = mark.value.indexOf(" ");
    return {
      side,
      type: space < 0 ? mark.value : mark.value.slice(0, space),
      place: space < 0 ? "" : mark.value.slice(space + 1),
      mark,
      exposed: side === "response" && exposed.has(mark.value),
    };
  });
}

export function EndpointSensitive({ endpoint }: { endpoint: EndpointDetails }) {
  const places = [...placesOfSide(endpoint, "response"), ...placesOfSide(endpoint, "request")];
  if (places.length === 0) return <Empty title="No sensitive data was seen" />;
  const columns: ColumnDef<Place>[] = [
    {
      id: "type",
      accessorKey: "type",
      header: "Type",
      cell: ({ row: { original } }) =>
        original.type === OTHERS ? (
          <Tag title={ABOUT_OTHERS}>{words(OTHERS)}</Tag>
        ) : (
          <Link to={`/sensitive?type=${encodeURIComponent(original.type)}`}>
            <Tag tone={original.exposed ? "bad" : "accent"}>{words(original.type)}</Tag>
          </Link>
        ),
      meta: { width: 150 },
    },
    { id: "side", accessorKey: "side", header: "In", cell: ({ row }) => row.original.side, meta: { width: 100 } },
    {
      id: "place",
      accessorKey: "place",
      header: "Place",
      cell: ({ row: { original } }) =>
        original.type === OTHERS ? (
          <span className="dim" title={ABOUT_OTHERS}>
            beyond the 64 that are kept
          </span>
        ) : (
          <code title={original.place}>{original.place}</code>
        ),
      meta: { width: 260, grow: true, keep: true },
    },
    {
      id: "exposed",
      accessorFn: (place) => Number(place.exposed),
      header: "Without auth",
      cell: ({ getValue }) => (getValue() === 1 ? <Tag tone="bad">yes</Tag> : <span className="dim">no</span>),
      meta: { width: 120 },
    },
    {
      id: "count",
      accessorFn: ({ mark }) => mark.count,
      header: "Seen",
      cell: ({ row }) => count(row.original.mark.count),
      meta: { width: 100, numeric: true },
    },
    {
      id: "last",
      accessorFn: ({ mark }) => mark.last_seen,
      header: "Last",
      cell: ({ row }) => <When seconds={row.original.mark.last_seen} />,
      meta: { width: 110 },
    },
  ];
  return (
    <DataTable
      label="Places of sensitive data"
      columns={columns}
      rows={places}
      rowId={(row) => `${row.side} ${row.mark.value}`}
    />
  );
}
