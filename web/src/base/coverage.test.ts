// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { rowsOf, stackName, type ProcessLine } from "./coverage";

const OPENSSL = { stack: "OpenSSL", version: "OpenSSL 3.0.19", file: "/usr/lib/libssl.so.3", probed: true, reason: "" };

function process(name: string, pid: number, more: Partial<ProcessLine> = {}): ProcessLine {
  const zero = { cgroup: "/", container: "", ended: false, connections: 1, bytes: 0, seen: 0, share: null };
  return { ...zero, tls_stacks: [], not_seen: [], name, pid, ...more };
}

describe("rows of coverage", () => {
  it("has those that run one by one, before those that ended", () => {
    const rows = rowsOf([process("curl", 1, { ended: true }), process("nginx", 2), process("nginx", 3)]);
    expect(rows.map(({ name, pid, processes }) => [name, pid, processes])).toEqual([
      ["nginx", 2, 1],
      ["nginx", 3, 1],
      ["curl", 1, 1],
    ]);
  });

  it("gathers what ended by name and container", () => {
    const ended = { ended: true, connections: 2, bytes: 100, seen: 75, tls_stacks: [OPENSSL] };
    const why = [{ what: "TLS", why: "late", bytes: 25 }];
    const rows = rowsOf([
      process("curl", 1, { ...ended, share: 0.75, not_seen: why }),
      process("curl", 2, { ...ended, cgroup: "", share: 0.75, not_seen: why }),
      process("curl", 3, { ...ended, container: "abc", share: 0.75 }),
    ]);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      ...process("curl", 0, { ...ended, connections: 4, bytes: 200, seen: 150, share: 0.75 }),
      pid: undefined,
      cgroup: "",
      processes: 2,
      not_seen: [{ what: "TLS", why: "late", bytes: 50 }],
    });
    expect(rows[1]?.pid).toBe(3);
  });

  it("has no share of no bytes", () => {
    const rows = rowsOf([process("true", 1, { ended: true }), process("true", 2, { ended: true })]);
    expect(rows[0]?.share).toBeNull();
  });
});

describe("names of TLS stacks", () => {
  it("says each word once", () => {
    expect(stackName(OPENSSL)).toBe("OpenSSL 3.0.19");
    expect(stackName({ stack: "OpenSSL", version: "OpenSSL" })).toBe("OpenSSL");
    expect(stackName({ stack: "JSSE", version: "Java 17" })).toBe("JSSE Java 17");
    expect(stackName({ stack: "GnuTLS", version: "" })).toBe("GnuTLS");
  });
});
