-- Three roles that own nothing, for login roles to be members of. Made where they are missing, which needs CREATEROLE;
-- may be applied again at any time, and is after each migration that adds something.
SELECT set_config('portcullis.app_role', :'app', true), set_config('portcullis.loader_role', :'loader', true),
  set_config('portcullis.log_role', :'log', true);
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    current_setting('portcullis.app_role'), current_setting('portcullis.loader_role'), current_setting('portcullis.log_role')
  ] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- Someone else made it just now.
      END;
    END IF;
  END LOOP;
END
$$;

GRANT USAGE ON SCHEMA :"schema" TO :"app", :"loader", :"log";
GRANT SELECT ON :"schema".migrations TO :"app", :"loader", :"log";
GRANT EXECUTE ON FUNCTION :"schema".owns(text), :"schema".may_read(text, text), :"schema".policy_json(:"schema".policies)
  TO :"app", :"loader";

-- The application: policies of the tenant that it acts for. Revisions are written by triggers.
GRANT SELECT, INSERT, UPDATE, DELETE ON :"schema".policies TO :"app";
GRANT SELECT ON :"schema".policy_revisions TO :"app";
-- Keys are made and revoked, and else stay what they are.
GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by) ON :"schema".api_keys TO :"app";

-- The loader: policies of all tenants, to read and for nothing else.
GRANT SELECT ON :"schema".policies, :"schema".policy_revisions, :"schema".policy_clock, :"schema".policy_changes TO :"loader";
DROP POLICY IF EXISTS loader ON :"schema".policies;
CREATE POLICY loader ON :"schema".policies FOR SELECT TO :"loader" USING (true);
DROP POLICY IF EXISTS loader ON :"schema".policy_revisions;
CREATE POLICY loader ON :"schema".policy_revisions FOR SELECT TO :"loader" USING (true);

-- The log's writer adds entries, and reads them to check or to export; it removes none. The application reads those of
-- the tenant that it acts for.
GRANT SELECT ON :"schema".decision_log TO :"app";
GRANT INSERT, SELECT ON :"schema".decision_log TO :"log";
GRANT SELECT ON :"schema".decision_log_heads TO :"log";
GRANT EXECUTE ON FUNCTION :"schema".owns(text) TO :"log";
DROP POLICY IF EXISTS log_adds ON :"schema".decision_log;
CREATE POLICY log_adds ON :"schema".decision_log FOR INSERT TO :"log" WITH CHECK (true);
DROP POLICY IF EXISTS log_reads ON :"schema".decision_log;
CREATE POLICY log_reads ON :"schema".decision_log FOR SELECT TO :"log" USING (true);
