// SPDX-License-Identifier: Apache-2.0
import { useEffect, type RefObject } from "react";

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) ||
    target.closest("[role=listbox],[role=menu],[role=dialog],[role=tablist]") !== null
  );
}

/** The keys of a list: the focus goes from the first link or button of a row to that of the next. */
export function useRowKeys(
  container: RefObject<HTMLElement | null>,
  count: number,
  show: (index: number) => void,
): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const box = container.current;
      if (step === undefined || !box || count === 0) return;
      // two tables of a page: the arrows are of the one that has the focus
      const inside = event.target instanceof Node && box.contains(event.target);
      if (!inside && document.querySelector(".table-scroll") !== box) return;
      const current = document.activeElement?.closest<HTMLElement>("tr[data-index]");
      if (event.key.startsWith("Arrow") && !inside) return;
      const at = current && box.contains(current) ? Number(current.dataset["index"]) : -1;
      const next = Math.max(0, Math.min(count - 1, at + step));
      event.preventDefault();
      const focus = (): boolean => {
        const target = box.querySelector<HTMLElement>(`tr[data-index="${next}"] :is(a, button)`);
        target?.focus({ preventScroll: true });
        target?.closest("tr")?.scrollIntoView({ block: "nearest" });
        return target !== null;
      };
      if (focus()) return;
      show(next);
      requestAnimationFrame(() => requestAnimationFrame(focus));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

/** A click on a row, beside its links and not to mark text, is one on its first link or button. */
export function useRowClicks(container: RefObject<HTMLElement | null>, on: boolean): void {
  useEffect(() => {
    const box = container.current;
    if (!box || !on) return;
    const onClick = ({ target }: MouseEvent): void => {
      if (!(target instanceof Element) || target.closest("a, button, input, label")) return;
      if (getSelection()?.isCollapsed === false) return;
      target.closest("tr[data-index]")?.querySelector<HTMLElement>(":is(a, button)")?.click();
    };
    box.addEventListener("click", onClick);
    return () => box.removeEventListener("click", onClick);
  }, [container, on]);
}

/** "/" puts the focus into the search field of a page. */
export function useSlash(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [field]);
}
