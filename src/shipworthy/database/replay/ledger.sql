-- The ledger of a replay: which numbered statement made or changed which object. Event triggers of
-- the superuser fill it; role postgres may neither write to it nor switch them off.
-- The number comes from a comment at the head of the query text, which no SQL can change.

CREATE SCHEMA shipworthy;

CREATE SEQUENCE shipworthy.position;
CREATE TABLE shipworthy.made (class oid, object oid, statement int,
  position bigint DEFAULT nextval('shipworthy.position'));
CREATE INDEX ON shipworthy.made (object, class);
CREATE TABLE shipworthy.columns (object oid, number int, statement int,
  position bigint DEFAULT nextval('shipworthy.position'), PRIMARY KEY (object, number));
CREATE TABLE shipworthy.switched (object oid, statement int,
  position bigint DEFAULT nextval('shipworthy.position'));
CREATE TABLE shipworthy.granted (object oid, grantee oid, statement int,
  position bigint DEFAULT nextval('shipworthy.position'));
CREATE TABLE shipworthy.buckets (bucket text, statement int,
  position bigint DEFAULT nextval('shipworthy.position'));
-- What the triggers compare with.
CREATE TABLE shipworthy.known (object oid PRIMARY KEY, row_security bool, acl aclitem[]);

INSERT INTO shipworthy.known
  SELECT oid, relrowsecurity, coalesce(relacl, acldefault('r', relowner))
    FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION ALL
  SELECT oid, NULL, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc WHERE oid >= 16384;
INSERT INTO shipworthy.columns
  SELECT attrelid, attnum, 0 FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0;

CREATE FUNCTION shipworthy.number() RETURNS int LANGUAGE sql
  SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS
$$
  SELECT CASE WHEN starts_with(current_query(), '/*shipworthy ')
         THEN split_part(split_part(current_query(), '*/', 1), ' ', 2)::int END
$$;

CREATE FUNCTION shipworthy.note_granted(number int) RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS
$$
BEGIN
  WITH now AS (
    SELECT oid, coalesce(relacl, acldefault('r', relowner)) AS acl FROM pg_class
      WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT oid, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc WHERE oid >= 16384
  ), changed AS (
    SELECT now.oid, now.acl, known.acl AS before FROM now JOIN shipworthy.known ON object = now.oid
    WHERE now.acl::text <> known.acl::text
  ), differing AS (
    SELECT oid, e.grantee FROM changed,
      LATERAL (SELECT * FROM aclexplode(acl) EXCEPT SELECT * FROM aclexplode(before)) AS e
    UNION
    SELECT oid, e.grantee FROM changed,
      LATERAL (SELECT * FROM aclexplode(before) EXCEPT SELECT * FROM aclexplode(acl)) AS e
  ), noted AS (
    INSERT INTO shipworthy.granted SELECT oid, grantee, number FROM differing
  )
  UPDATE shipworthy.known SET acl = changed.acl FROM changed WHERE object = changed.oid;
END
$$;

CREATE FUNCTION shipworthy.note_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET row_security = off AS
$$
DECLARE
  this int := shipworthy.number();
  tables oid[];
BEGIN
  IF tg_tag IN ('GRANT', 'REVOKE') THEN
    PERFORM shipworthy.note_granted(this);
    RETURN;
  END IF;
  INSERT INTO shipworthy.made
    SELECT classid, objid, this FROM pg_event_trigger_ddl_commands() WHERE objid IS NOT NULL;
  INSERT INTO shipworthy.known
    SELECT p.oid, NULL, coalesce(proacl, acldefault('f', proowner))
      FROM pg_event_trigger_ddl_commands() c JOIN pg_proc p ON p.oid = c.objid
      WHERE c.classid = 'pg_proc'::regclass
    ON CONFLICT DO NOTHING;
  SELECT array_agg(DISTINCT objid) INTO tables FROM pg_event_trigger_ddl_commands()
    WHERE classid = 'pg_class'::regclass;
  IF tables IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO shipworthy.columns
    SELECT attrelid, attnum, this FROM pg_attribute WHERE attrelid = ANY (tables) AND attnum > 0
    ON CONFLICT DO NOTHING;
  INSERT INTO shipworthy.made
    SELECT 'pg_constraint'::regclass, c.oid, this FROM pg_constraint c WHERE conrelid = ANY (tables)
      AND NOT EXISTS (SELECT FROM shipworthy.made WHERE object = c.oid AND class = 'pg_constraint'::regclass);
  INSERT INTO shipworthy.switched
    SELECT c.oid, this FROM pg_class c LEFT JOIN shipworthy.known k ON k.object = c.oid
    WHERE c.oid = ANY (tables) AND c.relrowsecurity <> coalesce(k.row_security, false);
  INSERT INTO shipworthy.known
    SELECT oid, relrowsecurity, coalesce(relacl, acldefault('r', relowner)) FROM pg_class
      WHERE oid = ANY (tables) AND relkind IN ('r', 'p', 'v', 'm', 'f')
    ON CONFLICT (object) DO UPDATE SET row_security = excluded.row_security;
END
$$;

CREATE FUNCTION shipworthy.note_bucket() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS
$$
BEGIN
  INSERT INTO shipworthy.buckets VALUES (new.id, shipworthy.number());
  RETURN NULL;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA shipworthy FROM PUBLIC;

CREATE TRIGGER shipworthy_note AFTER INSERT OR UPDATE ON storage.buckets
  FOR EACH ROW EXECUTE FUNCTION shipworthy.note_bucket();
ALTER TABLE storage.buckets ENABLE ALWAYS TRIGGER shipworthy_note;

CREATE EVENT TRIGGER shipworthy_ddl ON ddl_command_end EXECUTE FUNCTION shipworthy.note_ddl();
-- Migrations may set session_replication_role, which silences all but these.
ALTER EVENT TRIGGER shipworthy_ddl ENABLE ALWAYS;
