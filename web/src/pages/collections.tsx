// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Group, Text } from "@mantine/core";
import type { ColumnDef } from "@tanstack/react-table";
import { useCallback, useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useChange, useGet, useIsAdmin } from "../api/hooks";
import type { Collection } from "../api/types";
import { endpointsLink } from "../base/filters";
import { count, plural } from "../base/format";
import { tell } from "../widgets/actions";
import { Confirm } from "../widgets/confirm";
import { DataTable } from "../widgets/data_table";
import { Icon } from "../widgets/icons";
import { MiddleCut } from "../widgets/middle_cut";
import { Page } from "../widgets/page";
import { SearchField } from "../widgets/search_field";
import { Answered, Empty, NoTraffic } from "../widgets/states";
import { AccessTag, SensitiveTags } from "../widgets/tags";
import { When } from "../widgets/when";

function columnsOf(admin: boolean, remove: (collection: Collection) => void): ColumnDef<Collection>[] {
  const columns: ColumnDef<Collection>[] = [
    {
      id: "name",
      accessorKey: "name",
      header: "Collection",
      cell: ({ row: { original } }) => (
        <Link to={endpointsLink({ collection: original.id })}>
          <MiddleCut text={original.name} />
        </Link>
      ),
      meta: { width: 166, grow: true, least: 130 },
    },
    {
      id: "endpoints",
      accessorKey: "endpoints",
      header: "Endpoints",
      cell: ({ row: { original } }) => (
        <span title={`${count(original.folded)} more are folded away`}>{count(original.endpoints)}</span>
      ),
      meta: { width: 106, numeric: true },
    },
    {
      id: "requests",
      accessorKey: "requests",
      header: "Requests",
      cell: ({ row }) => count(row.original.requests),
      meta: { width: 106, numeric: true },
    },
    {
      id: "failed_4xx",
      accessorKey: "failed_4xx",
      header: "4xx",
      cell: ({ row }) => count(row.original.failed_4xx),
      meta: { width: 62, numeric: true },
    },
    {
      id: "failed_5xx",
      accessorKey: "failed_5xx",
      header: "5xx",
      cell: ({ row: { original } }) =>
        original.failed_5xx === 0 ? (
          "0"
        ) : (
          <Link to={endpointsLink({ collection: original.id, status: "5xx", folded: "both" })}>
            {count(original.failed_5xx)}
          </Link>
        ),
      meta: { width: 62, numeric: true },
    },
    {
      id: "sensitive",
      accessorFn: (collection) => collection.sensitive.length,
      header: "Sensitive",
      cell: ({ row }) => <SensitiveTags types={row.original.sensitive} most={1} />,
      meta: { width: 158 },
    },
    {
      id: "access",
      accessorFn: (collection) => collection.access.join(" "),
      header: "Access",
      cell: ({ row }) => (
        <Group gap={4} wrap="nowrap">
          {row.original.access
            .filter((access) => access !== "")
            .map((access) => (
              <AccessTag key={access} access={access} />
            ))}
        </Group>
      ),
      meta: { width: 100 },
    },
    {
      id: "last_seen",
      accessorKey: "last_seen",
      header: "Last seen",
      cell: ({ row }) => <When seconds={row.original.last_seen} />,
      meta: { width: 106 },
    },
    {
      id: "more",
      enableSorting: false,
      header: "Pages",
      cell: ({ row: { original } }) => (
        <Group gap={10} wrap="nowrap">
          <Link
            to={`/openapi/${original.id}`}
            aria-label={`OpenAPI of ${original.name}`}
            title={original.documents > 0 ? "It has a document" : "It has no document"}
          >
            OpenAPI{original.documents > 0 ? " ✓" : ""}
          </Link>
          <Link to={`/map?collection=${original.id}`} aria-label={`Map of ${original.name}`}>
            Map
          </Link>
          {admin && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Delete ${original.name}`}
              onClick={() => remove(original)}
            >
              <Icon name="trash" size={15} />
            </ActionIcon>
          )}
        </Group>
      ),
      meta: { width: 172 },
    },
  ];
  return columns;
}

export default function Collections() {
  const [parameters, setParameters] = useSearchParams();
  const search = parameters.get("search") ?? "";
  const setSearch = useCallback(
    (text: string) => setParameters(text === "" ? {} : { search: text }, { replace: true }),
    [setParameters],
  );
  const admin = useIsAdmin();
  const collections = useGet("/api/v1/collections");
  const [victim, setVictim] = useState<Collection | null>(null);
  const removal = useChange("delete", "/api/v1/collections/{id}");
  const columns = useMemo(() => columnsOf(admin, setVictim), [admin]);
  const rows = (collections.data?.items ?? []).filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  const close = (): void => {
    setVictim(null);
    removal.reset();
  };
  return (
    <Page title="Collections" fill>
      <div className="filter-bar" role="search" aria-label="Collections">
        <SearchField label="Search in names" value={search} onChange={setSearch} />
        <span className="bar-end dim" role="status">
          {collections.data ? plural(rows.length, "collection") : ""}
        </span>
      </div>
      <Answered of={collections} rows={8}>
        {({ items }) =>
          items.length === 0 ? (
            <NoTraffic />
          ) : rows.length === 0 ? (
            <Empty title="No collection has this in its name" />
          ) : (
            <DataTable
              label="Collections"
              columns={columns}
              rows={rows}
              rowId={(row) => String(row.id)}
              initialSort={[{ id: "requests", desc: true }]}
              fill
            />
          )
        }
      </Answered>
      <Confirm
        title="Delete a collection"
        opened={victim !== null}
        typed={victim?.name ?? ""}
        action="Delete"
        busy={removal.isPending}
        error={removal.error?.message ?? ""}
        onClose={close}
        onConfirm={() => {
          if (!victim) return;
          removal.mutate(
            { id: victim.id },
            {
              onSuccess: (removed) => {
                tell(
                  `Deleted ${victim.name}: ${plural(removed.endpoints, "endpoint")}, ${plural(removed.samples, "sample")}`,
                );
                close();
              },
            },
          );
        }}
      >
        <Text>
          All endpoints, samples, hours and changes of this collection go, and its OpenAPI document. It comes back,
          empty, with its next request.
        </Text>
      </Confirm>
    </Page>
  );
}
