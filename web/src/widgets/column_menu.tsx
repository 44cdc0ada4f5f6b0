// SPDX-License-Identifier: Apache-2.0
import { Button, Checkbox, Menu, Stack } from "@mantine/core";
import { Icon } from "./icons";

export function ColumnMenu(props: {
  columns: { id: string; label: string }[];
  hidden: string[];
  onChange: (hidden: string[]) => void;
}) {
  return (
    <Menu position="bottom-end" withinPortal closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Icon name="columns" size={14} />}>
          Columns
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={6} p={6}>
          {props.columns.map(({ id, label }) => (
            <Checkbox
              key={id}
              size="xs"
              label={label}
              checked={!props.hidden.includes(id)}
              onChange={(event) =>
                props.onChange(
                  event.currentTarget.checked ? props.hidden.filter((name) => name !== id) : [...props.hidden, id],
                )
              }
            />
          ))}
        </Stack>
      </Menu.Dropdown>
    </Menu>
  );
}
