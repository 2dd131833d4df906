-- Stand-in for uuid-ossp. Random and nil identifiers and the name spaces are real. Fake: versions 1
-- (random instead of clock and network card), 3 and 5 (right in form, hashed with SHA-256).

CREATE FUNCTION uuid_nil() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN '00000000-0000-0000-0000-000000000000'::uuid;
CREATE FUNCTION uuid_ns_dns() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_url() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_oid() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_x500() RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN pg_catalog.gen_random_uuid();
CREATE FUNCTION uuid_generate_v1() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN pg_catalog.overlay(pg_catalog.gen_random_uuid()::text, '1', 15, 1)::uuid;
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN pg_catalog.overlay(pg_catalog.gen_random_uuid()::text, '1', 15, 1)::uuid;
CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE RETURN pg_catalog.overlay(
  pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(
    pg_catalog.uuid_send(namespace) OPERATOR(pg_catalog.||) pg_catalog.convert_to(name, 'UTF8')
  ), 'hex'), 1, 32), '3', 13, 1)::uuid;
CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE RETURN pg_catalog.overlay(pg_catalog.overlay(
  pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(
    pg_catalog.uuid_send(namespace) OPERATOR(pg_catalog.||) pg_catalog.convert_to(name, 'UTF8')
  ), 'hex'), 1, 32), '5', 13, 1), 'a', 17, 1)::uuid;
