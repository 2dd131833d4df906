-- Create an organization together with its first owner, in one transaction
CREATE OR REPLACE FUNCTION public.create_organization(_name TEXT, _slug TEXT)
RETURNS UUID
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  new_id UUID;
BEGIN
  IF auth.uid() IS NULL THEN
    RAISE EXCEPTION 'Not authenticated' USING ERRCODE = '42501';
  END IF;
  IF char_length(trim(_name)) = 0 THEN
    RAISE EXCEPTION 'Name is required' USING ERRCODE = '22023';
  END IF;

  INSERT INTO public.organizations (name, slug, created_by)
  VALUES (trim(_name), _slug, auth.uid())
  RETURNING id INTO new_id;

  INSERT INTO public.organization_members (organization_id, user_id, role)
  VALUES (new_id, auth.uid(), 'owner');

  RETURN new_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION public.create_organization(TEXT, TEXT) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.create_organization(TEXT, TEXT) TO authenticated;

-- Counts for the dashboard; runs with the rights of the caller, so row level security applies
CREATE OR REPLACE FUNCTION public.dashboard_counts(_org_id UUID)
RETURNS TABLE (lead_count BIGINT, open_deal_count BIGINT, open_deal_value NUMERIC)
LANGUAGE sql
STABLE
SET search_path = public
AS $$
  SELECT
    (SELECT COUNT(*) FROM public.leads WHERE organization_id = _org_id),
    (SELECT COUNT(*) FROM public.deals WHERE organization_id = _org_id AND closed_at IS NULL),
    (SELECT COALESCE(SUM(value), 0) FROM public.deals WHERE organization_id = _org_id AND closed_at IS NULL);
$$;
