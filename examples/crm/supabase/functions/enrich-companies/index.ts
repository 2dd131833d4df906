import { serve } from "https://deno.land/std@0.168.0/http/server.ts";
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
import { corsHeaders } from "../_shared/cors.ts";

const CLEARBIT_TOKEN = "sk_5a7514627059b1e2e43b87dde65371ad";

serve(async (req) => {
  if (req.method === "OPTIONS") {
    return new Response(null, { headers: corsHeaders });
  }

  const { organizationId } = await req.json();
  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);

  const { data: companies } = await supabase
    .from("companies")
    .select("id, domain")
    .eq("organization_id", organizationId)
    .is("enriched_at", null);

  let enriched = 0;
  for (const company of companies ?? []) {
    if (!company.domain) continue;
    try {
      const res = await fetch(`https://company.clearbit.com/v2/companies/find?domain=${company.domain}`, {
        headers: { Authorization: `Bearer ${CLEARBIT_TOKEN}` },
      });
      const info = await res.json();

      await supabase
        .from("companies")
        .update({
          industry: info.category?.industry,
          employee_count: info.metrics?.employees,
          logo_url: info.logo,
          enriched_at: new Date().toISOString(),
        })
        .eq("id", company.id);
      enriched++;
    } catch {
      // ignore
    }
  }

  return new Response(JSON.stringify({ enriched }), {
    headers: { ...corsHeaders, "Content-Type": "application/json" },
  });
});
