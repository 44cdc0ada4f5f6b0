// SPDX-License-Identifier: Apache-2.0
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { download, Problem } from "../api/client";
import type { PathsWith } from "../api/types";
import { Icon } from "./icons";

export function tellProblem(error: unknown): void {
  const problem = error instanceof Problem ? error : null;
  notifications.show({
    color: "red",
    title: problem?.message ?? "It did not work",
    message: problem?.detail ?? (error instanceof Error ? error.message : ""),
    closeButtonProps: { "aria-label": "Close" },
  });
}

export function tell(message: string): void {
  notifications.show({ message, closeButtonProps: { "aria-label": "Close" } });
}

export function DownloadButton(props: { label: string; path: PathsWith<"get">; query: object; file: string }) {
  const [busy, setBusy] = useState(false);
  return (
    <Button
      variant="default"
      size="xs"
      loading={busy}
      leftSection={<Icon name="down" size={14} />}
      onClick={() => {
        setBusy(true);
        download(props.path, props.query, props.file)
          .catch(tellProblem)
          .finally(() => setBusy(false));
      }}
    >
      {props.label}
    </Button>
  );
}

/** Pages that come from another host without TLS have no clipboard of their own. */
async function copy(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way without TLS
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("The browser does not let this page copy");
}

export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [done, setDone] = useState(false);
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name={done ? "check" : "copy"} size={14} />}
      onClick={() => {
        copy(text()).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1500);
        }, tellProblem);
      }}
    >
      {done ? "Copied" : label}
    </Button>
  );
}
