import { createClient } from "jsr:@supabase/supabase-js@2";
import { z } from "npm:zod@3.25.76";
import { corsHeaders } from "../_shared/cors.ts";

const RequestBody = z.object({
  leadName: z.string().min(1).max(200),
  purpose: z.string().min(1).max(500),
});

// The model answers in JSON; anything else falls back to the fixed draft
const Draft = z.object({
  subject: z.string().min(1).max(200),
  body: z.string().min(1).max(5000),
});

function fallbackDraft(leadName: string) {
  return {
    subject: "Following up",
    body: `Hi ${leadName},\n\nI wanted to follow up on our last conversation. Do you have fifteen minutes this week?\n\nBest regards`,
  };
}

function json(body: unknown, status = 200) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...corsHeaders, "Content-Type": "application/json" },
  });
}

Deno.serve(async (req) => {
  if (req.method === "OPTIONS") {
    return new Response(null, { headers: corsHeaders });
  }

  const authorization = req.headers.get("Authorization") ?? "";
  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_ANON_KEY")!, {
    global: { headers: { Authorization: authorization } },
  });
  const { data: auth, error: authError } = await supabase.auth.getUser(authorization.replace("Bearer ", ""));
  if (authError || !auth.user) return json({ error: "Not signed in" }, 401);

  const parsed = RequestBody.safeParse(await req.json().catch(() => null));
  if (!parsed.success) return json({ error: "Invalid request" }, 400);
  const { leadName, purpose } = parsed.data;

  try {
    const response = await fetch("https://ai.gateway.lovable.dev/v1/chat/completions", {
      method: "POST",
      headers: {
        Authorization: `Bearer ${Deno.env.get("LOVABLE_API_KEY")}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({
        model: "google/gemini-2.5-flash",
        response_format: { type: "json_object" },
        messages: [
          { role: "system", content: "Write a short sales e-mail. Answer as JSON with the keys subject and body." },
          { role: "user", content: JSON.stringify({ leadName, purpose }) },
        ],
      }),
      signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok) throw new Error(`model answered ${response.status}`);

    const completion = await response.json();
    const draft = Draft.parse(JSON.parse(completion.choices?.[0]?.message?.content ?? "{}"));
    return json({ ...draft, generated: true });
  } catch (error) {
    console.error("draft-email: using the fallback draft:", error instanceof Error ? error.message : "unknown error");
    return json({ ...fallbackDraft(leadName), generated: false });
  }
});
