-- Pipeline summary for the dashboard
CREATE OR REPLACE VIEW public.pipeline_summary AS
SELECT
  d.organization_id,
  o.name AS organization_name,
  d.stage,
  COUNT(*) AS deal_count,
  SUM(d.value) AS total_value,
  SUM(d.value * d.probability / 100.0) AS weighted_value
FROM public.deals d
JOIN public.organizations o ON o.id = d.organization_id
GROUP BY d.organization_id, o.name, d.stage;

GRANT SELECT ON public.pipeline_summary TO anon, authenticated;
