SELECT id, name, coalesce(public, false) FROM storage.buckets ORDER BY id
