// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { usePages } from "../api/hooks";
import { ExchangeView } from "../widgets/exchange_view";
import { Panel } from "../widgets/page";
import { Empty, Failed, Waiting } from "../widgets/states";
import { StatusTag } from "../widgets/tags";
import { When } from "../widgets/when";
import { Button } from "@mantine/core";

export function EndpointSamples({ id }: { id: number }) {
  const pages = usePages("/api/v1/endpoints/{id}/samples", {}, { id, limit: 50 });
  const [chosen, setChosen] = useState<number | null>(null);
  const samples = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  if (pages.error && samples.length === 0) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Waiting />;
  const shown = samples.find((sample) => sample.id === chosen) ?? samples[0];
  if (!shown)
    return (
      <Empty title="No samples">
        The first ten of each status and content type are kept; older ones may have been deleted.
      </Empty>
    );
  return (
    <div className="samples">
      <nav aria-label="Samples" className="sample-list">
        {samples.map((sample) => (
          <button
            key={sample.id}
            type="button"
            className="sample"
            aria-current={sample.id === shown.id}
            onClick={() => setChosen(sample.id)}
          >
            <StatusTag status={sample.status} />
            <span className="cut">{sample.content_type === "" ? "no type" : sample.content_type}</span>
            <When seconds={sample.time} />
          </button>
        ))}
        {pages.hasNextPage && (
          <Button
            size="xs"
            variant="default"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            More
          </Button>
        )}
      </nav>
      <Panel>
        <ExchangeView key={shown.id} record={shown.record} />
      </Panel>
    </div>
  );
}
