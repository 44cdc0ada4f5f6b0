// SPDX-License-Identifier: Apache-2.0
// Groups of items that can be dismissed one by one, and shown again.
import { ActionIcon, Button } from "@mantine/core";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Item } from "../base/dismissed";
import { count } from "../base/format";
import { Icon, type IconName } from "./icons";
import { Empty } from "./states";
import type { Dismissed } from "./use_dismissed";

export interface AttentionItem extends Item {
  /** in words, for the names of its buttons */
  name: string;
  content: ReactNode;
}

export interface AttentionGroup {
  id: string;
  icon: IconName;
  tone: "bad" | "warn" | "info";
  items: AttentionItem[];
  /** of all, where not all of them are items */
  total?: number;
  /** what stands above them; with those that are not dismissed, and how many they are */
  head?: (shown: AttentionItem[], total: number) => ReactNode;
  /** where all of them are */
  more?: (left: number) => ReactNode;
}

const MOST_SHOWN = 4;

/** Those that are not dismissed, and how many they are with those that are no items. */
function remaining(group: AttentionGroup, dismissed: Dismissed): { shown: AttentionItem[]; total: number } {
  const shown = group.items.filter((item) => !dismissed.has(item));
  return { shown, total: Math.max(group.total ?? 0, group.items.length) - (group.items.length - shown.length) };
}

interface LinesProps {
  items: AttentionItem[];
  icon: IconName;
  /** what the button of an item does */
  does: string;
  until?: string;
  act: (of: Item) => void;
}

function Lines({ items, icon, does, until = "", act }: LinesProps) {
  return (
    <ul className="attention-items">
      {items.map((item) => (
        <li key={item.key} className="attention-item">
          <div className="attention-content">{item.content}</div>
          <ActionIcon
            variant="subtle"
            color="gray"
            className="attention-act"
            aria-label={`${does}: ${item.name}`}
            title={`${does}${until}`}
            onClick={() => act(item)}
          >
            <Icon name={icon} size={14} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

function Group({ group, dismissed, act }: { group: AttentionGroup; dismissed: Dismissed; act: (of: Item) => void }) {
  const { shown, total } = remaining(group, dismissed);
  if (total === 0) return null;
  const some = shown.slice(0, MOST_SHOWN);
  const left = total - some.length;
  return (
    <li className={`attention attention-${group.tone}`}>
      <Icon name={group.icon} />
      <div className="attention-body">
        {group.head?.(shown, total)}
        <Lines items={some} icon="close" does="Dismiss" until=", until it says something else" act={act} />
        {left > 0 && (
          <div className="small">{group.more?.(left) ?? <span className="dim">{count(left)} more</span>}</div>
        )}
      </div>
    </li>
  );
}

export function AttentionList({ groups, dismissed }: { groups: AttentionGroup[]; dismissed: Dismissed }) {
  const [opened, setOpened] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  // the button that was pressed is gone: the focus goes on to the next
  const next = useRef(-1);
  useEffect(() => {
    if (next.current < 0) return;
    const buttons = [...(box.current?.querySelectorAll<HTMLElement>(".attention-act") ?? [])];
    (buttons[Math.min(next.current, buttons.length - 1)] ?? box.current)?.focus();
    next.current = -1;
  });
  const act = (item: Item): void => {
    const buttons = [...(box.current?.querySelectorAll(".attention-act") ?? [])];
    next.current = buttons.findIndex((button) => button === document.activeElement);
    if (dismissed.has(item)) dismissed.bringBack(item);
    else dismissed.dismiss(item);
  };
  const gone = groups.flatMap(({ items }) => items.filter(dismissed.has));
  const left = groups.some((group) => remaining(group, dismissed).total > 0);
  return (
    <div ref={box} tabIndex={-1} className="attention-box">
      {left ? (
        <ul className="plain-list">
          {groups.map((group) => (
            <Group key={group.id} group={group} dismissed={dismissed} act={act} />
          ))}
        </ul>
      ) : (
        <Empty title="Nothing needs attention" />
      )}
      {gone.length > 0 && (
        <>
          <div className="attention-foot dim small">
            <span role="status">{count(gone.length)} dismissed</span>
            <Button
              size="compact-xs"
              variant="default"
              aria-expanded={opened}
              className="attention-act"
              onClick={() => setOpened((old) => !old)}
            >
              {opened ? "Hide" : "Show"}
            </Button>
          </div>
          {opened && (
            <section aria-label="Dismissed">
              <Lines items={gone} icon="undo" does="Show again" act={act} />
            </section>
          )}
        </>
      )}
    </div>
  );
}
