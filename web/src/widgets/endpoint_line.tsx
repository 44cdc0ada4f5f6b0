// SPDX-License-Identifier: Apache-2.0
import { Link } from "react-router";
import type { Endpoint } from "../api/types";
import { MiddleCut } from "./middle_cut";
import { MethodTag, Template } from "./tags";

/** An endpoint on one line, which leads to it. */
export function EndpointLine({ endpoint, tab }: { endpoint: Endpoint; tab?: string }) {
  return (
    <Link to={`/endpoints/${endpoint.id}${tab === undefined ? "" : `?tab=${tab}`}`} className="endpoint-line">
      <span className="endpoint-path">
        <MethodTag method={endpoint.method} />
        <Template template={endpoint.template} operation={endpoint.operation} />
      </span>
      <span className="dim">
        <MiddleCut text={endpoint.collection} />
      </span>
    </Link>
  );
}
