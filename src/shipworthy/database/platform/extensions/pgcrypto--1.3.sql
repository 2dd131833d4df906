-- Stand-in for pgcrypto on core functions, so that statements which use it run. Real: digest and hmac
-- with md5 and sha2, random bytes, the shapes of salts and hashes, and that what was encrypted opens
-- with the right key alone. Fake: sha1 (a shortened sha256), crypt (one round of sha256) and all
-- ciphers (a key stream of sha256). Nothing made with it protects anything.

CREATE FUNCTION digest(bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
BEGIN
  RETURN CASE lower($2)
    WHEN 'md5' THEN decode(md5($1), 'hex')
    WHEN 'sha1' THEN substring(sha256($1) FROM 1 FOR 20)
    WHEN 'sha224' THEN sha224($1)
    WHEN 'sha256' THEN sha256($1)
    WHEN 'sha384' THEN sha384($1)
    WHEN 'sha512' THEN sha512($1)
  END;
END $$;
CREATE FUNCTION digest(text, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN @extschema@.digest(convert_to($1, 'UTF8'), $2);

CREATE FUNCTION hmac(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE
  block integer := CASE WHEN lower($3) IN ('sha384', 'sha512') THEN 128 ELSE 64 END;
  key bytea := CASE WHEN length($2) > block THEN @extschema@.digest($2, $3) ELSE $2 END;
  inner_pad bytea := decode(repeat('36', block), 'hex');
  outer_pad bytea := decode(repeat('5c', block), 'hex');
BEGIN
  FOR i IN 0 .. length(key) - 1 LOOP
    inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
  END LOOP;
  RETURN @extschema@.digest(outer_pad || @extschema@.digest(inner_pad || $1, $3), $3);
END $$;
CREATE FUNCTION hmac(text, text, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN @extschema@.hmac(convert_to($1, 'UTF8'), convert_to($2, 'UTF8'), $3);

CREATE FUNCTION gen_random_uuid() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
  RETURN pg_catalog.gen_random_uuid();
CREATE FUNCTION gen_random_bytes(integer) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE made bytea := '';
BEGIN
  IF $1 < 1 OR $1 > 1024 THEN
    RAISE EXCEPTION 'Length not in range' USING ERRCODE = '39000';
  END IF;
  WHILE length(made) < $1 LOOP
    made := made || sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  END LOOP;
  RETURN substring(made FROM 1 FOR $1);
END $$;

CREATE FUNCTION gen_salt(text, integer) RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE
  letters text := translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+=', './');
BEGIN
  RETURN CASE lower($1)
    WHEN 'bf' THEN '$2a$' || lpad($2::text, 2, '0') || '$' || substr(letters, 1, 22)
    WHEN 'md5' THEN '$1$' || substr(letters, 1, 8)
    WHEN 'xdes' THEN '_' || substr(letters, 1, 8)
    WHEN 'des' THEN substr(letters, 1, 2)
  END;
END $$;
CREATE FUNCTION gen_salt(text) RETURNS text LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN @extschema@.gen_salt($1, 6);
CREATE FUNCTION crypt(text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE
  salt text := substr($2, 1, CASE
    WHEN $2 LIKE '$2_$%' THEN 29 WHEN $2 LIKE '$1$%' THEN 11 WHEN $2 LIKE '\_%' THEN 9 ELSE 2 END);
  hashed text := translate(encode(sha256(convert_to(salt || $1, 'UTF8')), 'base64'), '+=', './');
BEGIN
  RETURN salt || substr(hashed, 1, CASE length(salt) WHEN 29 THEN 31 WHEN 11 THEN 22 ELSE 11 END);
END $$;

-- One cipher behind all names: a key stream, and eight bytes that tell a wrong key.
CREATE FUNCTION encrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE
  sealed bytea := $1;
  stream bytea;
BEGIN
  FOR i IN 0 .. length($1) - 1 LOOP
    IF i % 32 = 0 THEN
      stream := sha256($2 || int4send(i));
    END IF;
    sealed := set_byte(sealed, i, get_byte(sealed, i) # get_byte(stream, i % 32));
  END LOOP;
  RETURN substring(sha256($2 || $1) FROM 1 FOR 8) || sealed;
END $$;
CREATE FUNCTION decrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE
  opened bytea := substring(
    @extschema@.encrypt(substring($1 FROM 9), $2, $3) FROM 9);
BEGIN
  IF substring(sha256($2 || opened) FROM 1 FOR 8) <> substring($1 FROM 1 FOR 8) THEN
    RAISE EXCEPTION 'Wrong key or corrupt data' USING ERRCODE = '39000';
  END IF;
  RETURN opened;
END $$;
CREATE FUNCTION encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN @extschema@.encrypt($1, $2 || $3, $4);
CREATE FUNCTION decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN @extschema@.decrypt($1, $2 || $3, $4);
CREATE FUNCTION pgp_sym_encrypt(text, text) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN @extschema@.encrypt(convert_to($1, 'UTF8'), convert_to($2, 'UTF8'), 'aes');
CREATE FUNCTION pgp_sym_encrypt(text, text, text) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN @extschema@.encrypt(convert_to($1, 'UTF8'), convert_to($2, 'UTF8'), 'aes');
CREATE FUNCTION pgp_sym_encrypt_bytea(bytea, text) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN @extschema@.encrypt($1, convert_to($2, 'UTF8'), 'aes');
CREATE FUNCTION pgp_sym_decrypt(bytea, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN convert_from(@extschema@.decrypt($1, convert_to($2, 'UTF8'), 'aes'), 'UTF8');
CREATE FUNCTION pgp_sym_decrypt(bytea, text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN convert_from(@extschema@.decrypt($1, convert_to($2, 'UTF8'), 'aes'), 'UTF8');
CREATE FUNCTION pgp_sym_decrypt_bytea(bytea, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN @extschema@.decrypt($1, convert_to($2, 'UTF8'), 'aes');
CREATE FUNCTION armor(bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN E'-----BEGIN PGP MESSAGE-----\n\n' || encode($1, 'base64') || E'\n-----END PGP MESSAGE-----\n';
CREATE FUNCTION dearmor(text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN decode(regexp_replace($1, '-----[^-]+-----', '', 'g'), 'base64');
