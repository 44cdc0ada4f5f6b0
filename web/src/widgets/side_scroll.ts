// SPDX-License-Identifier: Apache-2.0
import { useLayoutEffect, useState, type RefObject } from "react";

/** The width of a box that may scroll sideways. The box is told at which of its edges more is, and fades there. */
export function useSideScroll(box: RefObject<HTMLElement | null>): number | null {
  const [room, setRoom] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = (): void => {
      const { scrollLeft, clientWidth, scrollWidth } = element;
      const left = scrollLeft > 1;
      const right = scrollLeft + clientWidth < scrollWidth - 1;
      element.dataset["more"] = [left ? "left" : "", right ? "right" : ""].join(" ").trim();
      setRoom(clientWidth);
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    for (const child of element.children) watch.observe(child);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [box]);
  return room;
}
