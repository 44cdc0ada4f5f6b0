// SPDX-License-Identifier: Apache-2.0
// A record: request and response side by side, each as set out, raw, or its headers.
import { Group, SegmentedControl, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { curlOf } from "../base/curl";
import { words } from "../base/format";
import { exchangeOf, rawOf, textOf, type Exchange, type Field } from "../base/record";
import { CopyButton } from "./actions";
import { BodyView, RawText } from "./body_view";
import { MethodTag, StatusTag, Tag } from "./tags";
import { Marked } from "./text_marks";

type View = "pretty" | "raw" | "headers";
const VIEWS = [
  { value: "pretty", label: "Pretty" },
  { value: "raw", label: "Raw" },
  { value: "headers", label: "Headers" },
];

function Fields({ fields, label }: { fields: Field[]; label: string }) {
  if (fields.length === 0) return <p className="dim">No headers</p>;
  return (
    <table className="fields" aria-label={label}>
      <tbody>
        {fields.map(({ name, value }, at) => (
          <tr key={at}>
            <th scope="row">{name}</th>
            <td>
              <Marked text={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Side({ exchange, side, view }: { exchange: Exchange; side: "request" | "response"; view: View }) {
  const title = side === "request" ? "Request" : "Response";
  const part = exchange[side];
  const status = Number(exchange.status) || 0;
  return (
    <section className="exchange-side" aria-label={title}>
      <Group gap="xs" mb={6}>
        <Text fw={600} component="h3" size="sm">
          {title}
        </Text>
        {side === "response" && <StatusTag status={status} />}
        {part.contentType !== "" && <span className="dim small any-break">{part.contentType}</span>}
      </Group>
      {view === "headers" && <Fields fields={part.headers} label={`${title} headers`} />}
      {view === "raw" && <RawText text={rawOf(exchange, side)} label={`${title}, raw`} />}
      {view === "pretty" && <BodyView text={part.body} label={`${title} body`} />}
    </section>
  );
}

function Messages({ exchange }: { exchange: Exchange }) {
  return (
    <section aria-label="Messages">
      <Text fw={600} component="h3" size="sm" mb={6}>
        Messages
      </Text>
      <ul className="plain-list">
        {exchange.messages.slice(0, 200).map((message, at) => (
          <li key={at}>
            <Tag tone={message.direction === "outgoing" ? "info" : "good"}>
              {message.direction === "outgoing" ? "client" : "server"}
            </Tag>
            <BodyView text={message.payload} label={`Message ${at + 1}`} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ExchangeView({ record }: { record: unknown }) {
  const [view, setView] = useState<View>("pretty");
  const exchange = useMemo(() => exchangeOf(record), [record]);
  if (!exchange) return <RawText text={textOf(record)} label="Record" />;
  return (
    <div className="exchange">
      <Group gap="xs" justify="space-between" align="flex-start">
        <div className="exchange-line">
          <MethodTag method={exchange.method} />{" "}
          <span className="mono any-break">
            <span className="dim">{exchange.host}</span>
            <Marked text={exchange.path} />
          </span>
        </div>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="View"
            data={VIEWS}
            value={view}
            onChange={(value) => setView(value as View)}
          />
          <CopyButton label="Copy as curl" text={() => curlOf(exchange)} />
        </Group>
      </Group>
      <div className="exchange-sides">
        <Side exchange={exchange} side="request" view={view} />
        <Side exchange={exchange} side="response" view={view} />
      </div>
      {exchange.messages.length > 0 && <Messages exchange={exchange} />}
      <details>
        <summary>More of this record</summary>
        <table className="fields" aria-label="More of this record">
          <tbody>
            {exchange.facts.map(({ name, value }) => (
              <tr key={name}>
                <th scope="row">{words(name)}</th>
                <td>
                  <Marked text={value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}
