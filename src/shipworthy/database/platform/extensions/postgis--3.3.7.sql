-- Stand-in for PostGIS: geometry and geography hold text, whatever subtype and reference system a
-- column names. Points that ST_MakePoint made know their coordinates; distances are on a sphere;
-- every test of two shapes says false. Enough for a schema, not for a map.

CREATE TYPE geometry;
CREATE FUNCTION geometry_in(cstring) RETURNS geometry LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION geometry_out(geometry) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
-- array_ndims accepts any words in (Point, 4326) and makes them 1, which varchartypmodout hides again.
CREATE FUNCTION geometry_typmod_in(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
  AS 'array_ndims';
CREATE FUNCTION geometry_typmod_out(integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE
  AS 'varchartypmodout';
CREATE TYPE geometry (
  INPUT = geometry_in, OUTPUT = geometry_out, TYPMOD_IN = geometry_typmod_in,
  TYPMOD_OUT = geometry_typmod_out, LIKE = text
);
CREATE TYPE geography;
CREATE FUNCTION geography_in(cstring) RETURNS geography LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION geography_out(geography) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE geography (
  INPUT = geography_in, OUTPUT = geography_out, TYPMOD_IN = geometry_typmod_in,
  TYPMOD_OUT = geometry_typmod_out, LIKE = text
);
CREATE CAST (geometry AS geography) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (geography AS geometry) WITHOUT FUNCTION;
CREATE CAST (text AS geometry) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS geography) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (geometry AS text) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (geography AS text) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE TABLE spatial_ref_sys (
  srid integer PRIMARY KEY, auth_name varchar(256), auth_srid integer, srtext varchar(2048),
  proj4text varchar(2048)
);

CREATE FUNCTION st_makepoint(double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT
  RETURN CAST('POINT(' || $1::text || ' ' || $2::text || ')' AS geometry);
CREATE FUNCTION st_point(double precision, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT
  RETURN @extschema@.st_makepoint($1, $2);
CREATE FUNCTION st_point(double precision, double precision, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT
  RETURN @extschema@.st_makepoint($1, $2);
CREATE FUNCTION st_setsrid(geometry, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN $1;
CREATE FUNCTION st_transform(geometry, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN $1;
CREATE FUNCTION st_srid(geometry) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN 4326;
CREATE FUNCTION st_geomfromtext(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN CAST($1 AS geometry);
CREATE FUNCTION st_geomfromtext(text, integer) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN CAST($1 AS geometry);
CREATE FUNCTION st_geomfromgeojson(text) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN CAST($1 AS geometry);
CREATE FUNCTION st_geogfromtext(text) RETURNS geography LANGUAGE sql IMMUTABLE STRICT RETURN CAST($1 AS geography);
CREATE FUNCTION st_geographyfromtext(text) RETURNS geography LANGUAGE sql IMMUTABLE STRICT RETURN CAST($1 AS geography);
CREATE FUNCTION st_astext(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN CAST($1 AS text);
CREATE FUNCTION st_astext(geography) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN CAST($1 AS text);
CREATE FUNCTION st_asgeojson(geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT
  RETURN json_build_object('type', 'Unknown', 'text', CAST($1 AS text))::text;
CREATE FUNCTION st_x(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
  RETURN substring(CAST($1 AS text) FROM '\(\s*(-?[0-9.eE+-]+)\s')::double precision;
CREATE FUNCTION st_y(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
  RETURN substring(CAST($1 AS text) FROM '\(\s*-?[0-9.eE+-]+\s+(-?[0-9.eE+-]+)')::double precision;
CREATE FUNCTION st_distance(geography, geography) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
  RETURN 6371008.8 * acos(least(1, greatest(-1,
    sind(@extschema@.st_y(CAST($1 AS geometry))) * sind(@extschema@.st_y(CAST($2 AS geometry)))
    + cosd(@extschema@.st_y(CAST($1 AS geometry))) * cosd(@extschema@.st_y(CAST($2 AS geometry)))
      * cosd(@extschema@.st_x(CAST($2 AS geometry)) - @extschema@.st_x(CAST($1 AS geometry))))));
CREATE FUNCTION st_distance(geometry, geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
  RETURN @extschema@.st_distance(CAST($1 AS geography), CAST($2 AS geography));
CREATE FUNCTION st_distancesphere(geometry, geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
  RETURN @extschema@.st_distance(CAST($1 AS geography), CAST($2 AS geography));
CREATE FUNCTION st_dwithin(geography, geography, double precision) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
  RETURN @extschema@.st_distance($1, $2) <= $3;
CREATE FUNCTION st_dwithin(geometry, geometry, double precision) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
  RETURN @extschema@.st_distance($1, $2) <= $3;
CREATE FUNCTION st_intersects(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN false;
CREATE FUNCTION st_contains(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN false;
CREATE FUNCTION st_within(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN false;
CREATE FUNCTION st_covers(geography, geography) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN false;
CREATE FUNCTION st_isvalid(geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN true;
CREATE FUNCTION st_makeenvelope(double precision, double precision, double precision, double precision, integer DEFAULT 0)
RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN CAST('POLYGON EMPTY' AS geometry);
CREATE FUNCTION st_buffer(geometry, double precision) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN $1;
CREATE FUNCTION st_centroid(geometry) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT RETURN $1;
CREATE FUNCTION st_area(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT RETURN 0;
CREATE FUNCTION st_length(geometry) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT RETURN 0;
CREATE FUNCTION postgis_version() RETURNS text LANGUAGE sql IMMUTABLE RETURN '3.3 (stand-in)';

CREATE FUNCTION geometry_overlaps(geometry, geometry) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN false;
CREATE FUNCTION geography_overlaps(geography, geography) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN false;
CREATE OPERATOR && (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = geometry_overlaps);
CREATE OPERATOR && (LEFTARG = geography, RIGHTARG = geography, FUNCTION = geography_overlaps);
CREATE OPERATOR <-> (LEFTARG = geometry, RIGHTARG = geometry, FUNCTION = st_distance);
CREATE OPERATOR <-> (LEFTARG = geography, RIGHTARG = geography, FUNCTION = st_distance);

-- USING gist must succeed. The words of a shape are indexed by the trigrams of pg_trgm; no operator
-- uses the index. Keys are never packed: the functions expect a four-byte length before each.
CREATE TYPE shape_key;
CREATE FUNCTION shape_key_in(cstring) RETURNS shape_key LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION shape_key_out(shape_key) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE shape_key (INPUT = shape_key_in, OUTPUT = shape_key_out, STORAGE = plain, ALIGNMENT = int4);
CREATE FUNCTION shape_consistent(internal, text, smallint, oid, internal) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'gtrgm_consistent';
CREATE FUNCTION shape_union(internal, internal) RETURNS shape_key
  LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'gtrgm_union';
CREATE FUNCTION shape_compress(internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'gtrgm_compress';
CREATE FUNCTION shape_decompress(internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'gtrgm_decompress';
CREATE FUNCTION shape_penalty(internal, internal, internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'gtrgm_penalty';
CREATE FUNCTION shape_picksplit(internal, internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'gtrgm_picksplit';
CREATE FUNCTION shape_same(shape_key, shape_key, internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT AS '$libdir/pg_trgm', 'gtrgm_same';
CREATE OPERATOR CLASS gist_geometry_ops_2d DEFAULT FOR TYPE geometry USING gist AS
  FUNCTION 1 shape_consistent(internal, text, smallint, oid, internal),
  FUNCTION 2 shape_union(internal, internal), FUNCTION 3 shape_compress(internal),
  FUNCTION 4 shape_decompress(internal), FUNCTION 5 shape_penalty(internal, internal, internal),
  FUNCTION 6 shape_picksplit(internal, internal), FUNCTION 7 shape_same(shape_key, shape_key, internal),
  STORAGE shape_key;
CREATE OPERATOR CLASS gist_geography_ops DEFAULT FOR TYPE geography USING gist AS
  FUNCTION 1 shape_consistent(internal, text, smallint, oid, internal),
  FUNCTION 2 shape_union(internal, internal), FUNCTION 3 shape_compress(internal),
  FUNCTION 4 shape_decompress(internal), FUNCTION 5 shape_penalty(internal, internal, internal),
  FUNCTION 6 shape_picksplit(internal, internal), FUNCTION 7 shape_same(shape_key, shape_key, internal),
  STORAGE shape_key;
