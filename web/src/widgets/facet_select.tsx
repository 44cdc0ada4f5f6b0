// SPDX-License-Identifier: Apache-2.0
import { Button, Menu, ScrollArea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useGet } from "../api/hooks";
import type { FacetValue, Query } from "../api/types";
import { count, words } from "../base/format";
import { Icon } from "./icons";

export type FacetQuery = NonNullable<Query<"/api/v1/endpoints/facets", "get">>;
export type FacetName = "collection" | "method" | "auth" | "access" | "sensitive" | "returned" | "exposed" | "folded";

const LABELS: Record<FacetName, string> = {
  collection: "Collection",
  method: "Method",
  auth: "Auth",
  access: "Access",
  sensitive: "Sensitive",
  returned: "Returned",
  exposed: "Exposed",
  folded: "Folded",
};
const MEANING: Record<FacetName, string> = {
  collection: "Host that was asked",
  method: "Method",
  auth: "How callers authenticate",
  access: "Where callers are",
  sensitive: "Sensitive data in requests or responses",
  returned: "Sensitive data in responses",
  exposed: "Sensitive data in responses to callers without authentication",
  folded: "Folded away: static, health, unsuccessful",
};
const WITH_ANY = new Set<FacetName>(["sensitive", "returned", "exposed"]);
const FOLDED = [
  { value: "no", label: "shown only" },
  { value: "yes", label: "folded only" },
  { value: "both", label: "both" },
];

function optionsOf(name: FacetName, values: FacetValue[]): { value: string; label: string; endpoints?: number }[] {
  if (name === "folded") return FOLDED;
  const plain = values.map(({ value, name: title, endpoints }) => ({
    value: value === "" ? "none" : value,
    label: title ?? (value === "" ? "unknown" : words(value)),
    endpoints,
  }));
  plain.sort((a, b) => Number(a.value === "none") - Number(b.value === "none") || b.endpoints - a.endpoints);
  return WITH_ANY.has(name) ? [{ value: "any", label: "any" }, ...plain] : plain;
}

/** A filter whose values and their counts come from the server, under the other filters. */
export function FacetSelect(props: {
  name: FacetName;
  query: FacetQuery;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const { name, value } = props;
  const [opened, setOpened] = useState(false);
  const [search, setSearch] = useState("");
  const others: FacetQuery = { ...props.query };
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy, and the name is one of seven
  delete others[name];
  const facets = useGet("/api/v1/endpoints/facets", others, {
    enabled: opened || (name === "collection" && value !== undefined),
  });
  const options = optionsOf(name, facets.data?.[name] ?? []);
  const known = options.find((option) => option.value === value);
  const shown = options.filter((option) => option.label.toLowerCase().includes(search.toLowerCase())).slice(0, 200);
  const choose = (next: string | undefined): void => {
    props.onChange(next);
    setOpened(false);
    setSearch("");
  };
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" withinPortal trapFocus>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          className="filter-button"
          title={MEANING[name]}
          data-set={value === undefined ? undefined : true}
          rightSection={<span aria-hidden="true">▾</span>}
        >
          {LABELS[name]}
          {value === undefined ? "" : `: ${known?.label ?? words(value)}`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{MEANING[name]}</Menu.Label>
        {options.length > 10 && (
          <TextInput
            size="xs"
            mx={6}
            mb={4}
            aria-label={`Search in ${LABELS[name]}`}
            placeholder="Search"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        {value !== undefined && (
          <Menu.Item leftSection={<Icon name="close" size={14} />} onClick={() => choose(undefined)}>
            Clear
          </Menu.Item>
        )}
        <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: -1 }}>
          {shown.map((option) => (
            <Menu.Item
              key={option.value}
              onClick={() => choose(option.value)}
              leftSection={option.value === value ? <Icon name="check" size={14} /> : null}
              rightSection={
                option.endpoints === undefined ? null : <span className="option-count">{count(option.endpoints)}</span>
              }
            >
              {option.label}
            </Menu.Item>
          ))}
          {shown.length === 0 && (
            <Menu.Item disabled>
              {facets.isPending ? "Loading…" : facets.isError ? "This did not work" : "No values"}
            </Menu.Item>
          )}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
