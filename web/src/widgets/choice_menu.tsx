// SPDX-License-Identifier: Apache-2.0
import { Button, Menu } from "@mantine/core";
import { useState, type ComponentPropsWithRef } from "react";
import { Icon } from "./icons";

interface Choice {
  value: string;
  label: string;
}

/** What opens a filter's menu, with what is chosen. The menu gives it the rest of its properties. */
function FilterButton({
  label,
  shown,
  ...rest
}: { label: string; title?: string | undefined; shown: string | undefined } & ComponentPropsWithRef<"button">) {
  return (
    <Button
      {...rest}
      variant="default"
      size="xs"
      className="filter-button"
      data-set={shown === undefined ? undefined : true}
      rightSection={<span aria-hidden="true">▾</span>}
    >
      {label}
      {shown === undefined ? "" : `: ${shown}`}
    </Button>
  );
}

/** A filter with few known values. */
export function ChoiceMenu(props: {
  label: string;
  title?: string;
  choices: readonly Choice[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const { value, choices } = props;
  const shown = choices.find((choice) => choice.value === value)?.label ?? value;
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <FilterButton label={props.label} title={props.title} shown={shown} />
      </Menu.Target>
      <Menu.Dropdown>
        {value !== undefined && (
          <Menu.Item leftSection={<Icon name="close" size={14} />} onClick={() => props.onChange(undefined)}>
            Clear
          </Menu.Item>
        )}
        {choices.map((choice) => (
          <Menu.Item
            key={choice.value}
            onClick={() => props.onChange(choice.value)}
            leftSection={choice.value === value ? <Icon name="check" size={14} /> : null}
          >
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const AGO = [
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
];

/** Since when: so long ago, or a date. */
export function SinceMenu(props: {
  label: string;
  title?: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const [opened, setOpened] = useState(false);
  const { value, onChange } = props;
  const shown = AGO.find((ago) => ago.value === value)?.label ?? value;
  const choose = (next: string | undefined): void => {
    onChange(next);
    setOpened(false);
  };
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" withinPortal>
      <Menu.Target>
        <FilterButton label={props.label} title={props.title} shown={shown} />
      </Menu.Target>
      <Menu.Dropdown>
        {value !== undefined && (
          <Menu.Item leftSection={<Icon name="close" size={14} />} onClick={() => choose(undefined)}>
            Clear
          </Menu.Item>
        )}
        {AGO.map((ago) => (
          <Menu.Item
            key={ago.value}
            onClick={() => choose(ago.value)}
            leftSection={ago.value === value ? <Icon name="check" size={14} /> : null}
          >
            {ago.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <label className="menu-date">
          From a date
          <input
            type="date"
            value={value !== undefined && /^\d{4}-/.test(value) ? value : ""}
            onChange={(event) => {
              if (event.currentTarget.value !== "") onChange(event.currentTarget.value);
            }}
          />
        </label>
      </Menu.Dropdown>
    </Menu>
  );
}
