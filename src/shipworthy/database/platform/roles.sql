-- The roles of a hosted project and what they may do. Run once per server by the bootstrap
-- superuser, supabase_admin, which never runs a statement of a prototype.

CREATE ROLE anon NOLOGIN NOINHERIT;
CREATE ROLE authenticated NOLOGIN NOINHERIT;
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT;
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE BYPASSRLS;
CREATE ROLE supabase_auth_admin LOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_storage_admin LOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_realtime_admin NOLOGIN NOINHERIT;
CREATE ROLE supabase_functions_admin LOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_replication_admin LOGIN;
CREATE ROLE supabase_read_only_user LOGIN BYPASSRLS;
CREATE ROLE supabase_etl_admin LOGIN;
CREATE ROLE dashboard_user NOLOGIN CREATEDB CREATEROLE;
CREATE ROLE pgbouncer LOGIN;
CREATE ROLE pgsodium_keyiduser NOLOGIN;
CREATE ROLE pgsodium_keyholder NOLOGIN;
CREATE ROLE pgsodium_keymaker NOLOGIN;

GRANT anon, authenticated, service_role TO authenticator;
GRANT anon, authenticated, service_role TO supabase_storage_admin;
GRANT supabase_storage_admin TO authenticator;
-- The platform's postgres manages these roles; SET lets migrations say SET ROLE anon.
GRANT anon, authenticated, service_role, authenticator TO postgres WITH ADMIN OPTION;
-- Policies and triggers on tables of these owners are open to postgres on the platform, through a
-- module that plain PostgreSQL lacks; membership without SET ROLE comes nearest.
GRANT supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin TO postgres
  WITH INHERIT TRUE, SET FALSE;
-- Without pg_signal_backend, which hosted projects have: it would end the sessions of the proof.
GRANT pg_monitor, pg_read_all_data TO postgres;
GRANT pg_read_all_data TO supabase_read_only_user;
-- Hosted migrations may switch triggers off for a data load.
GRANT SET ON PARAMETER session_replication_role TO postgres, supabase_auth_admin;

ALTER ROLE supabase_admin SET search_path = "$user", public, auth, extensions;
ALTER ROLE postgres SET search_path = "$user", public, extensions;
ALTER ROLE supabase_auth_admin SET search_path = auth;
ALTER ROLE supabase_storage_admin SET search_path = storage;
-- The settings of the REST interface that its documents tell users to change.
GRANT SET ON PARAMETER pgrst.db_schemas, pgrst.db_extra_search_path, pgrst.db_max_rows,
  pgrst.db_pre_request, pgrst.db_aggregates_enabled, pgrst.db_plan_enabled TO postgres;

ALTER DATABASE postgres OWNER TO postgres;
GRANT ALL ON DATABASE postgres TO dashboard_user, supabase_auth_admin, supabase_storage_admin;
