// SPDX-License-Identifier: Apache-2.0
// What only an admin's token may see and do.
import { Button, Text, TextInput } from "@mantine/core";
import type { ColumnDef } from "@tanstack/react-table";
import { useCallback, useMemo, useState } from "react";
import { useChange, usePages } from "../api/hooks";
import type { AuditLine } from "../api/types";
import { plural } from "../base/format";
import { tell } from "../widgets/actions";
import { Confirm } from "../widgets/confirm";
import { DataTable } from "../widgets/data_table";
import { Panel } from "../widgets/page";
import { Empty, Failed, Waiting } from "../widgets/states";
import { When } from "../widgets/when";

const AUDIT: ColumnDef<AuditLine>[] = [
  {
    id: "time",
    accessorKey: "time",
    header: "When",
    enableSorting: false,
    cell: ({ row }) => <When seconds={row.original.time} />,
    meta: { width: 130 },
  },
  { id: "who", accessorKey: "who", header: "Token", enableSorting: false, meta: { width: 140 } },
  { id: "action", accessorKey: "action", header: "Action", enableSorting: false, meta: { width: 220 } },
  {
    id: "detail",
    accessorKey: "detail",
    header: "Detail",
    enableSorting: false,
    cell: ({ row }) => <span title={row.original.detail}>{row.original.detail}</span>,
    meta: { width: 300, grow: true },
  },
];

export function Audit() {
  const pages = usePages("/api/v1/audit", {});
  const rows = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const { fetchNextPage } = pages;
  const load = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (pages.error && rows.length === 0) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Waiting />;
  if (rows.length === 0) return <Empty title="Nothing yet">What admins change stands here.</Empty>;
  return (
    <DataTable
      label="Audit"
      columns={AUDIT}
      rows={rows}
      rowId={(row) => String(row.id)}
      more={{ has: pages.hasNextPage, loading: pages.isFetchingNextPage, load }}
      fill={rows.length > 100}
    />
  );
}

export function DeleteData() {
  const [before, setBefore] = useState("");
  const [asked, setAsked] = useState(false);
  const removal = useChange("delete", "/api/v1/data");
  return (
    <Panel title="Delete data">
      <div className="stack">
        <Text size="sm">
          Hours, samples and changes before a date, and endpoints that were not seen since. There is no way back.
        </Text>
        <div className="filter-bar delete-bar">
          <TextInput
            type="date"
            label="Before (UTC)"
            value={before}
            onChange={(event) => setBefore(event.currentTarget.value)}
          />
          <Button className="danger" disabled={before === ""} onClick={() => setAsked(true)}>
            Delete…
          </Button>
        </div>
      </div>
      <Confirm
        title="Delete data"
        opened={asked}
        typed={before}
        action="Delete"
        busy={removal.isPending}
        error={removal.error?.message ?? ""}
        onClose={() => {
          setAsked(false);
          removal.reset();
        }}
        onConfirm={() =>
          removal.mutate(
            { query: { before } },
            {
              onSuccess: (removed) => {
                setAsked(false);
                tell(
                  `Deleted ${plural(removed.endpoints, "endpoint")}, ${plural(removed.hours, "hour")}, ${plural(removed.samples, "sample")}, ${plural(removed.changes, "change")}`,
                );
              },
            },
          )
        }
      >
        <Text>All data before {before} goes.</Text>
      </Confirm>
    </Panel>
  );
}
