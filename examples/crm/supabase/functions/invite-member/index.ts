import { createClient } from "npm:@supabase/supabase-js@2";
import { z } from "npm:zod@3.25.76";
import { corsHeaders } from "../_shared/cors.ts";

const Invitation = z.object({
  organizationId: z.string().uuid(),
  email: z.string().email().max(320),
  role: z.enum(["admin", "member", "viewer"]),
});

class HttpError extends Error {
  constructor(
    public status: number,
    message: string,
  ) {
    super(message);
  }
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

  try {
    const token = (req.headers.get("Authorization") ?? "").replace("Bearer ", "");
    const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);

    // 1. Who is calling?
    const { data: auth, error: authError } = await admin.auth.getUser(token);
    if (authError || !auth.user) throw new HttpError(401, "Not signed in");

    // 2. What do they want?
    const parsed = Invitation.safeParse(await req.json().catch(() => null));
    if (!parsed.success) throw new HttpError(400, "Invalid request");
    const { organizationId, email, role } = parsed.data;

    // 3. May they?
    const { data: membership, error: membershipError } = await admin
      .from("organization_members")
      .select("role")
      .eq("organization_id", organizationId)
      .eq("user_id", auth.user.id)
      .maybeSingle();
    if (membershipError) throw membershipError;
    if (!membership || !["owner", "admin"].includes(membership.role)) throw new HttpError(403, "Not allowed");

    const { data: invitation, error: insertError } = await admin
      .from("team_invitations")
      .insert({ organization_id: organizationId, email, role, invited_by: auth.user.id })
      .select("id, token")
      .single();
    if (insertError) throw insertError;

    const response = await fetch("https://api.resend.com/emails", {
      method: "POST",
      headers: {
        Authorization: `Bearer ${Deno.env.get("RESEND_API_KEY")}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({
        from: "Leadloom <hello@leadloom.app>",
        to: email,
        subject: "You are invited to Leadloom",
        text: `Open ${Deno.env.get("APP_URL")}/login?invite=${invitation.token} to join the team.`,
      }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new HttpError(502, "The invitation was saved, but the e-mail could not be sent");

    return json({ id: invitation.id });
  } catch (error) {
    if (error instanceof HttpError) return json({ error: error.message }, error.status);
    console.error("invite-member failed:", error instanceof Error ? error.message : "unknown error");
    return json({ error: "Internal error" }, 500);
  }
});
