// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type ReactNode } from "react";

interface Props {
  title: string;
  opened: boolean;
  onClose: () => void;
  onConfirm: () => void;
  busy: boolean;
  action: string;
  /** what must be typed first */
  typed?: string;
  error?: string;
  children: ReactNode;
}

/** Asks before something that cannot be taken back. */
export function Confirm(props: Props) {
  const [text, setText] = useState("");
  const close = (): void => {
    setText("");
    props.onClose();
  };
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={props.title}
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onConfirm();
          setText("");
        }}
      >
        <Stack>
          <div>{props.children}</div>
          {props.typed !== undefined && (
            <TextInput
              label={
                <>
                  Type <b className="typed">{props.typed}</b> to confirm
                </>
              }
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
            />
          )}
          {props.error !== undefined && props.error !== "" && (
            <Text role="alert" className="bad-text">
              {props.error}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              className="danger"
              loading={props.busy}
              disabled={props.typed !== undefined && text !== props.typed}
            >
              {props.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
