// SPDX-License-Identifier: Apache-2.0
// What eslint does not look at: the licence line, and that the lock file names no host to download from.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const wrong = [];
const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );
for (const file of [...walk("src"), ...walk("e2e"), ...walk("public")]) {
  if (!/\.(ts|tsx|js|css|py)$/.test(file) || file.endsWith("schema.ts")) continue;
  if (!readFileSync(file, "utf8").slice(0, 200).includes("SPDX-License-Identifier: Apache-2.0"))
    wrong.push(`${file}: no licence line`);
}
if (readFileSync("package-lock.json", "utf8").includes('"resolved"'))
  wrong.push("package-lock.json: has resolved addresses");
for (const line of wrong) console.error(line);
process.exit(wrong.length === 0 ? 0 : 1);
