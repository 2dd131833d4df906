ALTER TABLE documents ADD COLUMN IF NOT EXISTS checksum TEXT;

-- sha256 of the handbook that was imported by hand
UPDATE documents
   SET checksum = '9c1f0e5b7a43d2286ef0b5a1c97d3e64f82b1a0d5c7e93f4a6b8d0127e5c3f91'
 WHERE title = 'Employee handbook 2024';
