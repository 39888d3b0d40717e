// What a visitor of the page loads, gzipped. The examples are not counted: each is fetched when it is chosen.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Bytes that the page may weigh. */
export const MOST = 450 * 1024;

export function weigh(): { readonly files: readonly { name: string; bytes: number }[]; readonly total: number } {
  const dist = new URL("../../www/dist/", import.meta.url);
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("/examples"))
    .map(({ parentPath, name }) => ({
      name,
      bytes: gzipSync(readFileSync(`${parentPath}/${name}`), { level: 9 }).length,
    }));
  return { files, total: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
