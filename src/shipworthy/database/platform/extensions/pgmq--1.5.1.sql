-- Stand-in for pgmq: queues are tables with the real names and columns; reading hides a message for a
-- while, as the real one does. No partitions, no metrics.

CREATE TABLE meta (
  queue_name varchar UNIQUE NOT NULL, is_partitioned boolean NOT NULL, is_unlogged boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TYPE message_record AS (
  msg_id bigint, read_ct integer, enqueued_at timestamptz, vt timestamptz, message jsonb, headers jsonb
);
CREATE FUNCTION "create"(queue_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'CREATE TABLE IF NOT EXISTS pgmq.%I (msg_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     read_ct integer NOT NULL DEFAULT 0, enqueued_at timestamptz NOT NULL DEFAULT now(),
     vt timestamptz NOT NULL DEFAULT now(), message jsonb, headers jsonb)', 'q_' || lower(queue_name));
  EXECUTE format(
    'CREATE TABLE IF NOT EXISTS pgmq.%I (msg_id bigint PRIMARY KEY, read_ct integer NOT NULL DEFAULT 0,
     enqueued_at timestamptz NOT NULL DEFAULT now(), archived_at timestamptz NOT NULL DEFAULT now(),
     vt timestamptz NOT NULL, message jsonb, headers jsonb)', 'a_' || lower(queue_name));
  INSERT INTO pgmq.meta (queue_name, is_partitioned, is_unlogged)
  VALUES ($1, false, false) ON CONFLICT DO NOTHING;
END $$;
CREATE FUNCTION create_unlogged(queue_name text) RETURNS void LANGUAGE sql AS $$ select pgmq.create(queue_name) $$;
CREATE FUNCTION drop_queue(queue_name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DROP TABLE IF EXISTS pgmq.%I, pgmq.%I', 'q_' || lower(queue_name), 'a_' || lower(queue_name));
  DELETE FROM pgmq.meta m WHERE m.queue_name = drop_queue.queue_name;
  RETURN FOUND;
END $$;
CREATE FUNCTION send(queue_name text, msg jsonb, delay integer DEFAULT 0) RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'INSERT INTO pgmq.%I (vt, message) VALUES (clock_timestamp() + make_interval(secs => $2), $1)
     RETURNING msg_id', 'q_' || lower(queue_name)) USING msg, delay;
END $$;
CREATE FUNCTION read(queue_name text, vt integer, qty integer) RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'UPDATE pgmq.%1$I q SET read_ct = read_ct + 1, vt = clock_timestamp() + make_interval(secs => $1)
     WHERE msg_id IN (SELECT msg_id FROM pgmq.%1$I WHERE vt <= clock_timestamp() ORDER BY msg_id
                      LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING msg_id, read_ct, enqueued_at, q.vt, message, headers',
    'q_' || lower(queue_name)) USING vt, qty;
END $$;
CREATE FUNCTION pop(queue_name text) RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'DELETE FROM pgmq.%1$I q WHERE msg_id = (SELECT msg_id FROM pgmq.%1$I WHERE vt <= clock_timestamp()
     ORDER BY msg_id LIMIT 1) RETURNING msg_id, read_ct, enqueued_at, q.vt, message, headers',
    'q_' || lower(queue_name));
END $$;
CREATE FUNCTION delete(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE gone integer;
BEGIN
  EXECUTE format('DELETE FROM pgmq.%I WHERE msg_id = $1', 'q_' || lower(queue_name)) USING msg_id;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone > 0;
END $$;
CREATE FUNCTION archive(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE gone integer;
BEGIN
  EXECUTE format(
    'WITH moved AS (DELETE FROM pgmq.%I WHERE msg_id = $1 RETURNING *)
     INSERT INTO pgmq.%I (msg_id, read_ct, enqueued_at, vt, message, headers)
     SELECT msg_id, read_ct, enqueued_at, vt, message, headers FROM moved',
    'q_' || lower(queue_name), 'a_' || lower(queue_name)) USING msg_id;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone > 0;
END $$;
CREATE FUNCTION purge_queue(queue_name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE gone bigint;
BEGIN
  EXECUTE format('DELETE FROM pgmq.%I', 'q_' || lower(queue_name));
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
CREATE FUNCTION list_queues() RETURNS SETOF pgmq.meta LANGUAGE sql AS $$ select * from pgmq.meta $$;

-- On the platform, postgres makes queues.
GRANT ALL ON SCHEMA pgmq TO postgres WITH GRANT OPTION;
GRANT ALL ON meta TO postgres WITH GRANT OPTION;
