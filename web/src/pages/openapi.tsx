// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document of a collection against what was seen of it.
import { Alert, FileButton, Button, Group, NumberInput, Select, Tabs, Text } from "@mantine/core";
import type { ColumnDef } from "@tanstack/react-table";
import { useMemo, useRef, useState } from "react";
import { Link, Navigate, useNavigate, useParams, useSearchParams } from "react-router";
import { Problem } from "../api/client";
import { useChange, useGet, useIsAdmin } from "../api/hooks";
import type { Collection, Conformance, ConformanceItem } from "../api/types";
import { endpointsLink, openapiAddress } from "../base/filters";
import { count, plural } from "../base/format";
import { DownloadButton, tell } from "../widgets/actions";
import { DataTable } from "../widgets/data_table";
import { Icon } from "../widgets/icons";
import { Page, Panel } from "../widgets/page";
import { Answered, Empty, Failed, NoTraffic, Waiting } from "../widgets/states";
import { MethodTag, Tag, Template, type Tone } from "../widgets/tags";
import { When } from "../widgets/when";

const STATES = ["documented", "shadow", "zombie"] as const;
const TONES: Record<ConformanceItem["state"], Tone> = { documented: "good", shadow: "warn", zombie: "bad" };
const MEANING: Record<ConformanceItem["state"], string> = {
  documented: "Documented and seen",
  shadow: "Seen, and in no document",
  zombie: "Documented as deprecated and still seen, or documented and not seen",
};
const MOST_BYTES = 20 * 1024 * 1024;

const COLUMNS: ColumnDef<ConformanceItem>[] = [
  {
    id: "state",
    accessorKey: "state",
    header: "State",
    cell: ({ row: { original } }) => <Tag tone={TONES[original.state]}>{original.state}</Tag>,
    meta: { width: 120, least: 106 },
  },
  {
    id: "method",
    accessorKey: "method",
    header: "Method",
    cell: ({ row }) => <MethodTag method={row.original.method} />,
    meta: { width: 90, least: 78 },
  },
  {
    id: "path",
    accessorFn: (item) => item.path ?? item.template ?? "",
    header: "Path",
    cell: ({ row: { original } }) => {
      const path = <Template template={original.path ?? original.template ?? ""} />;
      return original.endpoint_id === null ? path : <Link to={`/endpoints/${original.endpoint_id}`}>{path}</Link>;
    },
    meta: { width: 260, grow: true, least: 136 },
  },
  {
    id: "why",
    accessorKey: "why",
    header: "Why",
    cell: ({ row }) => <span title={row.original.why}>{row.original.why}</span>,
    meta: { width: 240 },
  },
  {
    id: "requests",
    accessorKey: "requests",
    header: "Requests",
    cell: ({ row }) => count(row.original.requests),
    meta: { width: 100, numeric: true },
  },
  {
    id: "last_seen",
    accessorFn: (item) => item.last_seen ?? 0,
    header: "Last seen",
    cell: ({ row }) => <When seconds={row.original.last_seen} />,
    meta: { width: 110 },
  },
];

function Upload({ collection }: { collection: Collection }) {
  const upload = useChange("put", "/api/v1/collections/{id}/openapi");
  const [wrong, setWrong] = useState("");
  const reset = useRef<() => void>(null);
  const take = async (file: File | null): Promise<void> => {
    if (!file) return;
    // else choosing the same file again, mended, would be no change
    reset.current?.();
    setWrong("");
    if (file.size > MOST_BYTES) {
      setWrong("The document is larger than 20 MiB");
      return;
    }
    let content: ArrayBuffer;
    try {
      content = await file.arrayBuffer();
    } catch (error) {
      setWrong(`${file.name} cannot be read: ${error instanceof Error ? error.message : "no reason is known"}`);
      return;
    }
    // As it is: which of the two it is the server sees, and says what is wrong with it.
    const type = /\.json$/i.test(file.name) ? "application/json" : "application/yaml";
    upload.mutate(
      { id: collection.id, body: new Blob([content]), type },
      {
        onSuccess: ({ operations }) => tell(`Kept: ${plural(operations, "operation")}`),
        onError: (error) => {
          if (!(error instanceof Problem)) setWrong(error.message);
          else if (error.status === 400) setWrong(`Not kept: ${error.detail}`);
          else setWrong(`${error.message}. ${error.detail}`);
        },
      },
    );
  };
  return (
    <>
      <FileButton
        onChange={(file) => void take(file)}
        resetRef={reset}
        accept=".yaml,.yml,.json,application/yaml,application/json"
        inputProps={{ "aria-label": "OpenAPI document" }}
      >
        {(props) => (
          <Button {...props} size="xs" loading={upload.isPending} leftSection={<Icon name="up" size={14} />}>
            {collection.documents > 0 ? "Replace the document" : "Upload a document"}
          </Button>
        )}
      </FileButton>
      {wrong !== "" && (
        <Alert
          className="failed"
          variant="outline"
          role="alert"
          withCloseButton
          closeButtonLabel="Close"
          onClose={() => setWrong("")}
        >
          {wrong}
        </Alert>
      )}
    </>
  );
}

