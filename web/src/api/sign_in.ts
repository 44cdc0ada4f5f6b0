// SPDX-License-Identifier: Apache-2.0
import { ask, Problem } from "./client";

/** Throws where the server does not take the token. */
export async function tryToken(value: string): Promise<void> {
  await ask("get", "/api/v1/session", { token: value });
}

export { Problem };
