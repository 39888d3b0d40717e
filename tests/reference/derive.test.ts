import { describe, expect, test } from "vitest";
import { derive } from "./derive.js";
import * as pools from "./generate/pools.js";
import type { Derivation } from "./types.js";
import { Failure } from "./value.js";

function derived(as: Derivation, value: unknown): unknown {
  try {
    return derive(as, value, []);
  } catch (failure) {
    return failure instanceof Failure ? `(${failure.code})` : failure;
  }
}

const cases: [Derivation, unknown, unknown][] = [
  ["size", "a😀", 2],
  ["size", [null, {}], 2],
  ["size", {}, "(wrong_type)"],
  ["keys", { b: 1, "😀": 1, "～": 1, a: 1 }, ["a", "b", "～", "😀"]],
  ["keys", [], "(wrong_type)"],
  ["lower", "STRAẞE \u212a İ ſ Ꭰ ꭰ", "straße k İ s Ꭰ Ꭰ"],
  ["lower", 1, "(wrong_type)"],
  ["timestamp", "1970-01-01T00:00:01.5+00:01", -58_500],
  ["timestamp", "0000-01-01T00:00:00Z", -62_167_219_200_000],
  ["timestamp", "9999-12-31T23:59:59.999Z", 253_402_300_799_999],
  ["timestamp", "2026-11-22t10:30:00z", Date.UTC(2026, 10, 22, 10, 30)],
  ["number", "1e-400", 0],
  ["number", "-0", -0],
  ["number", "12.50", 12.5],
  ["utc_hour", -1, 23],
  ["utc_hour", -0.5, 23],
  ["utc_hour", 8.64e15 + 1, "(underivable)"],
  ["utc_hour", "9", "(wrong_type)"],
  ["utc_weekday", 0, "thu"],
  ["utc_weekday", -1, "wed"],
  ["utc_weekday", Date.UTC(2026, 10, 22), "sun"],
  ["utc_weekday", -8.64e15, "tue"],
  ["file_path", "/a/./b//../c/", "/a/c"],
  ["file_path", "a/..", "."],
  ["file_path", "/", "/"],
  ["file_path", "/%2e%2e", "/%2e%2e"],
  ["file_path", "a/../../b", "(underivable)"],
  ["email_domain", "Ann.Smith@EXAMPLE.com", "example.com"],
  ["url_scheme", "HTTPS://Example.com", "https"],
  ["url_host", "https://EXAMPLE.com./", "example.com"],
  ["url_host", "http://0x7f.1/", "127.0.0.1"],
  ["url_host", "REDIS://Cache.Internal/0", "cache.internal"],
  ["url_host", "http://[::FFFF:127.0.0.1]/", "[::ffff:7f00:1]"],
  ["url_host", "https:///example.com", "(underivable)"],
  ["url_host", "https:example.com", "(underivable)"],
  ["url_host", "https://a..b/", "(underivable)"],
  ["url_path", "file://h/C:/x", "(underivable)"],
  ["url_path", "https://example.com/a%20b/%E2%82%AC", "/a b/€"],
  ["url_path", "https://example.com/api/%2e%2e/x", "/x"],
  ["url_path", "https://example.com", "/"],
  ["url_path", "https://example.com/100%", "/100%"],
  ["url_path", "https://example.com/%EF%BB%BFa", "/\ufeffa"],
  ["host_class", "http://app.localhost./", "loopback"],
  ["host_class", "http://localhost.evil.test/", "domain"],
  ["host_class", "http://[::ffff:10.0.0.1]/", "private_ip"],
  ["host_class", "http://[64:ff9b::808:808]/", "public_ip"],
  ["host_class", "http://[::127.0.0.1]/", "loopback"],
  ["host_class", "http://[64:ff9b:1::a00:1]/", "private_ip"],
  ["host_class", "http://172.32.0.1/", "public_ip"],
  ["host_class", "http://198.19.255.255/", "private_ip"],
  ["host_class", "http://198.20.0.1/", "public_ip"],
  ["host_class", "http://100.127.0.1/", "private_ip"],
];

test.each(cases)("%s of %j", (as, value, expected) => {
  expect(derived(as, value)).toEqual(expected);
});

const pooled: [Derivation, string[], string[]][] = [
  ["timestamp", pools.timestamps, pools.badTimestamps],
  ["number", pools.numerals, pools.badNumerals],
  ["url_host", [...pools.urls, ...pools.badUrlPaths], pools.badUrls],
  ["url_path", pools.urls, [...pools.badUrls, ...pools.badUrlPaths]],
  ["file_path", pools.files, pools.badFiles],
  ["email_domain", pools.emails, pools.badEmails],
];

describe.each(pooled)("%s", (as, good, bad) => {
  test.each(good)("takes %j", (text) => expect(derived(as, text)).not.toBe("(underivable)"));
  test.each(bad)("refuses %j", (text) => expect(derived(as, text)).toBe("(underivable)"));
});
