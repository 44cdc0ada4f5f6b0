// SPDX-License-Identifier: Apache-2.0
import { ActionIcon, Button, Group, Menu, TextInput } from "@mantine/core";
import { useState } from "react";
import { readViews, withView, withoutView, type View } from "../base/views";
import { Icon } from "./icons";

const KEY = "apiarist-views";

/** Named states of a list, kept by this browser. What they hold is the address's part behind "?". */
export function SavedViews({ current, onChoose }: { current: string; onChoose: (query: string) => void }) {
  const [views, setViews] = useState<View[]>(() => readViews(localStorage.getItem(KEY)));
  const [name, setName] = useState("");
  const [opened, setOpened] = useState(false);
  const keep = (next: View[]): void => {
    setViews(next);
    localStorage.setItem(KEY, JSON.stringify(next));
  };
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-end" withinPortal width={300}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Icon name="star" size={14} />}>
          Views
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Saved views</Menu.Label>
        {views.length === 0 && <Menu.Item disabled>None yet</Menu.Item>}
        {views.map((view) => (
          <Group key={view.name} gap={0} wrap="nowrap">
            <Menu.Item
              onClick={() => onChoose(view.query)}
              leftSection={view.query === current ? <Icon name="check" size={14} /> : null}
              className="view-name"
            >
              {view.name}
            </Menu.Item>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Delete the view ${view.name}`}
              onClick={() => keep(withoutView(views, view.name))}
            >
              <Icon name="trash" size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Menu.Divider />
        <form
          className="view-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === "") return;
            keep(withView(views, { name: name.trim(), query: current }));
            setName("");
          }}
        >
          <TextInput
            size="xs"
            aria-label="Name of this view"
            placeholder="Name of this view"
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => event.stopPropagation()}
          />
          <Button size="xs" type="submit" disabled={name.trim() === ""}>
            Save
          </Button>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
