// SPDX-License-Identifier: Apache-2.0
import { Link, useRouteError } from "react-router";
import { Page } from "../widgets/page";
import { Empty, Failed } from "../widgets/states";

export function NotFound() {
  return (
    <Page title="No such page">
      <Empty title="There is nothing at this address">
        <Link to="/">To the overview</Link>
      </Empty>
    </Page>
  );
}

export function Broken() {
  const error = useRouteError();
  return (
    <Page title="This page broke">
      <Failed
        error={error instanceof Error ? error : new Error("Unknown error")}
        retry={() => window.location.reload()}
      />
    </Page>
  );
}
