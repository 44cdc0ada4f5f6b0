// SPDX-License-Identifier: Apache-2.0
// A record (docs/record.md) as the viewer needs it. Its values are what somebody sent: nothing is taken for granted.

export interface Field {
  name: string;
  value: string;
}

export interface Half {
  headers: Field[];
  body: string;
  contentType: string;
}

export interface SocketMessage {
  direction: string;
  payload: string;
  opcode: string;
  timestamp: string;
}

export interface Exchange {
  method: string;
  path: string;
  protocol: string;
  status: string;
  statusText: string;
  host: string;
  tls: boolean;
  request: Half;
  response: Half;
  messages: SocketMessage[];
  /** what else the record says, by its keys */
  facts: Field[];
}

const SHOWN = new Set(
  "path method type status statusCode requestHeaders responseHeaders requestPayload responsePayload events headers".split(
    " ",
  ),
);
const CONSTANT = new Set("akto_account_id akto_vxlan_id is_pending source enable_graph".split(" "));

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return JSON.stringify(value);
}

function objectOf(value: unknown): Record<string, unknown> | null {
  let read = value;
  if (typeof value === "string") {
    try {
      read = JSON.parse(value) as unknown;
    } catch {
      return null;
    }
  }
  return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : null;
}

function fieldsOf(value: unknown): Field[] {
  const read = objectOf(value);
  if (!read) return [];
  return Object.entries(read).map(([name, field]) => ({ name, value: textOf(field) }));
}

export function fieldOf(fields: Field[], name: string): string {
  return fields.find((field) => field.name.toLowerCase() === name)?.value ?? "";
}

function half(record: Record<string, unknown>, side: "request" | "response"): Half {
  const headers = fieldsOf(record[`${side}Headers`]);
  return { headers, body: textOf(record[`${side}Payload`]), contentType: fieldOf(headers, "content-type") };
}

function messagesOf(value: unknown): SocketMessage[] {
  let read = value;
  if (typeof value === "string") {
    try {
      read = JSON.parse(value) as unknown;
    } catch {
      return [];
    }
  }
  if (!Array.isArray(read)) return [];
  return read.flatMap((item: unknown) => {
    const event = objectOf(item);
    if (!event) return [];
    return [
      {
        direction: textOf(event["direction"]),
        payload: textOf(event["payload"]),
        opcode: textOf(event["opcode"]),
        timestamp: textOf(event["timestamp"]),
      },
    ];
  });
}

/** null: it is not a record, and is shown as the text that it is. */
export function exchangeOf(record: unknown): Exchange | null {
  const read = objectOf(record);
  if (!read || !("method" in read || "path" in read)) return null;
  const request = half(read, "request");
  const response = half(read, "response");
  return {
    method: textOf(read["method"]),
    path: textOf(read["path"]),
    protocol: textOf(read["type"]),
    status: textOf(read["statusCode"]),
    statusText: textOf(read["status"]),
    host: fieldOf(request.headers, "host") || fieldOf(request.headers, ":authority") || textOf(read["destIp"]),
    tls: textOf(read["tls"]) !== "",
    request,
    response,
    messages: messagesOf(read["events"]),
    facts: Object.entries(read)
      .filter(([name, value]) => !SHOWN.has(name) && !CONSTANT.has(name) && textOf(value) !== "")
      .map(([name, value]) => ({ name, value: textOf(value) })),
  };
}

/** The process whose calls were read, and its side: where both ends are watched an exchange has two records. */
export function seenAt(record: unknown): { process: string; side: "client" | "server" } | null {
  const read = objectOf(record);
  const process = textOf(read?.["process_name"]);
  const direction = textOf(read?.["direction"]);
  if (process === "" || !["1", "2"].includes(direction)) return null;
  return { process, side: direction === "2" ? "client" : "server" };
}

/** The half as it might have stood on the wire. */
export function rawOf(exchange: Exchange, side: "request" | "response"): string {
  const part = exchange[side];
  const first =
    side === "request"
      ? `${exchange.method} ${exchange.path} ${exchange.protocol}`
      : `${exchange.protocol} ${exchange.statusText || exchange.status}`;
  return [first, ...part.headers.map((field) => `${field.name}: ${field.value}`), "", part.body].join("\n");
}
