// SPDX-License-Identifier: Apache-2.0
import { useEffect, useReducer, useState } from "react";
import { listen, type LiveQuery, type LiveState } from "../api/live";
import type { LiveRecord } from "../api/types";
import { emptyLive, liveReducer, NOTHING_HELD, withMore, type Held } from "../base/live_view";

const DRAW_MS = 150;

/** Records as they come; drawn a few times a second however fast that is. */
export function useLive(query: NonNullable<LiveQuery>) {
  const [view, act] = useReducer(liveReducer<LiveRecord>, undefined, emptyLive<LiveRecord>);
  const [connection, setConnection] = useState<{ state: LiveState; why: string }>({ state: "connecting", why: "" });
  const [attempt, setAttempt] = useState(0);
  const { collection, method, search, status } = query;
  useEffect(() => {
    act({ do: "clear" });
    let held: Held<LiveRecord> = NOTHING_HELD;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      act({ do: "records", ...held });
      held = NOTHING_HELD;
    };
    const given = {
      ...(collection === undefined ? {} : { collection }),
      ...(method === undefined ? {} : { method }),
      ...(search === undefined ? {} : { search }),
      ...(status === undefined ? {} : { status }),
    };
    const end = listen(given, {
      records: (records) => {
        held = withMore(held, records);
        timer ??= setTimeout(draw, DRAW_MS);
      },
      lost: (records) => act({ do: "lost", records }),
      state: (state, why) => setConnection({ state, why }),
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [collection, method, search, status, attempt]);
  return { view, act, connection, again: () => setAttempt((old) => old + 1) };
}
