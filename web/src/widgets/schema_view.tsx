// SPDX-License-Identifier: Apache-2.0
import { useMemo, useRef, useState } from "react";
import { count, words } from "../base/format";
import { onlyCounted, openRows, schemaRows, type SchemaRow } from "../base/schema";
import { Icon } from "./icons";
import { useSideScroll } from "./side_scroll";
import { Tag } from "./tags";

function Row({ row, total, shut, toggle }: { row: SchemaRow; total: number; shut: boolean; toggle: () => void }) {
  return (
    <tr className={row.sensitive.length > 0 ? "schema-sensitive" : undefined}>
      <th scope="row">
        <span className="schema-name" style={{ paddingLeft: `${Math.min(row.depth, 12) * 18}px` }}>
          {row.children ? (
            <button
              type="button"
              className={shut ? "twist" : "twist twist-open"}
              aria-expanded={!shut}
              aria-label={`${row.name === "" ? "root" : row.name}: ${shut ? "open" : "shut"}`}
              onClick={toggle}
            >
              <Icon name="chevron" size={13} />
            </button>
          ) : (
            <span className="twist-none" />
          )}
          <span className="mono any-break">{row.name === "" ? "(root)" : row.name}</span>
        </span>
      </th>
      <td>
        <span className="mono">{row.types === "" ? "unknown" : row.types}</span>
        {row.format !== "" && (
          <>
            {" "}
            <Tag>{row.format}</Tag>
          </>
        )}
      </td>
      <td>
        {row.depth === 0 ? "" : row.required ? <Tag tone="info">always</Tag> : <span className="dim">optional</span>}
      </td>
      <td className="wrap">
        {row.bounds}
        {row.values.length > 0 && (
          <span>
            {row.bounds === "" ? "" : "; "}
            {row.values.map((value) => (
              <code key={value} className="schema-value">
                {value}
              </code>
            ))}
          </span>
        )}
      </td>
      <td>
        {row.sensitive.map((type) => (
          <Tag key={type} tone="bad">
            {words(type)}
          </Tag>
        ))}
      </td>
      <td className="numeric" title={`of ${count(total)}`}>
        {count(row.count)}
      </td>
    </tr>
  );
}

/** The tree of a schema; what is sensitive is marked at its field. */
export function SchemaView({
  schema,
  sensitive,
  label,
}: {
  schema: unknown;
  sensitive: Map<string, string[]>;
  label: string;
}) {
  const rows = useMemo(() => schemaRows(schema, sensitive), [schema, sensitive]);
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const toggle = (place: string): void => {
    const next = new Set(shut);
    if (!next.delete(place)) next.add(place);
    setShut(next);
  };
  const box = useRef<HTMLDivElement>(null);
  useSideScroll(box);
  if (rows.length === 0) return <p className="dim">Its form is not known.</p>;
  if (onlyCounted(rows))
    return <p className="dim">No JSON: only counted, its content is not looked into for fields.</p>;
  return (
    <div ref={box} className="table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="data-table schema-table">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">Present</th>
            <th scope="col">Bounds and values</th>
            <th scope="col">Sensitive</th>
            <th scope="col" className="numeric">
              Seen
            </th>
          </tr>
        </thead>
        <tbody>
          {openRows(rows, shut).map((row) => (
            <Row
              key={row.place}
              row={row}
              total={rows[0]?.count ?? 0}
              shut={shut.has(row.place)}
              toggle={() => toggle(row.place)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
