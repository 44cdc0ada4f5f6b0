// SPDX-License-Identifier: Apache-2.0
// What somebody should look at. Each line leads to the list that it counts.
import { Group } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useGet } from "../api/hooks";
import type { Collection, Collector } from "../api/types";
import { losses } from "../base/attention";
import { endpointsLink } from "../base/filters";
import { bytes, plural, words } from "../base/format";
import { DAY } from "../base/time";
import { Icon, type IconName } from "../widgets/icons";
import { Empty, Failed, Waiting } from "../widgets/states";
import { ExposedLink } from "../widgets/tags";

const MOST_DOCUMENTS = 5;

function Line({ icon, tone, children }: { icon: IconName; tone: "bad" | "warn" | "info"; children: ReactNode }) {
  return (
    <li className={`attention attention-${tone}`}>
      <Icon name={icon} />
      <div>{children}</div>
    </li>
  );
}

function Documented({ collection }: { collection: Collection }) {
  const found = useGet("/api/v1/collections/{id}/conformance", {}, { id: collection.id }).data;
  if (!found || (found.shadow === 0 && found.zombie === 0)) return null;
  return (
    <Line icon="openapi" tone="warn">
      <Link to={`/openapi/${collection.id}?state=shadow`}>{plural(found.shadow, "shadow endpoint")}</Link> and{" "}
      <Link to={`/openapi/${collection.id}?state=zombie`}>{plural(found.zombie, "zombie")}</Link> in {collection.name}
    </Line>
  );
}

export function Attention({ minute, collector }: { minute: number; collector: Collector | undefined }) {
  const exposed = useGet("/api/v1/endpoints/facets", { exposed: "any", folded: "both" });
  // What never succeeds is folded away, and fails all the same.
  const failing = useGet("/api/v1/endpoints/facets", { status: "5xx", folded: "both" });
  const fresh = useGet("/api/v1/endpoints/facets", { new_since: minute - 7 * DAY });
  const collections = useGet("/api/v1/collections");
  const asked = [exposed, failing, fresh, collections];
  const broken = asked.find(({ error, data }) => error && data === undefined);
  if (broken?.error) return <Failed error={broken.error} retry={() => asked.forEach((one) => void one.refetch())} />;
  if (!exposed.data || !failing.data || !fresh.data || !collections.data) return <Waiting rows={4} />;
  const types = (exposed.data.exposed ?? []).filter(({ value, endpoints }) => value !== "none" && endpoints > 0);
  const documented = collections.data.items.filter(({ documents }) => documents > 0).slice(0, MOST_DOCUMENTS);
  const lost = losses(collector?.ledger ?? null);
  const total = collector?.coverage?.total;
  const unseen = total ? total.bytes - total.seen : 0;
  const nothing =
    exposed.data.endpoints +
      failing.data.endpoints +
      fresh.data.endpoints +
      documented.length +
      lost.length +
      unseen ===
    0;
  if (nothing) return <Empty title="Nothing does" />;
  return (
    <ul className="plain-list">
      {exposed.data.endpoints > 0 && (
        <Line icon="sensitive" tone="bad">
          <Link to={endpointsLink({ exposed: "any", folded: "both" })}>
            {plural(exposed.data.endpoints, "endpoint")} {exposed.data.endpoints === 1 ? "returns" : "return"} sensitive
            data without authentication
          </Link>
          <Group gap={6} mt={6}>
            {types.map(({ value, endpoints }) => (
              <ExposedLink
                key={value}
                type={value}
                endpoints={endpoints}
                label={`Endpoints that return ${words(value)} without authentication`}
              />
            ))}
          </Group>
        </Line>
      )}
      {failing.data.endpoints > 0 && (
        <Line icon="warning" tone="bad">
          <Link to={endpointsLink({ status: "5xx", folded: "both" })}>
            {plural(failing.data.endpoints, "endpoint")} answered with 5xx
          </Link>
        </Line>
      )}
      {fresh.data.endpoints > 0 && (
        <Line icon="changes" tone="info">
          <Link to={endpointsLink({ new_since: "7d" })}>{plural(fresh.data.endpoints, "endpoint")} new in 7 days</Link>
          {" · "}
          <Link to="/changes?since=7d">all changes</Link>
        </Line>
      )}
      {documented.map((collection) => (
        <Documented key={collection.id} collection={collection} />
      ))}
      {unseen > 0 && (
        <Line icon="collector" tone="warn">
          <Link to="/collector">{bytes(unseen)} of the watched processes were not seen</Link>
        </Line>
      )}
      {lost.length > 0 && (
        <Line icon="warning" tone="warn">
          <Link to="/collector?tab=ledger">Bytes or records were lost</Link>
        </Line>
      )}
    </ul>
  );
}
