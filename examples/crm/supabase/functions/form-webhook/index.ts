import { serve } from "https://deno.land/std@0.168.0/http/server.ts";
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
import { corsHeaders } from "../_shared/cors.ts";

// Receives submissions of the website form
serve(async (req) => {
  if (req.method === "OPTIONS") {
    return new Response(null, { headers: corsHeaders });
  }

  const url = new URL(req.url);
  const organizationId = url.searchParams.get("org");
  const body = await req.json();
  const answers = body.answers ?? {};

  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);

  try {
    await supabase.from("webhook_events").insert({
      provider: "form",
      event_type: body.event ?? "form.submitted",
      payload: body,
    });
  } catch (e) {}

  const lead = {
    organization_id: organizationId,
    first_name: answers.first_name ?? "Unknown",
    last_name: answers.last_name ?? null,
    email: answers.email ?? null,
    phone: answers.phone ?? null,
    company_name: answers.company ?? null,
    source: "form",
  };
  console.log(`New lead from form: ${lead.first_name} <${lead.email}> ${lead.phone}`);

  const { error } = await supabase.from("leads").insert(lead);
  if (error) {
    return new Response(JSON.stringify({ error: error.message }), {
      status: 500,
      headers: { ...corsHeaders, "Content-Type": "application/json" },
    });
  }

  // Tell the sales channel
  const slackUrl = Deno.env.get("SLACK_WEBHOOK_URL");
  if (slackUrl) {
    await fetch(slackUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: `New lead: ${lead.first_name} (${lead.company_name ?? "no company"})` }),
    });
  }

  return new Response(JSON.stringify({ ok: true }), {
    headers: { ...corsHeaders, "Content-Type": "application/json" },
  });
});
