// SPDX-License-Identifier: Apache-2.0
// Small words in colours. A colour never says alone what the word does not say.
import { Group } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { endpointsLink } from "../base/filters";
import { ABOUT_OTHERS, OTHERS, words } from "../base/format";

export type Tone = "neutral" | "good" | "info" | "warn" | "bad" | "accent";

export function Tag({ tone = "neutral", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={`tag tag-${tone}`} title={title}>
      {children}
    </span>
  );
}

const METHODS: Record<string, Tone> = {
  GET: "info",
  HEAD: "info",
  OPTIONS: "neutral",
  POST: "good",
  PUT: "warn",
  PATCH: "warn",
  DELETE: "bad",
  WS: "accent",
};

export function MethodTag({ method }: { method: string }) {
  return <span className={`tag tag-method tag-${METHODS[method] ?? "neutral"}`}>{method === "" ? "?" : method}</span>;
}

export function FoldedTag({ why }: { why: string }) {
  return <Tag title="Folded away: lists show it only when asked">{why}</Tag>;
}

export function statusTone(status: number): Tone {
  if (status === 0) return "accent";
  if (status < 300) return "good";
  if (status < 400) return "info";
  return status < 500 ? "warn" : "bad";
}

export function StatusTag({ status }: { status: number }) {
  return <Tag tone={statusTone(status)}>{status === 0 ? "unanswered" : String(status)}</Tag>;
}

export function AuthTags({ auth }: { auth: string[] }) {
  if (auth.length === 0) return <span className="dim">unknown</span>;
  return (
    <Group gap={4} wrap="nowrap">
      {auth.map((value) => (
        <Tag
          key={value}
          tone={value === "none" ? "warn" : "neutral"}
          title={value === "none" ? "some callers show none" : value}
        >
          {value}
        </Tag>
      ))}
    </Group>
  );
}

export function AccessTag({ access }: { access: string }) {
  if (access === "") return <span className="dim">unknown</span>;
  return <Tag tone={access === "public" ? "info" : "neutral"}>{words(access)}</Tag>;
}

/** Types of sensitive data; those that anybody gets stand out and come first. */
export function SensitiveTags({
  types,
  exposed = [],
  most = 3,
}: {
  types: string[];
  exposed?: string[];
  most?: number;
}) {
  const sorted = [...types].sort((a, b) => Number(exposed.includes(b)) - Number(exposed.includes(a)));
  const rest = sorted.slice(most);
  return (
    <Group gap={4} wrap="nowrap">
      {sorted.slice(0, most).map((type) => (
        <Tag
          key={type}
          tone={exposed.includes(type) ? "bad" : "accent"}
          title={
            type === OTHERS
              ? ABOUT_OTHERS
              : exposed.includes(type)
                ? `${words(type)}: returned without authentication`
                : words(type)
          }
        >
          {words(type)}
        </Tag>
      ))}
      {rest.length > 0 && <Tag title={rest.map(words).join(", ")}>+{rest.length}</Tag>}
    </Group>
  );
}

export function ExposedLink({ type, endpoints, label }: { type: string; endpoints: number; label: string }) {
  return (
    <Link to={endpointsLink({ exposed: type, folded: "both" })} className="chip-link" title={label}>
      {words(type)} <b>{endpoints}</b>
    </Link>
  );
}

/** A path with its parameters set off. */
export function Template({ template, operation }: { template: string; operation?: string }) {
  const parts = template.split(/(\{[^}]*\})/);
  return (
    <span className="template">
      {parts.map((part, at) =>
        at % 2 === 1 ? (
          <span key={at} className="parameter">
            {part}
          </span>
        ) : (
          <span key={at}>{part}</span>
        ),
      )}
      {operation !== undefined && operation !== "" && <span className="operation"> {operation}</span>}
    </span>
  );
}
