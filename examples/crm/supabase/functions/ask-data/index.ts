import { serve } from "https://deno.land/std@0.168.0/http/server.ts";
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
import { corsHeaders } from "../_shared/cors.ts";

const SCHEMA = `
leads(id, organization_id, first_name, last_name, email, phone, company_name, source, status, score, estimated_value, created_at)
companies(id, organization_id, name, domain, industry, employee_count, country_code)
contacts(id, organization_id, company_id, first_name, last_name, email, phone, job_title)
deals(id, organization_id, title, value, currency, stage, probability, expected_close_date, closed_at, company_id)
invoices(id, organization_id, company_id, invoice_number, status, issue_date, due_date, total, currency)
`;

serve(async (req) => {
  if (req.method === "OPTIONS") {
    return new Response(null, { headers: corsHeaders });
  }

  try {
    const { question, organizationId } = await req.json();

    const response = await fetch("https://api.openai.com/v1/chat/completions", {
      method: "POST",
      headers: {
        Authorization: `Bearer ${Deno.env.get("OPENAI_API_KEY")}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({
        model: "gpt-4o-mini",
        temperature: 0,
        messages: [
          {
            role: "system",
            content: `You write PostgreSQL for this schema:\n${SCHEMA}\nOnly rows with organization_id = '${organizationId}'. Answer with the SQL only, no markdown.`,
          },
          { role: "user", content: question },
        ],
      }),
    });

    const completion = await response.json();
    const sql = completion.choices[0].message.content.replace(/```sql|```/g, "").trim();
    console.log("Generated SQL:", sql);

    const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
    const { data, error } = await supabase.rpc("run_query", { query: sql });
    if (error) throw error;

    return new Response(JSON.stringify({ sql, rows: data }), {
      headers: { ...corsHeaders, "Content-Type": "application/json" },
    });
  } catch (error) {
    console.error("ask-data failed:", error);
    return new Response(JSON.stringify({ error: String(error) }), {
      status: 500,
      headers: { ...corsHeaders, "Content-Type": "application/json" },
    });
  }
});
