// SPDX-License-Identifier: Apache-2.0
import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";

/** The end of a list: loads more when it comes into sight, and by hand. */
export function MoreOnSight({ has, loading, load }: { has: boolean; loading: boolean; load: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = end.current;
    if (!target || !has || loading) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) load();
      },
      { rootMargin: "400px" },
    );
    watch.observe(target);
    return () => watch.disconnect();
  }, [has, loading, load]);
  return (
    <div ref={end} className="list-end">
      {has ? (
        <Button size="xs" variant="default" loading={loading} onClick={load}>
          More
        </Button>
      ) : (
        <span className="dim">That is all</span>
      )}
    </div>
  );
}
