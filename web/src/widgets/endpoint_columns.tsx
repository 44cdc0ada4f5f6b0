// SPDX-License-Identifier: Apache-2.0
// The columns of lists of endpoints. `sort` is what the server calls it.
import type { ColumnDef } from "@tanstack/react-table";
import { Link } from "react-router";
import type { Endpoint } from "../api/types";
import { count, latency } from "../base/format";
import { MiddleCut } from "./middle_cut";
import { AccessTag, AuthTags, MethodTag, SensitiveTags, Tag, Template } from "./tags";
import { When } from "./when";

export const ENDPOINT_COLUMNS: ColumnDef<Endpoint>[] = [
  {
    id: "method",
    header: "Method",
    cell: ({ row }) => <MethodTag method={row.original.method} />,
    meta: { width: 80, sort: "method" },
  },
  {
    id: "template",
    header: "Endpoint",
    cell: ({ row: { original } }) => (
      <Link
        to={`/endpoints/${original.id}`}
        title={`${original.template} ${original.operation}`}
        className="endpoint-path"
      >
        <Template template={original.template} operation={original.operation} />
        {original.folded !== "" && <Tag title={`folded away: ${original.folded}`}>{original.folded}</Tag>}
      </Link>
    ),
    meta: { width: 216, grow: true, sort: "template" },
  },
  {
    id: "collection",
    header: "Collection",
    cell: ({ row }) => <MiddleCut text={row.original.collection} />,
    meta: { width: 132, sort: "collection" },
  },
  {
    id: "auth",
    header: "Auth",
    cell: ({ row }) => <AuthTags auth={row.original.auth} />,
    meta: { width: 116, sort: "auth" },
  },
  {
    id: "access",
    header: "Access",
    cell: ({ row }) => <AccessTag access={row.original.access} />,
    meta: { width: 80, sort: "access" },
  },
  {
    id: "sensitive",
    header: "Sensitive",
    cell: ({ row: { original } }) => <SensitiveTags types={original.sensitive} exposed={original.exposed} most={1} />,
    meta: { width: 150, sort: "sensitive" },
  },
  {
    id: "returned",
    header: "Returned",
    cell: ({ row: { original } }) => <SensitiveTags types={original.returned} exposed={original.exposed} most={1} />,
    meta: { width: 150 },
  },
  {
    id: "exposed",
    header: "Exposed",
    cell: ({ row: { original } }) => <SensitiveTags types={original.exposed} exposed={original.exposed} most={1} />,
    meta: { width: 150 },
  },
  {
    id: "requests",
    header: "Requests",
    cell: ({ row: { original } }) => (
      <span
        title={original.requests_client > 0 ? `${count(original.requests_client)} of them seen at callers` : undefined}
      >
        {count(original.requests)}
      </span>
    ),
    meta: { width: 100, numeric: true, sort: "requests" },
  },
  {
    id: "failed_4xx",
    header: "4xx",
    cell: ({ row }) => count(row.original.failed_4xx),
    meta: { width: 64, numeric: true, sort: "failed_4xx" },
  },
  {
    id: "failed_5xx",
    header: "5xx",
    cell: ({ row: { original } }) =>
      original.failed_5xx > 0 ? (
        <span className="bad-text">{count(original.failed_5xx)}</span>
      ) : (
        count(original.failed_5xx)
      ),
    meta: { width: 64, numeric: true, sort: "failed_5xx" },
  },
  {
    id: "unanswered",
    header: "Unanswered",
    cell: ({ row }) => count(row.original.unanswered),
    meta: { width: 110, numeric: true, sort: "unanswered" },
  },
  {
    id: "p50",
    header: "p50",
    cell: ({ row }) => latency(row.original.p50),
    meta: { width: 85, numeric: true, sort: "p50" },
  },
  {
    id: "p95",
    header: "p95",
    cell: ({ row }) => latency(row.original.p95),
    meta: { width: 85, numeric: true, sort: "p95" },
  },
  {
    id: "p99",
    header: "p99",
    cell: ({ row }) => latency(row.original.p99),
    meta: { width: 85, numeric: true, sort: "p99" },
  },
  {
    id: "first_seen",
    header: "First seen",
    cell: ({ row }) => <When seconds={row.original.first_seen} />,
    meta: { width: 100, sort: "first_seen" },
  },
  {
    id: "last_seen",
    header: "Last seen",
    cell: ({ row }) => <When seconds={row.original.last_seen} />,
    meta: { width: 100, sort: "last_seen" },
  },
];

export const FIRST_HIDDEN = ["returned", "exposed", "failed_4xx", "unanswered", "p50", "p95", "p99", "first_seen"];
