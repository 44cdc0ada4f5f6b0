// SPDX-License-Identifier: Apache-2.0
import { Group, Text } from "@mantine/core";
import { useMemo } from "react";
import type { EndpointDetails, Part } from "../api/types";
import { plural, words } from "../base/format";
import { placesOf } from "../base/schema";
import { Panel } from "../widgets/page";
import { SchemaView } from "../widgets/schema_view";
import { Empty } from "../widgets/states";
import { StatusTag, Tag } from "../widgets/tags";

const BODIES = ["request", "response"];
const PARAMETERS = ["path", "query", "request_headers", "response_headers"];
// how the places of sensitive data name a part
const WHERE: Record<string, string> = {
  path: "path",
  query: "query",
  request_headers: "header",
  response_headers: "header",
  request: "body",
  response: "body",
};

function OfPart({ part, endpoint }: { part: Part; endpoint: EndpointDetails }) {
  const side = part.part.startsWith("response") ? "response" : "request";
  const marks = endpoint.marks[`${side}_sensitive`];
  const sensitive = useMemo(() => placesOf(marks ?? [], WHERE[part.part]), [marks, part.part]);
  const title = words(part.part);
  return (
    <Panel
      title={title}
      extra={
        <Group gap="xs">
          {part.status !== 0 && <StatusTag status={part.status} />}
          {part.content_type !== "" && <Tag>{part.content_type}</Tag>}
          <span className="dim small">{plural(part.count, "message")}</span>
        </Group>
      }
    >
      <SchemaView
        schema={part.schema}
        sensitive={sensitive}
        label={`${title} ${part.status === 0 ? "" : part.status} ${part.content_type}`.trim()}
      />
    </Panel>
  );
}

function Parts({ endpoint, kinds, none }: { endpoint: EndpointDetails; kinds: string[]; none: string }) {
  const parts = endpoint.parts
    .filter(({ part }) => kinds.includes(part))
    .sort((a, b) => kinds.indexOf(a.part) - kinds.indexOf(b.part) || a.status - b.status || b.count - a.count);
  if (parts.length === 0) return <Empty title={none} />;
  return (
    <div className="stack">
      {parts.map((part) => (
        <OfPart key={`${part.part} ${part.status} ${part.content_type}`} part={part} endpoint={endpoint} />
      ))}
    </div>
  );
}

export function EndpointSchema({ endpoint }: { endpoint: EndpointDetails }) {
  return <Parts endpoint={endpoint} kinds={BODIES} none="No body was looked into" />;
}

export function EndpointParameters({ endpoint }: { endpoint: EndpointDetails }) {
  return (
    <div className="stack">
      <Text size="sm" className="dim">
        Query and headers are learnt from requests that were answered with success or a redirect: values of failed calls
        are not among these.
      </Text>
      <Parts endpoint={endpoint} kinds={PARAMETERS} none="No parameters were seen" />
    </div>
  );
}
