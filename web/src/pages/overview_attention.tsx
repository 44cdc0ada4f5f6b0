// SPDX-License-Identifier: Apache-2.0
// What somebody should look at. Each line leads to the list that it counts, or to the endpoint that it names.
import { Group } from "@mantine/core";
import { Link } from "react-router";
import { useEach, useGet } from "../api/hooks";
import type { Collection, Collector, Conformance, Endpoint, FacetValue, Status } from "../api/types";
import {
  countItem,
  documentItem,
  exposedItem,
  failingItem,
  freshItem,
  loginsLast,
  losses,
  notStored,
} from "../base/attention";
import { readsAgain } from "../base/collector_state";
import { endpointsLink } from "../base/filters";
import { bytes, count, plural, words } from "../base/format";
import { DAY } from "../base/time";
import { AttentionList, type AttentionGroup } from "../widgets/attention_list";
import { EndpointLine } from "../widgets/endpoint_line";
import { Failed, Waiting } from "../widgets/states";
import { ExposedLink, SensitiveTags } from "../widgets/tags";
import { useDismissed } from "../widgets/use_dismissed";

const MOST_DOCUMENTS = 5;
// items of a kind; those beyond them are counted and cannot be dismissed
const MOST_ITEMS = 500;

const nameOf = (endpoint: Endpoint): string =>
  `${endpoint.method} ${endpoint.template} ${endpoint.operation}`.trim() + ` of ${endpoint.collection}`;

interface Some {
  items: Endpoint[];
  total: number;
}

function exposedGroup({ items, total }: Some, types: FacetValue[]): AttentionGroup {
  const link = endpointsLink({ exposed: "any", folded: "both" });
  return {
    id: "exposed",
    icon: "sensitive",
    tone: "bad",
    total,
    items: loginsLast(items).map((endpoint) => ({
      ...exposedItem(endpoint),
      name: nameOf(endpoint),
      content: (
        <>
          <EndpointLine endpoint={endpoint} tab="sensitive" />
          <SensitiveTags types={endpoint.exposed} exposed={endpoint.exposed} most={1} />
        </>
      ),
    })),
    head: (shown, left) => {
      const all = items.length >= total;
      // a type of dismissed endpoints alone needs no attention
      const kept = types.filter(
        ({ value, endpoints }) =>
          value !== "none" && endpoints > 0 && (!all || shown.some(({ says }) => says.split(" ").includes(value))),
      );
      return (
        <>
          <Link to={link}>
            {plural(left, "endpoint")} {left === 1 ? "returns" : "return"} sensitive data without authentication
          </Link>
          <Group gap={6} mt={6}>
            {kept.map(({ value, endpoints }) => (
              <ExposedLink
                key={value}
                type={value}
                endpoints={endpoints}
                label={`Endpoints that return ${words(value)} without authentication`}
              />
            ))}
          </Group>
        </>
      );
    },
    more: (left) => <Link to={link}>{count(left)} more</Link>,
  };
}

function failingGroup({ items, total }: Some): AttentionGroup {
  const link = endpointsLink({ status: "5xx", folded: "both" });
  return {
    id: "failing",
    icon: "warning",
    tone: "bad",
    total,
    items: items.map((endpoint) => ({
      ...failingItem(endpoint),
      name: nameOf(endpoint),
      content: (
        <>
          <EndpointLine endpoint={endpoint} />
          <span className="dim nowrap">{plural(endpoint.failed_5xx, "time")}</span>
        </>
      ),
    })),
    head: (_, left) => <Link to={link}>{plural(left, "endpoint")} answered with 5xx</Link>,
    more: (left) => <Link to={link}>{count(left)} more</Link>,
  };
}

function freshGroup({ items, total }: Some): AttentionGroup {
  const content = (
    <span>
      <Link
        to={endpointsLink({ new_since: "7d" })}
        title="Folded away are static files, health checks and what never succeeded"
      >
        {plural(total, "endpoint")} new in 7 days, without what is folded away
      </Link>
      {" · "}
      <Link to="/changes?since=7d" title="Changes name new endpoints that are folded away, too">
        all changes, with what is folded away
      </Link>
    </span>
  );
  const item = { ...freshItem(items), name: "new endpoints", content };
  return { id: "new", icon: "changes", tone: "info", items: total > 0 ? [item] : [] };
}

