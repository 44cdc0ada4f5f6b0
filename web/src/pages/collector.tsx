// SPDX-License-Identifier: Apache-2.0
import { Tabs } from "@mantine/core";
import { useSearchParams } from "react-router";
import { useGet, useIsAdmin } from "../api/hooks";
import type { Collector } from "../api/types";
import { ingestFacts, readsAgain, stateOf } from "../base/collector_state";
import { count, plural } from "../base/format";
import { useNow } from "../base/now";
import { duration } from "../base/time";
import { Page, Panel } from "../widgets/page";
import { Answered } from "../widgets/states";
import { When } from "../widgets/when";
import { Audit, DeleteData } from "./collector_admin";
import { CoverageTable } from "./collector_coverage";
import { Ledger, Settings } from "./collector_tables";

const MODES: Record<Collector["mode"], string> = {
  run: "Collects on this node",
  processor: "Reads records of other collectors",
  serve: "Serves what is stored; it collects nothing",
};

function State({ collector }: { collector: Collector }) {
  const status = useGet("/api/v1/status", undefined, { every: 10000 });
  const now = useNow();
  const state = stateOf(collector);
  return (
    <Panel>
      <div className="facts">
        <span className={`state state-${state.tone}`}>
          <span className="dot" aria-hidden="true" />
          {state.label}
        </span>
        {state.why !== "" && (
          <span className={state.tone === "bad" ? "bad-text any-break" : "dim any-break"}>{state.why}</span>
        )}
        <span>{MODES[collector.mode]}</span>
        <span>
          Host <b>{collector.host}</b>
        </span>
        <span>Version {collector.version}</span>
        <span>
          Started <When seconds={collector.started} /> ({duration(Math.max(0, now - collector.started))})
        </span>
        {status.data && (
          <span>
            Stored in {status.data.store.kind}, {plural(status.data.store.revision, "write")}
          </span>
        )}
      </div>
      {status.data?.ingest && (
        <div className="facts dim small ingest">
          {ingestFacts(status.data.ingest, readsAgain(collector)).map(({ name, words, value, bad }) => (
            <span key={name} className={bad ? "bad-text" : undefined}>
              {count(value)} {words}
            </span>
          ))}
        </div>
      )}
    </Panel>
  );
}

export default function CollectorPage() {
  const [parameters, setParameters] = useSearchParams();
  const admin = useIsAdmin();
  const collector = useGet("/api/v1/collector", undefined, { every: 10000 });
  const names = ["coverage", "ledger", "settings", ...(admin ? ["audit", "data"] : [])];
  const tab = names.find((known) => known === parameters.get("tab")) ?? "coverage";
  return (
    <Page title="Collector">
      <Answered of={collector}>
        {(data) => (
          <>
            <State collector={data} />
            <Tabs
              value={tab}
              onChange={(value) => setParameters(value === null || value === "coverage" ? {} : { tab: value })}
              keepMounted={false}
            >
              <Tabs.List aria-label="Parts of the collector">
                <Tabs.Tab value="coverage">Coverage</Tabs.Tab>
                <Tabs.Tab value="ledger">Ledger</Tabs.Tab>
                <Tabs.Tab value="settings">Settings</Tabs.Tab>
                {admin && <Tabs.Tab value="audit">Audit</Tabs.Tab>}
                {admin && <Tabs.Tab value="data">Data</Tabs.Tab>}
              </Tabs.List>
              <Tabs.Panel value="coverage" pt="md">
                <CoverageTable coverage={data.coverage} mode={data.mode} />
              </Tabs.Panel>
              <Tabs.Panel value="ledger" pt="md">
                <Ledger lines={data.ledger} />
              </Tabs.Panel>
              <Tabs.Panel value="settings" pt="md">
                <Settings settings={data.settings} />
              </Tabs.Panel>
              {admin && (
                <Tabs.Panel value="audit" pt="md">
                  <Audit />
                </Tabs.Panel>
              )}
              {admin && (
                <Tabs.Panel value="data" pt="md">
                  <DeleteData />
                </Tabs.Panel>
              )}
            </Tabs>
          </>
        )}
      </Answered>
    </Page>
  );
}
