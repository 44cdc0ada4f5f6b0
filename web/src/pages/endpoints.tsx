// SPDX-License-Identifier: Apache-2.0
// The list of endpoints. Its whole state is the address: filters under the API's names, search, order.
import { Button } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, type ReactNode } from "react";
import { useSearchParams } from "react-router";
import { useGet, usePages } from "../api/hooks";
import type { EndpointSort } from "../api/types";
import {
  FILTERS,
  firstOrder,
  readState,
  STATUSES,
  withFilter,
  writeState,
  type FilterName,
  type ListState,
} from "../base/filters";
import { count, plural } from "../base/format";
import { useMinute } from "../base/now";
import { sinceSeconds } from "../base/time";
import { DownloadButton } from "../widgets/actions";
import { ChoiceMenu, SinceMenu } from "../widgets/choice_menu";
import { ColumnMenu } from "../widgets/column_menu";
import { DataTable } from "../widgets/data_table";
import { ENDPOINT_COLUMNS, FIRST_HIDDEN } from "../widgets/endpoint_columns";
import { FacetSelect, type FacetName, type FacetQuery } from "../widgets/facet_select";
import { Icon } from "../widgets/icons";
import { Page } from "../widgets/page";
import { SavedViews } from "../widgets/saved_views";
import { SearchField } from "../widgets/search_field";
import { Empty, Failed, NoTraffic, Waiting } from "../widgets/states";

const FACETS: FacetName[] = ["collection", "method", "auth", "access", "sensitive", "returned", "exposed", "folded"];
const STATUS_CHOICES = STATUSES.map((value) => ({ value, label: value }));

/** The filters as the server takes them: times that count back from now become times. */
function queryOf(state: ListState, now: number): FacetQuery {
  const query: Record<string, string | number> = {};
  for (const name of FILTERS) {
    const value = state.filters[name];
    if (value === undefined) continue;
    if (name === "seen_since" || name === "new_since") {
      const since = sinceSeconds(value, now);
      if (since !== null) query[name] = since;
    } else query[name] = value;
  }
  if (state.search !== "") query["search"] = state.search;
  return query;
}

function useListState() {
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.toString();
  const state = useMemo(() => readState(new URLSearchParams(text)), [text]);
  const set = useCallback(
    (change: Partial<ListState>) =>
      setParameters((old) => writeState({ ...readState(old), ...change }), { replace: "search" in change }),
    [setParameters],
  );
  return { state, set, setParameters };
}

