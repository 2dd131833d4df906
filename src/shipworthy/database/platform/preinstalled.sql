-- The extensions that every hosted project is born with. Role postgres owns them, and may drop them.

SET ROLE postgres;
CREATE EXTENSION "uuid-ossp" SCHEMA extensions;
CREATE EXTENSION pgcrypto SCHEMA extensions;
CREATE EXTENSION pg_stat_statements SCHEMA extensions;
CREATE EXTENSION supabase_vault;
CREATE EXTENSION pg_graphql;
RESET ROLE;
