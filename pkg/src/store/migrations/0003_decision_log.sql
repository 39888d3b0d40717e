-- The decision log: entries in chains of hashes, one for each writer. Only ever added, and removed by retention alone.

CREATE TABLE :"schema".decision_log (
  -- Not jsonb: the hash is of this very text.
  entry     json NOT NULL,
  hash      text COLLATE "C" NOT NULL,
  -- Taken from the entry, so that they can't say anything else.
  writer    text COLLATE "C" NOT NULL GENERATED ALWAYS AS (entry->>'writer') STORED,
  seq       bigint           NOT NULL GENERATED ALWAYS AS ((entry->>'seq')::bigint) STORED,
  kind      text             NOT NULL GENERATED ALWAYS AS (entry->>'kind') STORED,
  -- Milliseconds since 1970.
  time      bigint           NOT NULL GENERATED ALWAYS AS ((entry->>'time')::bigint) STORED,
  -- Whose decision it is; null for what is about the chain itself, or where no tenant was told.
  tenant_id text COLLATE "C" GENERATED ALWAYS AS (entry->>'tenant') STORED,
  effect    text             GENERATED ALWAYS AS (entry->>'effect') STORED,
  run       text COLLATE "C" GENERATED ALWAYS AS (entry->>'run') STORED,
  PRIMARY KEY (writer, seq)
);
CREATE INDEX decision_log_by_tenant ON :"schema".decision_log (tenant_id, time, writer, seq);
CREATE INDEX decision_log_by_time ON :"schema".decision_log (time, writer, seq);
CREATE INDEX decision_log_by_run ON :"schema".decision_log (run, time) WHERE run IS NOT NULL;

-- Where each chain has come to, and what retention has removed of it. Written by functions alone.
CREATE TABLE :"schema".decision_log_heads (
  writer      text COLLATE "C" PRIMARY KEY,
  seq         bigint NOT NULL,
  hash        text   NOT NULL,
  pruned_seq  bigint,
  pruned_hash text
);

-- What is added must go on where its chain has come to.
CREATE FUNCTION :"schema".decision_log_extend() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp AS $$
DECLARE
  part record;
  head decision_log_heads;
BEGIN
  FOR part IN SELECT writer, min(seq) AS first, max(seq) AS last, count(*) AS entries FROM added GROUP BY writer LOOP
    head := NULL;
    SELECT * INTO head FROM decision_log_heads h WHERE h.writer = part.writer FOR UPDATE;
    IF part.first <> coalesce(head.seq + 1, 0) OR part.entries <> part.last - part.first + 1 OR EXISTS (
      SELECT FROM (
        SELECT a.entry->>'prev' AS prev, coalesce(lag(a.hash) OVER (ORDER BY a.seq), head.hash) AS before
        FROM added a WHERE a.writer = part.writer
      ) links WHERE prev IS DISTINCT FROM before
    ) THEN
      RAISE EXCEPTION 'entries % to % do not follow the end of their chain', part.first, part.last
        USING HINT = 'A writer goes on with its own chain, and nobody else does.';
    END IF;
    INSERT INTO decision_log_heads AS h (writer, seq, hash)
    SELECT a.writer, a.seq, a.hash FROM added a WHERE a.writer = part.writer AND a.seq = part.last
    ON CONFLICT (writer) DO UPDATE SET seq = EXCLUDED.seq, hash = EXCLUDED.hash;
  END LOOP;
  RETURN NULL;
END
$$;

CREATE FUNCTION :"schema".decision_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND coalesce(current_setting('portcullis.pruning', true), '') = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% of %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING HINT = 'Entries are only ever added; `portcullis log prune` removes old ones.';
END
$$;

CREATE TRIGGER extend AFTER INSERT ON :"schema".decision_log REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION :"schema".decision_log_extend();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON :"schema".decision_log
  FOR EACH STATEMENT EXECUTE FUNCTION :"schema".decision_log_refuse();

-- Removes the beginnings of chains, up to the first entry that is to stay; the hash of the last that went stays behind.
-- For the owner alone.
CREATE FUNCTION :"schema".decision_log_prune(before bigint) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, :"schema", pg_temp AS $$
DECLARE
  chain record;
  stays bigint;
  gone  bigint;
  total bigint := 0;
BEGIN
  PERFORM set_config('portcullis.log', 'on', true), set_config('portcullis.pruning', 'on', true);
  FOR chain IN SELECT * FROM decision_log_heads ORDER BY writer FOR UPDATE LOOP
    SELECT min(l.seq) INTO stays FROM decision_log l WHERE l.writer = chain.writer AND l.time >= before;
    stays := coalesce(stays, chain.seq + 1);
    UPDATE decision_log_heads h SET pruned_seq = l.seq, pruned_hash = l.hash
    FROM decision_log l WHERE h.writer = chain.writer AND l.writer = chain.writer AND l.seq = stays - 1;
    DELETE FROM decision_log l WHERE l.writer = chain.writer AND l.seq < stays;
    GET DIAGNOSTICS gone = ROW_COUNT;
    total := total + gone;
  END LOOP;
  PERFORM set_config('portcullis.log', '', true), set_config('portcullis.pruning', '', true);
  RETURN total;
END
$$;
REVOKE ALL ON FUNCTION :"schema".decision_log_prune(bigint) FROM PUBLIC;

ALTER TABLE :"schema".decision_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- The platform sees the decisions of all tenants.
CREATE POLICY may_read ON :"schema".decision_log FOR SELECT
  USING (:"schema".owns(tenant_id) OR coalesce(current_setting('portcullis.platform', true), '') = 'on');
-- Where there are no roles but the owner, it writes and reads all when it says that it is the log.
CREATE POLICY owner_logs ON :"schema".decision_log TO CURRENT_USER
  USING (coalesce(current_setting('portcullis.log', true), '') = 'on')
  WITH CHECK (coalesce(current_setting('portcullis.log', true), '') = 'on');