/** All may look undocumented for one line that the document lacks. */
function BasePathHint({ of: { seen, documented, operations } }: { of: NonNullable<Conformance["base_path"]> }) {
  return (
    <Alert
      variant="outline"
      role="status"
      my="sm"
      title={seen ? "Does the document lack its base path?" : "Is there a base path too many in the document?"}
    >
      {seen
        ? `${plural(operations, "operation")} that nobody seems to call would be found behind ${seen}: calls have it in front of the path. Add it to `
        : `${plural(operations, "operation")} that nobody seems to call would be found without ${documented}: calls arrive without it, as behind a gateway that takes it away. Take it out of the paths, or of `}
      <code>servers</code> (<code>basePath</code> in OpenAPI 2.0), and replace the document.
    </Alert>
  );
}

function Table({ found, days }: { found: Conformance; days: number }) {
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get("state");
  const state = STATES.find((known) => known === asked) ?? "all";
  const items = useMemo(() => found.items.filter((item) => state === "all" || item.state === state), [found, state]);
  const all = found.documented + found.shadow + found.zombie;
  return (
    <>
      <Text size="sm" className="dim">
        {found.document}, uploaded <When seconds={found.uploaded} />. {state === "all" ? "" : `${MEANING[state]}.`} Seen
        means: within {days} days.
      </Text>
      {found.base_path && <BasePathHint of={found.base_path} />}
      <Tabs
        value={state}
        onChange={(value) =>
          setParameters((old) => {
            const next = new URLSearchParams(old);
            if (value === null || value === "all") next.delete("state");
            else next.set("state", value);
            return next;
          })
        }
      >
        <Tabs.List aria-label="State">
          <Tabs.Tab value="all">All {count(all)}</Tabs.Tab>
          {STATES.map((name) => (
            <Tabs.Tab key={name} value={name} title={MEANING[name]}>
              {name} {count(found[name])}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={state} pt="sm">
          {items.length === 0 ? (
            <Empty title={`No ${state === "all" ? "operations" : state}`} />
          ) : (
            <DataTable
              label={`Operations: ${state}`}
              columns={COLUMNS}
              rows={items}
              rowId={(item) =>
                `${item.state} ${item.method} ${item.path ?? ""} ${item.template ?? ""} ${item.endpoint_id ?? ""}`
              }
              fill={items.length > 100}
            />
          )}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function OfCollection({ collection }: { collection: Collection }) {
  const admin = useIsAdmin();
  const [parameters, setParameters] = useSearchParams();
  const days = Math.max(0, Math.trunc(Number(parameters.get("days") ?? "30")) || 0);
  const found = useGet(
    "/api/v1/collections/{id}/conformance",
    { days },
    { id: collection.id, keep: true, enabled: collection.documents > 0 },
  );
  const none = collection.documents === 0 || (found.error instanceof Problem && found.error.status === 404);
  return (
    <Panel
      title={collection.name}
      extra={
        <Group gap="xs">
          <NumberInput
            size="xs"
            aria-label="Days within which an endpoint counts as seen"
            suffix=" days"
            min={0}
            max={3650}
            allowDecimal={false}
            w={110}
            value={days}
            onChange={(value) =>
              setParameters(
                (old) => {
                  const next = new URLSearchParams(old);
                  next.set("days", String(value === "" ? 0 : value));
                  return next;
                },
                { replace: true },
              )
            }
          />
          <DownloadButton
            label="Export what was seen"
            path="/api/v1/export/openapi"
            query={{ collection: collection.id }}
            file={`${collection.name}.openapi.json`}
          />
          {admin && <Upload collection={collection} />}
          <Link to={endpointsLink({ collection: collection.id })} className="chip-link">
            Endpoints
          </Link>
        </Group>
      }
    >
      {none ? (
        <Empty title="No document yet">
          {admin
            ? "Upload an OpenAPI document (YAML or JSON; 2.0 or 3.x) to see which endpoints it leaves out, and which of it nobody uses."
            : "Somebody with an admin's token may upload one here."}
        </Empty>
      ) : found.data ? (
        <Table found={found.data} days={days} />
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Waiting />
      )}
    </Panel>
  );
}

export default function OpenApi() {
  const { id } = useParams();
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const collections = useGet("/api/v1/collections");
  return (
    <Page title="OpenAPI">
      <Answered of={collections}>
        {({ items }) => {
          if (items.length === 0) return <NoTraffic />;
          const sorted = [...items].sort((a, b) => b.documents - a.documents || b.endpoints - a.endpoints);
          const address = openapiAddress(id, parameters, String(sorted[0]?.id ?? 0));
          if (address !== null) return <Navigate to={address} replace />;
          const chosen = items.find((item) => String(item.id) === id);
          return (
            <>
              <Select
                label="Collection"
                className="collection-select"
                data={sorted.map((item) => ({
                  value: String(item.id),
                  label: item.documents > 0 ? `${item.name} (document)` : item.name,
                }))}
                value={chosen ? String(chosen.id) : null}
                onChange={(value) => {
                  if (value !== null) void navigate(`/openapi/${value}`);
                }}
                searchable
                allowDeselect={false}
                limit={200}
              />
              {chosen ? (
                <OfCollection key={chosen.id} collection={chosen} />
              ) : (
                <Empty title="There is no such collection" />
              )}
            </>
          );
        }}
      </Answered>
    </Page>
  );
}
