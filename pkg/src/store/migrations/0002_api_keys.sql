-- Keys by which programs call the management API. What is stored of one is its digest.
CREATE TABLE :"schema".api_keys (
  -- The part of the key by which it is found; it is no secret.
  id         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),
  -- Whose policies it reaches; null is the platform.
  tenant_id  text COLLATE "C" CHECK (tenant_id <> ''),
  name       text        NOT NULL CHECK (name <> ''),
  roles      text[]      NOT NULL CHECK (
    cardinality(roles) > 0 AND roles <@ ARRAY['reader', 'author', 'admin', 'approver']
    AND (tenant_id IS NULL OR NOT 'admin' = ANY (roles))
  ),
  -- SHA-256 of the whole key, in hexadecimal digits. Keys are random, so that none needs to be made hard to guess.
  hash       text        NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text        NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text
);
CREATE INDEX api_keys_by_owner ON :"schema".api_keys (tenant_id, id);

ALTER TABLE :"schema".api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY may_read ON :"schema".api_keys FOR SELECT USING (:"schema".owns(tenant_id));
-- Whoever checks a key does not know yet whose it is, and says its id.
CREATE POLICY may_check ON :"schema".api_keys FOR SELECT USING (id = current_setting('portcullis.api_key', true));
CREATE POLICY may_add ON :"schema".api_keys FOR INSERT WITH CHECK (:"schema".owns(tenant_id));
CREATE POLICY may_revoke ON :"schema".api_keys FOR UPDATE
  USING (:"schema".owns(tenant_id)) WITH CHECK (:"schema".owns(tenant_id));
