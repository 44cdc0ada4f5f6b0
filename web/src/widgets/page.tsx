// SPDX-License-Identifier: Apache-2.0
import { Group, Paper, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "apiarist" : `${title} · apiarist`;
  }, [title]);
}

export function Page(props: {
  title: string;
  heading?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  fill?: boolean;
}) {
  useTitle(props.title);
  return (
    <div className={props.fill ? "page page-fill" : "page"}>
      <Group justify="space-between" gap="sm" className="page-head">
        <Title order={1} size="h3" className="page-title">
          {props.heading ?? props.title}
        </Title>
        {props.actions !== undefined && <Group gap="xs">{props.actions}</Group>}
      </Group>
      {props.children}
    </div>
  );
}

export function Panel(props: {
  title?: string;
  extra?: ReactNode;
  children: ReactNode;
  order?: 2 | 3;
  className?: string;
}) {
  return (
    <Paper withBorder className={`panel ${props.className ?? ""}`} component="section">
      {(props.title !== undefined || props.extra !== undefined) && (
        <Group justify="space-between" mb="sm" gap="xs">
          {props.title !== undefined && (
            <Title order={props.order ?? 2} size="h5">
              {props.title}
            </Title>
          )}
          {props.extra}
        </Group>
      )}
      {props.children}
    </Paper>
  );
}
