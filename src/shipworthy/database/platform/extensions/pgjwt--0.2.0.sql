-- Stand-in for pgjwt: real signatures with HS256, HS384 and HS512, on whatever pgcrypto is here.

CREATE FUNCTION url_encode(data bytea) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN translate(encode(data, 'base64'), E'+/=\n', '-_');
CREATE FUNCTION url_decode(data text) RETURNS bytea LANGUAGE sql IMMUTABLE
  RETURN decode(rpad(translate(data, '-_', '+/'), (length(data) + 3) / 4 * 4, '='), 'base64');
CREATE FUNCTION algorithm_sign(signables text, secret text, algorithm text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  select @extschema@.url_encode(extensions.hmac(signables, secret, case algorithm
    when 'HS256' then 'sha256' when 'HS384' then 'sha384' when 'HS512' then 'sha512' end))
$$;
CREATE FUNCTION sign(payload json, secret text, algorithm text DEFAULT 'HS256') RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  with head as (
    select @extschema@.url_encode(convert_to(format('{"alg":"%s","typ":"JWT"}', algorithm), 'utf8'))
      || '.' || @extschema@.url_encode(convert_to(payload::text, 'utf8')) as signables
  )
  select signables || '.' || @extschema@.algorithm_sign(signables, secret, algorithm) from head
$$;
CREATE FUNCTION verify(token text, secret text, algorithm text DEFAULT 'HS256')
RETURNS TABLE (header json, payload json, valid boolean) LANGUAGE sql IMMUTABLE AS $$
  select convert_from(@extschema@.url_decode(part[1]), 'utf8')::json,
         convert_from(@extschema@.url_decode(part[2]), 'utf8')::json,
         part[3] = @extschema@.algorithm_sign(part[1] || '.' || part[2], secret, algorithm)
  from regexp_split_to_array(token, '\.') part
$$;
