-- Lead enrichment and scoring
ALTER TABLE public.leads
  ADD COLUMN IF NOT EXISTS company_id UUID REFERENCES public.companies(id) ON DELETE SET NULL,
  ADD COLUMN IF NOT EXISTS ai_summary TEXT,
  ADD COLUMN IF NOT EXISTS last_contacted_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE public.companies
  ADD COLUMN IF NOT EXISTS enriched_at TIMESTAMP WITH TIME ZONE;

CREATE INDEX IF NOT EXISTS idx_leads_organization_created ON public.leads(organization_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_invoices_organization_id ON public.invoices(organization_id);

UPDATE public.leads SET score = 10 WHERE score = 0 AND email IS NOT NULL;
