-- Policies, their revisions, and numbers by which instances find what has changed.

-- Whose statement it is stands in three settings of the transaction: portcullis.tenant, portcullis.platform
-- ('on' for the platform itself) and portcullis.actor. Without them nothing can be read or written.
CREATE FUNCTION :"schema".owns(owner text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE
    WHEN owner IS NULL THEN coalesce(current_setting('portcullis.platform', true), '') = 'on'
    ELSE owner = coalesce(current_setting('portcullis.tenant', true), '')
  END;

-- A tenant also reads what the platform has made public.
CREATE FUNCTION :"schema".may_read(owner text, visibility text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN :"schema".owns(owner)
    OR (owner IS NULL AND visibility = 'public' AND coalesce(current_setting('portcullis.tenant', true), '') <> '');

CREATE TABLE :"schema".policies (
  -- By bytes, as the engine orders them, whatever the database's collation.
  id          text COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  name        text        NOT NULL,
  description text,
  scope       text        NOT NULL CHECK (scope IN ('global', 'tenant', 'app', 'tool', 'workflow', 'agent')),
  -- Not jsonb, which forgets the order its author chose and hides keys that are there twice.
  rule_expr   json        NOT NULL,
  effect      text        NOT NULL CHECK (effect IN ('allow', 'deny', 'require_approval', 'modify')),
  created_at  timestamptz NOT NULL DEFAULT now(),
  -- The owner; null is the platform.
  tenant_id   text COLLATE "C" CHECK (tenant_id <> ''),
  enabled     boolean     NOT NULL DEFAULT true,
  enforcement text        NOT NULL DEFAULT 'enforce' CHECK (enforcement IN ('enforce', 'shadow')),
  visibility  text        NOT NULL CHECK (visibility IN ('public', 'private')),
  revision    integer     NOT NULL DEFAULT 1,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  updated_by  text        NOT NULL
);
CREATE INDEX policies_by_owner ON :"schema".policies (tenant_id, id);

-- Who changed what and when. Written by triggers alone, and never changed.
CREATE TABLE :"schema".policy_revisions (
  policy_id  text COLLATE "C" NOT NULL,
  revision   integer          NOT NULL,
  tenant_id  text COLLATE "C",
  operation  text             NOT NULL CHECK (operation IN ('create', 'update', 'delete')),
  -- As it was from then on; null once it was deleted.
  policy     json,
  revised_at timestamptz      NOT NULL DEFAULT now(),
  revised_by text             NOT NULL,
  PRIMARY KEY (policy_id, revision)
);

-- One row, locked by every change before anything else: changes get their numbers in the order in which they are
-- committed, so that who has read up to a number has missed none below it, and writers don't deadlock.
CREATE TABLE :"schema".policy_clock (
  one    boolean PRIMARY KEY DEFAULT true CHECK (one),
  change bigint  NOT NULL
);
INSERT INTO :"schema".policy_clock (change) VALUES (0);

-- The latest change of each policy that there is or was.
CREATE TABLE :"schema".policy_changes (
  policy_id text COLLATE "C" PRIMARY KEY,
  change    bigint NOT NULL
);
CREATE INDEX policy_changes_by_change ON :"schema".policy_changes (change);

-- The functions run as the owner of the tables, so that nobody else needs to write what they write.
CREATE FUNCTION :"schema".policies_begin() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp AS $$
BEGIN
  UPDATE policy_clock SET change = change + 1;
  RETURN NULL;
END
$$;

CREATE FUNCTION :"schema".policies_stamp() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.id <> OLD.id OR NEW.tenant_id IS DISTINCT FROM OLD.tenant_id THEN
      RAISE EXCEPTION 'the id and the tenant_id of a policy never change' USING HINT = 'Delete it, and insert another.';
    END IF;
    NEW.revision := OLD.revision + 1;
    NEW.created_at := OLD.created_at;
  END IF;
  NEW.visibility := coalesce(NEW.visibility, CASE WHEN NEW.tenant_id IS NULL THEN 'private' ELSE 'public' END);
  NEW.updated_at := now();
  -- Whoever writes without the store is known by the name of the database's user.
  NEW.updated_by := coalesce(nullif(current_setting('portcullis.actor', true), ''), 'sql:' || session_user);
  RETURN NEW;
END
$$;

CREATE FUNCTION :"schema".policies_record() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp AS $$
DECLARE
  latest policies := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  INSERT INTO policy_revisions (policy_id, revision, tenant_id, operation, policy, revised_by)
  VALUES (
    latest.id,
    CASE WHEN TG_OP = 'DELETE' THEN latest.revision + 1 ELSE latest.revision END,
    latest.tenant_id,
    CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END,
    CASE WHEN TG_OP <> 'DELETE' THEN policy_json(latest) END,
    coalesce(nullif(current_setting('portcullis.actor', true), ''), 'sql:' || session_user)
  );
  INSERT INTO policy_changes (policy_id, change) SELECT latest.id, change FROM policy_clock
  ON CONFLICT (policy_id) DO UPDATE SET change = EXCLUDED.change;
  RETURN NULL;
END
$$;

-- A policy as in files. What json_build_object is given as json it takes over to the letter.
CREATE FUNCTION :"schema".policy_json(policy :"schema".policies) RETURNS json
  LANGUAGE sql STABLE
  RETURN json_build_object(
    'id', (policy).id, 'name', (policy).name, 'description', (policy).description, 'scope', (policy).scope,
    'effect', (policy).effect, 'rule_expr', (policy).rule_expr, 'tenant_id', (policy).tenant_id,
    'enabled', (policy).enabled, 'enforcement', (policy).enforcement, 'visibility', (policy).visibility
  );

CREATE FUNCTION :"schema".policies_announce() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp AS $$
BEGIN
  PERFORM pg_notify(TG_TABLE_SCHEMA || '_policies', (SELECT change::text FROM policy_clock));
  RETURN NULL;
END
$$;

CREATE FUNCTION :"schema".refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING HINT = CASE TG_TABLE_NAME WHEN 'policies' THEN 'Delete its rows.' ELSE 'Revisions are only ever added.' END;
END
$$;

CREATE TRIGGER begin BEFORE INSERT OR UPDATE OR DELETE ON :"schema".policies
  FOR EACH STATEMENT EXECUTE FUNCTION :"schema".policies_begin();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON :"schema".policies
  FOR EACH ROW EXECUTE FUNCTION :"schema".policies_stamp();
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON :"schema".policies
  FOR EACH ROW EXECUTE FUNCTION :"schema".policies_record();
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON :"schema".policies
  FOR EACH STATEMENT EXECUTE FUNCTION :"schema".policies_announce();
CREATE TRIGGER refuse BEFORE TRUNCATE ON :"schema".policies
  FOR EACH STATEMENT EXECUTE FUNCTION :"schema".refuse();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON :"schema".policy_revisions
  FOR EACH STATEMENT EXECUTE FUNCTION :"schema".refuse();

-- Forced: for the owner of the tables too.
ALTER TABLE :"schema".policies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY may_read ON :"schema".policies FOR SELECT USING (:"schema".may_read(tenant_id, visibility));
CREATE POLICY may_add ON :"schema".policies FOR INSERT WITH CHECK (:"schema".owns(tenant_id));
CREATE POLICY may_change ON :"schema".policies FOR UPDATE
  USING (:"schema".owns(tenant_id)) WITH CHECK (:"schema".owns(tenant_id));
CREATE POLICY may_delete ON :"schema".policies FOR DELETE USING (:"schema".owns(tenant_id));

ALTER TABLE :"schema".policy_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY may_read ON :"schema".policy_revisions FOR SELECT USING (:"schema".owns(tenant_id));
-- For the triggers: nobody else is granted it.
CREATE POLICY may_add ON :"schema".policy_revisions FOR INSERT WITH CHECK (true);

-- Where there are no roles but the owner, it reads the policies of all tenants when it says that it loads them.
CREATE POLICY owner_loads ON :"schema".policies FOR SELECT TO CURRENT_USER
  USING (coalesce(current_setting('portcullis.loader', true), '') = 'on');
CREATE POLICY owner_loads ON :"schema".policy_revisions FOR SELECT TO CURRENT_USER
  USING (coalesce(current_setting('portcullis.loader', true), '') = 'on');
