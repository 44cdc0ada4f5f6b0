// SPDX-License-Identifier: Apache-2.0
import { Group, Tabs } from "@mantine/core";
import { Link, useParams, useSearchParams } from "react-router";
import { useGet } from "../api/hooks";
import type { EndpointDetails } from "../api/types";
import { endpointsLink } from "../base/filters";
import { count, plural } from "../base/format";
import { DownloadButton } from "../widgets/actions";
import { Page } from "../widgets/page";
import { Answered, Empty } from "../widgets/states";
import { AccessTag, AuthTags, FoldedTag, MethodTag, SensitiveTags, Template } from "../widgets/tags";
import { When } from "../widgets/when";
import { EndpointOverview } from "./endpoint_overview";
import { EndpointSamples } from "./endpoint_samples";
import { EndpointParameters, EndpointSchema } from "./endpoint_schema";
import { EndpointSensitive } from "./endpoint_sensitive";
import { Problem } from "../api/client";

const TABS = ["overview", "schema", "parameters", "samples", "sensitive"] as const;
type Tab = (typeof TABS)[number];
const LABELS: Record<Tab, string> = {
  overview: "Overview",
  schema: "Schema",
  parameters: "Parameters",
  samples: "Samples",
  sensitive: "Sensitive",
};

function Head({ endpoint }: { endpoint: EndpointDetails }) {
  const unplaced = endpoint.marks["incomplete"]?.find(({ value }) => value === "no_addresses")?.count ?? 0;
  return (
    <div className="facts">
      <span>
        <Link to={endpointsLink({ collection: endpoint.collection_id })}>{endpoint.collection}</Link>
      </span>
      <span>
        First seen <When seconds={endpoint.first_seen} />
      </span>
      <span>
        Last seen <When seconds={endpoint.last_seen} />
      </span>
      <span title="A call that was seen at both of its ends counts once">
        {plural(endpoint.requests, "request")}
        {endpoint.requests_client > 0 && `, ${count(endpoint.requests_client)} of them seen at callers`}
      </span>
      {unplaced > 0 && (
        <span title="The first call on a TLS connection that is older than the collector may have none: it counts twice where both of its ends are watched">
          {count(unplaced)} of them without addresses, which may count twice
        </span>
      )}
      <span className="facts-tags">
        Auth <AuthTags auth={endpoint.auth} />
      </span>
      <span className="facts-tags">
        Access <AccessTag access={endpoint.access} />
      </span>
      {endpoint.sensitive.length > 0 && (
        <span className="facts-tags">
          Sensitive <SensitiveTags types={endpoint.sensitive} exposed={endpoint.exposed} most={6} />
        </span>
      )}
      {endpoint.folded !== "" && <FoldedTag why={endpoint.folded} />}
      {endpoint.merged_into !== 0 && (
        <span>
          Became part of <Link to={`/endpoints/${endpoint.merged_into}`}>another endpoint</Link>
        </span>
      )}
    </div>
  );
}

function Details({ endpoint }: { endpoint: EndpointDetails }) {
  const [parameters, setParameters] = useSearchParams();
  const tab = TABS.find((known) => known === parameters.get("tab")) ?? "overview";
  const places =
    (endpoint.marks["request_sensitive"]?.length ?? 0) + (endpoint.marks["response_sensitive"]?.length ?? 0);
  return (
    <>
      <Head endpoint={endpoint} />
      <Tabs
        value={tab}
        onChange={(value) => setParameters(value === null || value === "overview" ? {} : { tab: value })}
        keepMounted={false}
      >
        <Tabs.List aria-label="Parts of this endpoint">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {LABELS[name]}
              {name === "sensitive" && places > 0 ? ` ${count(places)}` : ""}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" pt="md">
          <EndpointOverview endpoint={endpoint} />
        </Tabs.Panel>
        <Tabs.Panel value="schema" pt="md">
          <EndpointSchema endpoint={endpoint} />
        </Tabs.Panel>
        <Tabs.Panel value="parameters" pt="md">
          <EndpointParameters endpoint={endpoint} />
        </Tabs.Panel>
        <Tabs.Panel value="samples" pt="md">
          <EndpointSamples id={endpoint.id} />
        </Tabs.Panel>
        <Tabs.Panel value="sensitive" pt="md">
          <EndpointSensitive endpoint={endpoint} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

export default function EndpointPage() {
  const id = Number(useParams()["id"]);
  const asked = useGet("/api/v1/endpoints/{id}", undefined, { id, enabled: Number.isSafeInteger(id) && id > 0 });
  const endpoint = asked.data;
  const unknown = !(id > 0) || (asked.error instanceof Problem && asked.error.status === 404);
  return (
    <Page
      title={endpoint ? `${endpoint.method} ${endpoint.template} ${endpoint.operation}`.trim() : "Endpoint"}
      heading={
        endpoint ? (
          <span className="endpoint-title">
            <MethodTag method={endpoint.method} />{" "}
            <Template template={endpoint.template} operation={endpoint.operation} />
          </span>
        ) : undefined
      }
      actions={
        endpoint && (
          <Group gap="xs">
            <DownloadButton
              label="HAR"
              path="/api/v1/export/har"
              query={{ endpoint: endpoint.id }}
              file={`endpoint-${endpoint.id}.har`}
            />
            <Link to={`/openapi/${endpoint.collection_id}`} className="chip-link">
              OpenAPI
            </Link>
            <Link to={`/map?collection=${endpoint.collection_id}`} className="chip-link">
              Map
            </Link>
          </Group>
        )
      }
    >
      {unknown ? (
        <Empty title="There is no such endpoint">
          It may have been deleted, or become part of another. <Link to="/endpoints">All endpoints</Link>
        </Empty>
      ) : (
        <Answered of={asked}>{(data) => <Details key={data.id} endpoint={data} />}</Answered>
      )}
    </Page>
  );
}