export default function Endpoints() {
  const { state, set, setParameters } = useListState();
  const [hidden, setHidden] = useLocalStorage({
    key: "apiarist-endpoint-columns",
    defaultValue: FIRST_HIDDEN,
    getInitialValueInEffect: false,
  });
  const client = useQueryClient();
  const minute = useMinute();
  // the begin of a span moves on only when the page is opened or asked anew
  const opened = useMemo(() => minute, [state]); // eslint-disable-line react-hooks/exhaustive-deps
  const query = useMemo(() => queryOf(state, opened), [state, opened]);
  const facets = useGet("/api/v1/endpoints/facets", query, { keep: true });
  const folds = state.filters.folded === undefined;
  const folded = useGet("/api/v1/endpoints/facets", { ...query, folded: folds ? "yes" : "both" }, { keep: true });
  const pages = usePages("/api/v1/endpoints", { ...query, sort: state.sort as EndpointSort, order: state.order });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const setFilter = (name: FilterName, value: string | undefined): void =>
    set({ filters: withFilter(state.filters, name, value) });
  const setSearch = useCallback((search: string) => set({ search }), [set]);
  const filtered = Object.keys(state.filters).length > 0 || state.search !== "";
  const current = writeState(state).toString();
  const { fetchNextPage } = pages;
  const more = useMemo(
    () => ({ has: pages.hasNextPage, loading: pages.isFetchingNextPage, load: () => void fetchNextPage() }),
    [pages.hasNextPage, pages.isFetchingNextPage, fetchNextPage],
  );

  let body: ReactNode;
  if (pages.error && rows.length === 0) body = <Failed error={pages.error} retry={() => void pages.refetch()} />;
  else if (pages.isPending) body = <Waiting rows={12} />;
  else if (rows.length === 0 && !filtered) body = <NoTraffic />;
  else if (rows.length === 0) {
    body = (
      <Empty title="No endpoint has all of this">
        <Button size="xs" variant="default" onClick={() => set({ filters: {}, search: "" })}>
          Clear the filters
        </Button>
      </Empty>
    );
  } else {
    body = (
      <DataTable
        key={current}
        label="Endpoints"
        columns={ENDPOINT_COLUMNS}
        rows={rows}
        rowId={(row) => String(row.id)}
        hidden={Object.fromEntries(hidden.map((id) => [id, false]))}
        sort={{
          by: state.sort,
          order: state.order,
          set: (by) =>
            set({ sort: by, order: by === state.sort ? (state.order === "asc" ? "desc" : "asc") : firstOrder(by) }),
        }}
        total={facets.data?.endpoints ?? rows.length}
        more={more}
        place={`/endpoints?${current}`}
        fill
      />
    );
  }
  return (
    <Page
      title="Endpoints"
      fill
      actions={
        <>
          <DownloadButton label="CSV" path="/api/v1/export/csv" query={query} file="endpoints.csv" />
          <DownloadButton label="Postman" path="/api/v1/export/postman" query={query} file="endpoints.postman.json" />
          <ColumnMenu
            columns={ENDPOINT_COLUMNS.filter(({ id }) => id !== "template").map(({ id, header }) => ({
              id: id ?? "",
              label: String(header),
            }))}
            hidden={hidden}
            onChange={setHidden}
          />
          <SavedViews current={current} onChoose={(text) => setParameters(new URLSearchParams(text))} />
        </>
      }
    >
      <div className="filter-bar" role="search" aria-label="Endpoints">
        <SearchField label="Search in paths" value={state.search} onChange={setSearch} />
        {FACETS.map((name) => (
          <FacetSelect
            key={name}
            name={name}
            query={query}
            value={state.filters[name]}
            onChange={(value) => setFilter(name, value)}
          />
        ))}
        <ChoiceMenu
          label="Status"
          title="It had such answers"
          choices={STATUS_CHOICES}
          value={state.filters.status}
          onChange={(value) => setFilter("status", value)}
        />
        <SinceMenu
          label="Seen"
          title="Seen since"
          value={state.filters.seen_since}
          onChange={(value) => setFilter("seen_since", value)}
        />
        <SinceMenu
          label="New"
          title="First seen since"
          value={state.filters.new_since}
          onChange={(value) => setFilter("new_since", value)}
        />
        {filtered && (
          <Button size="xs" variant="subtle" onClick={() => set({ filters: {}, search: "" })}>
            Clear all
          </Button>
        )}
        <span className="bar-end dim" role="status">
          {facets.data ? plural(facets.data.endpoints, "endpoint") : ""}
          {facets.data && rows.length < facets.data.endpoints ? `, ${count(rows.length)} loaded` : ""}
        </span>
        {folds && folded.data !== undefined && folded.data.endpoints > 0 && (
          <Button
            size="xs"
            variant="subtle"
            title="Static files, health checks, and what never succeeded"
            onClick={() => setFilter("folded", "both")}
          >
            {count(folded.data.endpoints)} more folded away
          </Button>
        )}
        <Button
          size="xs"
          variant="subtle"
          aria-label="Ask again"
          onClick={() => void client.resetQueries({ queryKey: ["/api/v1/endpoints"] }).then(() => facets.refetch())}
        >
          <Icon name="refresh" size={15} />
        </Button>
      </div>
      {body}
    </Page>
  );
}
