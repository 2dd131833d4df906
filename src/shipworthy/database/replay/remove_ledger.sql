-- Takes the ledger away, so that what comes after the replay meets the prototype's database alone.

DROP EVENT TRIGGER IF EXISTS shipworthy_ddl;
DROP TRIGGER IF EXISTS shipworthy_note ON storage.buckets;
DROP SCHEMA IF EXISTS shipworthy CASCADE;
