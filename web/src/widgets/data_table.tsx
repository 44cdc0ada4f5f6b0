// SPDX-License-Identifier: Apache-2.0
// A table of any length. Beyond 100 rows only those in sight are in the page, between two empty rows that keep the
// place of the others; the rows say their numbers, so that a reader of screens knows of all. j and k, or the arrows,
// go from row to row, Enter follows the row's link. Where the room is narrow, columns go until the others fit, and a
// button brings them back.
import { flexRender, getCoreRowModel, getSortedRowModel, useReactTable } from "@tanstack/react-table";
import type { ColumnDef, ColumnMeta, RowData, SortingState } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { leftOut, NARROW } from "../base/columns";
import { plural } from "../base/format";
import { useRowClicks, useRowKeys } from "./row_keys";
import { useSideScroll } from "./side_scroll";

declare module "@tanstack/react-table" {
  interface ColumnMeta<TData extends RowData, TValue> {
    width?: number;
    numeric?: boolean;
    /** of more than one line, where it must; not in long lists */
    wrap?: boolean;
    grow?: boolean;
    /** in a narrow room: how narrow it may become, and whether it goes after the others */
    least?: number;
    keep?: boolean;
    /** what the server calls it, for lists that it sorts */
    sort?: string;
    unused?: [TData, TValue];
  }
}

interface Props<T> {
  label: string;
  columns: ColumnDef<T>[];
  rows: T[];
  rowId: (row: T) => string;
  /** sorted by the server; without it by the table itself */
  sort?: { by: string; order: "asc" | "desc"; set: (by: string) => void };
  initialSort?: SortingState;
  hidden?: Record<string, boolean>;
  /** of all, where not all are here */
  total?: number;
  more?: { has: boolean; loading: boolean; load: () => void };
  /** scrolls in itself, over the rest of the page */
  fill?: boolean;
  foot?: ReactNode;
  /** where the list was, is remembered under this */
  place?: string;
  rowHeight?: number;
  /** a click on a row is one on its first link or button */
  rowsOpen?: boolean;
}

const VIRTUAL_FROM = 100;
const WIDTH = 120;
const LEAST_GROWING = 140;
const places = new Map<string, number>();

function classOf(meta: { numeric?: boolean; wrap?: boolean } | undefined): string | undefined {
  return meta?.numeric ? "numeric" : meta?.wrap ? "wrap" : undefined;
}

function leastOf(meta: { width?: number; grow?: boolean; least?: number } | undefined): number {
  const width = meta?.width ?? WIDTH;
  return meta?.least ?? (meta?.grow ? Math.min(width, LEAST_GROWING) : width);
}

/** The columns that find no room, and whether the room is too narrow for all of them. */
function useLeftOut<T>(columns: ColumnDef<T>[], hidden: Record<string, boolean> | undefined, room: number | null) {
  return useMemo(() => {
    const shown = columns.filter(({ id }) => hidden?.[id ?? ""] !== false);
    const widths = shown.map(({ id, meta }) => ({
      id: id ?? "",
      width: meta?.width ?? WIDTH,
      least: leastOf(meta),
      keep: meta?.keep === true,
    }));
    return room === null ? [] : leftOut(widths, room);
  }, [columns, hidden, room]);
}

