// SPDX-License-Identifier: Apache-2.0
import { useNow } from "../base/now";
import { absolute, relative } from "../base/time";

/** How long ago; the time itself on hover. */
export function When({ seconds }: { seconds: number | null | undefined }) {
  const now = useNow();
  if (seconds === null || seconds === undefined || seconds === 0) return <span className="dim">never</span>;
  return (
    <time dateTime={new Date(seconds * 1000).toISOString()} title={absolute(seconds)} className="when">
      {relative(seconds, Math.max(now, seconds - 59))}
    </time>
  );
}
