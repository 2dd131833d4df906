-- Files: the storage schema as the hosted storage server leaves it.

CREATE SCHEMA storage AUTHORIZATION supabase_admin;
GRANT ALL ON SCHEMA storage TO supabase_storage_admin WITH GRANT OPTION;
SET ROLE supabase_storage_admin;
SET search_path = storage;

CREATE TYPE buckettype AS ENUM ('STANDARD', 'ANALYTICS', 'VECTOR');

CREATE TABLE buckets (
  id text NOT NULL PRIMARY KEY,
  name text NOT NULL,
  owner uuid,
  created_at timestamptz DEFAULT now(),
  updated_at timestamptz DEFAULT now(),
  public boolean DEFAULT false,
  avif_autodetection boolean DEFAULT false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text,
  type buckettype NOT NULL DEFAULT 'STANDARD'
);
CREATE UNIQUE INDEX bname ON buckets (name);

CREATE TABLE objects (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  bucket_id text REFERENCES buckets (id),
  name text,
  owner uuid,
  created_at timestamptz DEFAULT now(),
  updated_at timestamptz DEFAULT now(),
  last_accessed_at timestamptz DEFAULT now(),
  metadata jsonb,
  path_tokens text[] GENERATED ALWAYS AS (string_to_array(name, '/')) STORED,
  version text,
  owner_id text,
  user_metadata jsonb
);
CREATE UNIQUE INDEX bucketid_objname ON objects (bucket_id, name);
CREATE INDEX name_prefix_search ON objects (name text_pattern_ops);

CREATE TABLE migrations (
  id integer PRIMARY KEY,
  name varchar(100) UNIQUE NOT NULL,
  hash varchar(40) NOT NULL,
  executed_at timestamp DEFAULT current_timestamp
);

CREATE TABLE s3_multipart_uploads (
  id text PRIMARY KEY,
  in_progress_size bigint NOT NULL DEFAULT 0,
  upload_signature text NOT NULL,
  bucket_id text NOT NULL REFERENCES buckets (id),
  key text COLLATE "C" NOT NULL,
  version text NOT NULL,
  owner_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  user_metadata jsonb
);

CREATE TABLE s3_multipart_uploads_parts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  upload_id text NOT NULL REFERENCES s3_multipart_uploads (id) ON DELETE CASCADE,
  size bigint NOT NULL DEFAULT 0,
  part_number integer NOT NULL,
  bucket_id text NOT NULL REFERENCES buckets (id),
  key text COLLATE "C" NOT NULL,
  etag text NOT NULL,
  owner_id text,
  version text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE buckets ENABLE ROW LEVEL SECURITY;
ALTER TABLE objects ENABLE ROW LEVEL SECURITY;
ALTER TABLE migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE s3_multipart_uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE s3_multipart_uploads_parts ENABLE ROW LEVEL SECURITY;

RESET ROLE;
-- 'user-1/photos/cat.png': its folders without the file, the file, and what follows the last dot.
CREATE FUNCTION foldername(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE parts text[] := string_to_array(name, '/');
BEGIN
  RETURN parts[1 : array_length(parts, 1) - 1];
END $$;
CREATE FUNCTION filename(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE parts text[] := string_to_array(name, '/');
BEGIN
  RETURN parts[array_length(parts, 1)];
END $$;
CREATE FUNCTION extension(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  parts text[] := string_to_array(name, '/');
  pieces text[] := string_to_array(parts[array_length(parts, 1)], '.');
BEGIN
  RETURN pieces[array_length(pieces, 1)];
END $$;

CREATE FUNCTION get_size_by_bucket() RETURNS TABLE (size bigint, bucket_id text)
LANGUAGE sql STABLE AS $$
  select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id
  from storage.objects o group by o.bucket_id
$$;

CREATE FUNCTION can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO storage.objects (bucket_id, name, owner, metadata)
  VALUES (bucketid, name, owner, metadata);
  RAISE SQLSTATE 'PT200' USING MESSAGE = 'ROLLBACK', DETAIL = 'rollback successful insert';
END $$;

-- A plain listing of one folder; the hosted one pages and sorts in more ways.
CREATE FUNCTION search(
  prefix text, bucketname text, limits integer DEFAULT 100, levels integer DEFAULT 1,
  offsets integer DEFAULT 0, search text DEFAULT '', sortcolumn text DEFAULT 'name',
  sortorder text DEFAULT 'asc'
) RETURNS TABLE (
  name text, id uuid, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz, metadata jsonb
) LANGUAGE sql STABLE AS $$
  select o.path_tokens[levels], o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
  from storage.objects o
  where o.bucket_id = bucketname and o.name ilike prefix || search || '%'
  order by o.name limit limits offset offsets
$$;

CREATE FUNCTION operation() RETURNS text LANGUAGE sql STABLE AS $$
  select current_setting('storage.operation', true)
$$;
CREATE FUNCTION allow_only_operation(expected_operation text) RETURNS boolean LANGUAGE sql STABLE AS $$
  select storage.operation() = expected_operation
$$;

SET ROLE supabase_storage_admin;
CREATE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END $$;
CREATE TRIGGER update_objects_updated_at BEFORE UPDATE ON objects
  FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();

GRANT ALL ON buckets, objects TO anon, authenticated, service_role;
GRANT ALL ON buckets, objects TO postgres WITH GRANT OPTION;
GRANT SELECT ON s3_multipart_uploads, s3_multipart_uploads_parts TO anon, authenticated;
GRANT ALL ON s3_multipart_uploads, s3_multipart_uploads_parts TO service_role, postgres;

RESET ROLE;
GRANT USAGE ON SCHEMA storage TO anon, authenticated, service_role;
GRANT ALL ON SCHEMA storage TO postgres WITH GRANT OPTION;
GRANT ALL ON SCHEMA storage TO dashboard_user;
RESET search_path;