export function DataTable<T>(props: Props<T>) {
  const { rows, sort, more } = props;
  const height = props.rowHeight ?? 41;
  const [sorting, setSorting] = useState<SortingState>(props.initialSort ?? []);
  const scroller = useRef<HTMLDivElement>(null);
  const room = useSideScroll(scroller);
  const out = useLeftOut(props.columns, props.hidden, room);
  const [all, setAll] = useState(false);
  const hidden = { ...props.hidden, ...(all ? {} : Object.fromEntries(out.map((id) => [id, false]))) };
  const table = useReactTable<T>({
    data: rows,
    columns: props.columns,
    getRowId: (row) => props.rowId(row),
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    manualSorting: sort !== undefined,
    enableSortingRemoval: false,
    state: { sorting, columnVisibility: hidden },
    onSortingChange: setSorting,
  });
  const sorted = table.getRowModel().rows;
  const virtual = props.fill === true && sorted.length > VIRTUAL_FROM;
  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    enabled: virtual,
    initialOffset: () => places.get(props.place ?? "") ?? 0,
  });
  const items = virtual ? virtualizer.getVirtualItems() : sorted.map((_, index) => ({ index, start: 0, end: 0 }));
  const above = virtual ? (items[0]?.start ?? 0) : 0;
  const below = virtual ? virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (more?.has && !more.loading && last >= sorted.length - 40) more.load();
  }, [more, last, sorted.length]);
  useRowClicks(scroller, props.rowsOpen === true);
  useRowKeys(scroller, sorted.length, (index) => {
    if (virtual) virtualizer.scrollToIndex(index);
  });

  const visible = table.getVisibleLeafColumns();
  const narrow = room !== null && room < NARROW && !all;
  const widthOf = (meta: ColumnMeta<T, unknown> | undefined): number =>
    narrow ? leastOf(meta) : (meta?.width ?? WIDTH);
  const width = visible.reduce((sum, column) => sum + widthOf(column.columnDef.meta), 0);
  return (
    <>
      {out.length > 0 && (
        <button type="button" className="row-button table-columns" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? "Only the columns that fit" : `Show ${plural(out.length, "more column")}`}
        </button>
      )}
      <div
        ref={scroller}
        className={`table-scroll${props.fill ? " table-fill" : ""}${props.rowsOpen ? " rows-open" : ""}`}
        tabIndex={0}
        role="region"
        aria-label={props.label}
        onScroll={(event) => {
          if (props.place !== undefined) places.set(props.place, event.currentTarget.scrollTop);
        }}
      >
        <table className="data-table" style={{ minWidth: width }} aria-rowcount={(props.total ?? sorted.length) + 1}>
          <caption className="sr-only">{props.label}</caption>
          <colgroup>
            {visible.map((column) => (
              <col
                key={column.id}
                style={column.columnDef.meta?.grow ? {} : { width: widthOf(column.columnDef.meta) }}
              />
            ))}
          </colgroup>
          <thead>
            <tr aria-rowindex={1}>
              {table.getLeafHeaders().map((header) => {
                const name = sort ? header.column.columnDef.meta?.sort : header.column.id;
                const able = sort ? name !== undefined : header.column.getCanSort();
                const order = sort ? (sort.by === name ? sort.order : false) : header.column.getIsSorted();
                const content = flexRender(header.column.columnDef.header, header.getContext());
                return (
                  <th
                    key={header.id}
                    scope="col"
                    className={header.column.columnDef.meta?.numeric ? "numeric" : undefined}
                    aria-sort={
                      order === "asc" ? "ascending" : order === "desc" ? "descending" : able ? "none" : undefined
                    }
                  >
                    {able ? (
                      <button
                        type="button"
                        className="sort"
                        onClick={() => (sort ? sort.set(name ?? "") : header.column.toggleSorting())}
                      >
                        {content}
                        {order !== false && (
                          <span aria-hidden="true" className="sort-mark">
                            {order === "asc" ? "▲" : "▼"}
                          </span>
                        )}
                      </button>
                    ) : (
                      content
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
            {items.map(({ index }) => {
              const row = sorted[index];
              if (!row) return null;
              return (
                <tr key={row.id} data-index={index} aria-rowindex={index + 2} style={virtual ? { height } : undefined}>
                  {row.getVisibleCells().map((cell) => (
                    <td key={cell.id} className={classOf(cell.column.columnDef.meta)}>
                      {flexRender(cell.column.columnDef.cell, cell.getContext())}
                    </td>
                  ))}
                </tr>
              );
            })}
            {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
          </tbody>
        </table>
        {more?.loading && (
          <div className="table-more" role="status">
            Loading more…
          </div>
        )}
        {props.foot}
      </div>
    </>
  );
}
