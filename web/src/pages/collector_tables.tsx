// SPDX-License-Identifier: Apache-2.0
import { Checkbox } from "@mantine/core";
import type { ColumnDef } from "@tanstack/react-table";
import { useState } from "react";
import type { Collector } from "../api/types";
import { losses } from "../base/attention";
import { count, plural } from "../base/format";
import { DataTable } from "../widgets/data_table";
import { SearchField } from "../widgets/search_field";
import { Empty } from "../widgets/states";

type Line = NonNullable<Collector["ledger"]>[number];
type Setting = Collector["settings"][number];

export function Ledger({ lines }: { lines: Line[] | null }) {
  const [all, setAll] = useState(false);
  if (lines === null) {
    return (
      <Empty title="No ledger here">
        A collector counts what became of every byte and record; this server only reads records of collectors.
      </Empty>
    );
  }
  const lost = new Set(losses(lines).map(({ name }) => name));
  const rows = lines.filter(({ value }) => all || value > 0);
  const columns: ColumnDef<Line>[] = [
    {
      id: "name",
      accessorKey: "name",
      header: "Counter",
      cell: ({ row }) => <code>{row.original.name}</code>,
      meta: { width: 290, least: 190, wrap: true },
    },
    {
      id: "value",
      accessorKey: "value",
      header: "Value",
      cell: ({ row: { original } }) =>
        lost.has(original.name) ? <b className="bad-text">{count(original.value)}</b> : count(original.value),
      meta: { width: 150, least: 130, numeric: true, keep: true },
    },
    {
      id: "meaning",
      accessorKey: "meaning",
      header: "Meaning",
      enableSorting: false,
      cell: ({ row }) => <span title={row.original.meaning}>{row.original.meaning}</span>,
      meta: { width: 420, grow: true, wrap: true },
    },
  ];
  return (
    <div className="stack">
      <div className="filter-bar">
        <span className="dim">
          What became of every byte, message and record since the start. Bytes of a connection that is open are counted
          when it ends.
        </span>
        <Checkbox
          className="bar-end"
          label={`Counters that are zero too (${count(lines.length - lines.filter(({ value }) => value > 0).length)})`}
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      </div>
      {rows.length === 0 ? (
        <Empty title="Nothing was counted yet" />
      ) : (
        <DataTable label="Ledger" columns={columns} rows={rows} rowId={(line) => line.name} />
      )}
    </div>
  );
}

const SETTINGS: ColumnDef<Setting>[] = [
  {
    id: "name",
    accessorKey: "name",
    header: "Setting",
    cell: ({ row }) => <code>{row.original.name}</code>,
    meta: { width: 240 },
  },
  {
    id: "value",
    accessorKey: "value",
    header: "Value",
    cell: ({ row }) => (
      <span className="mono" title={row.original.value}>
        {row.original.value}
      </span>
    ),
    meta: { width: 160, wrap: true },
  },
  {
    id: "default",
    accessorKey: "default",
    header: "Default",
    cell: ({ row }) => (
      <span className="mono dim" title={row.original.default}>
        {row.original.default}
      </span>
    ),
    meta: { width: 110, wrap: true },
  },
  {
    id: "source",
    accessorKey: "source",
    header: "Set by",
    cell: ({ row }) =>
      row.original.source === "" ? <span className="dim">default</span> : <code>{row.original.source}</code>,
    meta: { width: 190, wrap: true },
  },
  {
    id: "meaning",
    accessorKey: "meaning",
    header: "Meaning",
    enableSorting: false,
    cell: ({ row }) => <span title={row.original.meaning}>{row.original.meaning}</span>,
    meta: { width: 320, grow: true, wrap: true },
  },
];

export function Settings({ settings }: { settings: Setting[] }) {
  const [search, setSearch] = useState("");
  const [changed, setChanged] = useState(false);
  const wanted = search.toLowerCase();
  const rows = settings.filter(
    (setting) =>
      (!changed || setting.source !== "") &&
      (setting.name.toLowerCase().includes(wanted) || setting.meaning.toLowerCase().includes(wanted)),
  );
  return (
    <div className="stack">
      <div className="filter-bar">
        <SearchField label="Search in settings" value={search} onChange={setSearch} />
        <Checkbox
          label="Changed only"
          checked={changed}
          onChange={(event) => setChanged(event.currentTarget.checked)}
        />
        <span className="bar-end dim" role="status">
          {plural(rows.length, "setting")}
        </span>
      </div>
      {rows.length === 0 ? (
        <Empty title={changed && search === "" ? "All settings are at their defaults" : "No setting has this"} />
      ) : (
        <DataTable label="Settings" columns={SETTINGS} rows={rows} rowId={(setting) => setting.name} />
      )}
    </div>
  );
}
