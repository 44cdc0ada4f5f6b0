// SPDX-License-Identifier: Apache-2.0
// Questions as hooks. Lists that go on are asked again only by hand: their pages would all be asked one after the other.
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import { ask, Problem } from "./client";
import type { Answer, Method, PathsWith, Query } from "./types";

interface Options {
  id?: number;
  enabled?: boolean;
  /** milliseconds between questions */
  every?: number;
  keep?: boolean;
}

export function useGet<P extends PathsWith<"get">>(
  path: P,
  query?: Query<P, "get">,
  options: Options = {},
): UseQueryResult<Answer<P, "get">> {
  return useQuery({
    queryKey: [path, options.id ?? 0, query ?? {}],
    queryFn: ({ signal }) => {
      const asked: { signal: AbortSignal; id?: number; query?: Query<P, "get"> } = { signal };
      if (options.id !== undefined) asked.id = options.id;
      if (query !== undefined) asked.query = query;
      return ask<"get", P>("get", path, asked);
    },
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
    placeholderData: options.keep ? keepPreviousData : undefined,
  } as Parameters<typeof useQuery<Answer<P, "get">>>[0]);
}

/** The same question of several things by their ids. */
export function useEach<P extends PathsWith<"get">>(
  path: P,
  ids: readonly number[],
): UseQueryResult<Answer<P, "get">>[] {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: [path, id, {}],
      queryFn: ({ signal }: { signal: AbortSignal }) => ask<"get", P>("get", path, { signal, id }),
    })),
  });
}

type ListPath = {
  [P in PathsWith<"get">]: Answer<P, "get"> extends { items: unknown[]; next: string | null } ? P : never;
}[PathsWith<"get">];
type PageOf<P extends ListPath> = Answer<P, "get"> & { next: string | null };

/** The pages of a list, one after the other. */
export function usePages<P extends ListPath>(
  path: P,
  query: Query<P, "get">,
  options: { id?: number; limit?: number; enabled?: boolean } = {},
) {
  return useInfiniteQuery({
    queryKey: [path, options.id ?? 0, "pages", query],
    queryFn: async ({ signal, pageParam }) => {
      const page = { limit: options.limit ?? 200, ...(pageParam === "" ? {} : { cursor: pageParam }) };
      const asked = { signal, query: { ...(query as object), ...page } as Query<P, "get"> };
      const id = options.id === undefined ? {} : { id: options.id };
      return (await ask<"get", P>("get", path, { ...asked, ...id })) as PageOf<P>;
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    enabled: options.enabled ?? true,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** A change by an admin, after which all is asked anew. */
export function useChange<M extends Exclude<Method, "get">, P extends PathsWith<M>>(method: M, path: P) {
  const client = useQueryClient();
  return useMutation<Answer<P, M>, Error, { id?: number; query?: Query<P, M>; body?: string | Blob; type?: string }>({
    mutationFn: (asked) => ask(method, path, asked),
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useSession() {
  return useGet("/api/v1/session");
}

export function useIsAdmin(): boolean {
  return useSession().data?.role === "admin";
}

/** Whether asking again may help. */
export function mayRetry(failures: number, error: Error): boolean {
  return failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502);
}
