-- Stand-in for pg_hashids: short identifiers that cannot be turned back.

CREATE FUNCTION id_encode(bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT
  RETURN substr(md5($1::text), 1, 8);
CREATE FUNCTION id_encode(bigint, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
  RETURN substr(md5($1::text || $2), 1, 8);
CREATE FUNCTION id_encode(bigint, text, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT
  RETURN substr(md5($1::text || $2), 1, greatest($3, 8));
