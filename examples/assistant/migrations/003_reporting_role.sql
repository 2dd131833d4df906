-- read-only role for Metabase (and maybe later for the SQL agent)
CREATE ROLE policypal_ro LOGIN PASSWORD 'MJoeEKpSKgpdARXs';
GRANT CONNECT ON DATABASE policypal TO policypal_ro;
GRANT USAGE ON SCHEMA public TO policypal_ro;
GRANT SELECT ON departments, leave_balances, documents TO policypal_ro;
