// SPDX-License-Identifier: Apache-2.0
// Who calls whom in words, by collection: for windows that are too narrow for the picture.
import { Link } from "react-router";
import { endpointsLink } from "../base/filters";
import { count, words } from "../base/format";
import { byCollection, MOST_EDGES, type Call } from "../base/graph";
import { MiddleCut } from "./middle_cut";

function Lines({ title, calls }: { title: string; calls: Call[] }) {
  if (calls.length === 0) return null;
  return (
    <div className="call-lines">
      <span className="dim small">{title}</span>
      <ul className="attention-items">
        {calls.map(({ kind, name, requests }) => (
          <li key={`${kind} ${name}`} className="row-between">
            <span className="call-name">
              <MiddleCut text={name} /> {kind === "client" && <span className="dim small">{words(kind)}</span>}
            </span>
            <span className="dim">{count(requests)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function CallList({ calls, label }: { calls: readonly Call[]; label: string }) {
  return (
    <ul className="plain-list" aria-label={label}>
      {byCollection(calls.slice(0, MOST_EDGES)).map(({ collection, collection_id, callers, servers }) => (
        <li key={collection}>
          <Link to={endpointsLink({ collection: collection_id })}>
            <MiddleCut text={collection} />
          </Link>
          <Lines title="called by" calls={callers} />
          <Lines title="answered by" calls={servers} />
        </li>
      ))}
    </ul>
  );
}
