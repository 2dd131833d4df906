-- Security fix: leads must only be visible inside the organization
DROP POLICY IF EXISTS "Users can view all leads" ON public.leads;
DROP POLICY IF EXISTS "Users can update all leads" ON public.leads;

CREATE POLICY "Members can view organization leads"
ON public.leads FOR SELECT
TO authenticated
USING (public.is_org_member(organization_id, auth.uid()));

CREATE POLICY "Members can update organization leads"
ON public.leads FOR UPDATE
TO authenticated
USING (public.is_org_member(organization_id, auth.uid()))
WITH CHECK (public.is_org_member(organization_id, auth.uid()));
