"""Files of the stand-in: on disk, under the prototype's own policies on storage.objects."""
