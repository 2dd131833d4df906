-- What closes every proven leak of examples/crm, as one more migration. Used by the tests alone.
DROP POLICY "Profiles are viewable by authenticated users" ON public.profiles;
CREATE POLICY "Colleagues see each other" ON public.profiles FOR SELECT TO authenticated
USING (
  id = (SELECT auth.uid())
  OR EXISTS (
    SELECT 1 FROM public.organization_members mine
    JOIN public.organization_members theirs ON theirs.organization_id = mine.organization_id
    WHERE mine.user_id = (SELECT auth.uid()) AND theirs.user_id = profiles.id
  )
);
REVOKE INSERT, UPDATE ON public.profiles FROM anon, authenticated;
GRANT UPDATE (full_name, avatar_url) ON public.profiles TO authenticated;

CREATE OR REPLACE FUNCTION public.handle_new_user()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO public.profiles (id, email, full_name)
  VALUES (NEW.id, NEW.email, NEW.raw_user_meta_data ->> 'full_name');
  RETURN NEW;
END;
$$;

DROP POLICY "Users can join an organization" ON public.organization_members;

REVOKE UPDATE ON public.organizations FROM anon, authenticated;
GRANT UPDATE (name, slug) ON public.organizations TO authenticated;

DROP POLICY "Authenticated users can view leads" ON public.leads;
DROP POLICY "Authenticated users can update leads" ON public.leads;
DROP POLICY "Anyone can create leads" ON public.leads;
CREATE POLICY "Members create leads" ON public.leads FOR INSERT TO authenticated
WITH CHECK (public.is_org_member(organization_id, (SELECT auth.uid())));

DROP POLICY "Anyone can view an invitation by token" ON public.team_invitations;

UPDATE storage.buckets SET public = false WHERE id = 'attachments';
DROP POLICY "Attachments are accessible" ON storage.objects;
DROP POLICY "Users can upload attachments" ON storage.objects;
CREATE POLICY "Members see the attachments of their organization" ON storage.objects FOR SELECT TO authenticated
USING (
  bucket_id = 'attachments'
  AND (storage.foldername(name))[1] IN (
    SELECT organization_id::text FROM public.organization_members WHERE user_id = (SELECT auth.uid())
  )
);

ALTER VIEW public.pipeline_summary SET (security_invoker = on);

REVOKE EXECUTE ON FUNCTION public.transfer_records(UUID, UUID) FROM PUBLIC, anon, authenticated;
REVOKE EXECUTE ON FUNCTION public.run_query(TEXT) FROM PUBLIC, anon, authenticated;

ALTER TABLE public.webhook_events ENABLE ROW LEVEL SECURITY;
