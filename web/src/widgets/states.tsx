// SPDX-License-Identifier: Apache-2.0
// What a page shows while it waits, where nothing is, and where something went wrong.
import { Alert, Button, Skeleton, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Problem } from "../api/client";
import { Icon } from "./icons";

export function Waiting({ rows = 6, height = 28 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="xs" aria-busy="true" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, at) => (
        <Skeleton key={at} height={height} />
      ))}
    </Stack>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Text fw={600}>{title}</Text>
      {children !== undefined && <div className="dim">{children}</div>}
    </div>
  );
}

export function NoTraffic() {
  return (
    <Empty title="No traffic yet">
      Collect from a command of yours: <code>apiarist run --inventory DIR -- COMMAND</code>, or read records that are
      there: <code>apiarist processor --records FILE --inventory DIR</code>
    </Empty>
  );
}

export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const detail = error instanceof Problem ? error.detail : "";
  return (
    <Alert
      color="red"
      variant="outline"
      title={error.message}
      icon={<Icon name="warning" />}
      role="alert"
      className="failed"
    >
      <Stack gap="xs" align="flex-start">
        {detail !== "" && <Text size="sm">{detail}</Text>}
        {retry && (
          <Button size="xs" variant="default" onClick={retry} leftSection={<Icon name="refresh" size={14} />}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

/** The answer of a question, or what stands in its place. */
export function Answered<T>(props: { of: Asked<T>; rows?: number; children: (data: T) => ReactNode }) {
  const { of, rows, children } = props;
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failed error={of.error} retry={() => void of.refetch()} />;
  return <Waiting rows={rows ?? 6} />;
}
