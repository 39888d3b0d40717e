// API keys: random, long, and stored as their digests alone.
import type { ApiKeyStore } from "../../store/keys.js";
import { rolesAmong } from "../principal.js";
import { type Authenticate, sameDigest } from "./authenticator.js";
import { type Known, remembering } from "./remember.js";

/** Milliseconds after which a key is looked up again, unless something else is said: as long as a revoked one lives. */
const REMEMBERED = 5_000;
const KEY = /^pck_([0-9a-f]{16})_[0-9a-f]{64}$/;

export function keyAuthenticator(keys: ApiKeyStore, rememberedMs = REMEMBERED): Authenticate {
  const find = remembering(async (token, digest): Promise<Known | undefined> => {
    const id = KEY.exec(token)?.[1];
    if (id === undefined) return undefined;
    const key = await keys.find(id);
    if (key === undefined || !sameDigest(key.hash, digest)) return undefined;
    const now = Date.now();
    const expires = key.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(key.expires_at);
    if (key.revoked_at !== null || now >= expires) return undefined;
    const principal = { subject: `key:${id}`, tenant: key.tenant_id, roles: rolesAmong(key.roles) };
    return { principal, until: Math.min(now + rememberedMs, expires) };
  });
  return (token) => (KEY.test(token) ? find(token) : undefined);
}
