-- Functions that run as the owner of the tables are for the triggers of these tables alone. Whoever may call one could
-- make it the trigger of a table of their own, and write by it what nobody but the owner may write. Triggers that are
-- there fire without the right to call what they call.
REVOKE ALL ON FUNCTION :"schema".policies_begin(), :"schema".policies_stamp(), :"schema".policies_record(),
  :"schema".policies_announce(), :"schema".decision_log_extend() FROM PUBLIC;

-- So one that was made before would go on.
SELECT set_config('portcullis.schema', :'schema', true);
DO $$
DECLARE
  stranger record;
BEGIN
  SELECT t.tgname, t.tgrelid::regclass AS of INTO stranger
  FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
  WHERE p.pronamespace = quote_ident(current_setting('portcullis.schema'))::regnamespace AND p.prosecdef
    AND c.relnamespace <> p.pronamespace
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the trigger % of % calls a function of this schema', stranger.tgname, stranger.of
      USING HINT = 'Find out who made it, and drop it.';
  END IF;
END
$$;
