-- The schema, and what was applied to it. An administrator may have made the schema beforehand.
SELECT set_config('portcullis.schema', :'schema', true);
DO $$
BEGIN
  IF to_regnamespace(quote_ident(current_setting('portcullis.schema'))) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %I', current_setting('portcullis.schema'));
  END IF;
END
$$;

CREATE TABLE :"schema".migrations (
  version    integer     PRIMARY KEY,
  name       text        NOT NULL,
  -- Of the file as it was applied; one that was edited since is refused.
  checksum   text        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  applied_by text        NOT NULL DEFAULT session_user
);