function documentGroup(documented: Collection[], found: (Conformance | undefined)[]): AttentionGroup {
  const items = documented.flatMap((collection, at) => {
    const one = found[at];
    if (!one || (one.shadow === 0 && one.zombie === 0)) return [];
    const content = (
      <span>
        <Link to={`/openapi/${collection.id}?state=shadow`}>{plural(one.shadow, "shadow endpoint")}</Link> and{" "}
        <Link to={`/openapi/${collection.id}?state=zombie`}>{plural(one.zombie, "zombie")}</Link> in {collection.name}
      </span>
    );
    return [{ ...documentItem(collection.name, one), name: `OpenAPI document of ${collection.name}`, content }];
  });
  return { id: "documents", icon: "openapi", tone: "warn", items };
}

/** None until it is known when its process began, for its counts were dismissed with that. */
function collectorGroups(collector: Collector | undefined, status: Status | undefined): AttentionGroup[] {
  if (!collector) return [];
  const { started } = collector;
  const total = collector.coverage?.total;
  const unseen = total ? total.bytes - total.seen : 0;
  const line = (kind: "lost" | "ingest", name: string, value: number, meaning: string) => ({
    ...countItem(kind, name, value, started),
    name,
    content: (
      <span title={meaning}>
        {kind === "lost" ? <code>{name}</code> : name} <b>{count(value)}</b>{" "}
        <span className="dim">{kind === "ingest" ? meaning : ""}</span>
      </span>
    ),
  });
  return [
    {
      id: "unseen",
      icon: "collector",
      tone: "warn",
      items:
        unseen > 0
          ? [
              {
                ...countItem("unseen", "", unseen, started),
                name: "bytes that were not seen",
                content: <Link to="/collector">{bytes(unseen)} of the watched processes were not seen</Link>,
              },
            ]
          : [],
    },
    {
      id: "ingest",
      icon: "warning",
      tone: "bad",
      items: notStored(status?.ingest, readsAgain(collector)).map(({ name, value, meaning }) =>
        line("ingest", name, value, meaning),
      ),
      head: () => <Link to="/collector">Records are not in the inventory</Link>,
    },
    {
      id: "lost",
      icon: "warning",
      tone: "warn",
      items: losses(collector.ledger).map(({ name, value, meaning }) => line("lost", name, value, meaning)),
      head: () => <Link to="/collector?tab=ledger">Bytes or records were lost</Link>,
      more: (left) => <Link to="/collector?tab=ledger">{count(left)} more</Link>,
    },
  ];
}

interface Known {
  minute: number;
  collector: Collector | undefined;
  status: Status | undefined;
  /** one of them has not answered yet */
  waiting: boolean;
}

export function Attention({ minute, collector, status, waiting }: Known) {
  const dismissed = useDismissed();
  const exposed = useGet("/api/v1/endpoints/facets", { exposed: "any", folded: "both" });
  // What never succeeds is folded away, and fails all the same.
  const failing = useGet("/api/v1/endpoints/facets", { status: "5xx", folded: "both" });
  const fresh = useGet("/api/v1/endpoints/facets", { new_since: minute - 7 * DAY });
  const collections = useGet("/api/v1/collections");
  // the newest first
  const page = { sort: "first_seen", order: "desc", limit: MOST_ITEMS } as const;
  const exposedList = useGet("/api/v1/endpoints", { ...page, exposed: "any", folded: "both" });
  const failingList = useGet("/api/v1/endpoints", { ...page, status: "5xx", folded: "both" });
  const freshList = useGet("/api/v1/endpoints", { ...page, limit: 8, new_since: minute - 7 * DAY }, { keep: true });
  const documented = (collections.data?.items ?? []).filter(({ documents }) => documents > 0).slice(0, MOST_DOCUMENTS);
  const conformance = useEach(
    "/api/v1/collections/{id}/conformance",
    documented.map(({ id }) => id),
  );
  const asked = [exposed, failing, fresh, collections, exposedList, failingList, freshList];
  const broken = asked.find(({ error, data }) => error && data === undefined);
  if (broken?.error) return <Failed error={broken.error} retry={() => asked.forEach((one) => void one.refetch())} />;
  if (!exposed.data || !failing.data || !fresh.data || !exposedList.data || !failingList.data || !freshList.data)
    return <Waiting rows={4} />;
  if (waiting || !collections.data || conformance.some(({ isPending }) => isPending)) return <Waiting rows={4} />;
  const groups = [
    exposedGroup({ items: exposedList.data.items, total: exposed.data.endpoints }, exposed.data.exposed ?? []),
    failingGroup({ items: failingList.data.items, total: failing.data.endpoints }),
    freshGroup({ items: freshList.data.items, total: fresh.data.endpoints }),
    documentGroup(
      documented,
      conformance.map(({ data }) => data),
    ),
    ...collectorGroups(collector, status),
  ];
  return <AttentionList groups={groups} dismissed={dismissed} />;
}
