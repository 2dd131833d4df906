import { serve } from "https://deno.land/std@0.168.0/http/server.ts";
import { createClient } from "https://esm.sh/@supabase/supabase-js@2.50.0";

const DIGEST_SECRET = "xR5EePD7wJ9wpQUQvJHZMn9hk0KFRazDITK5wPHX";

// Called by cron every morning
serve(async (req) => {
  if (req.headers.get("x-digest-secret") !== DIGEST_SECRET) {
    return new Response("Forbidden", { status: 403 });
  }

  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const today = new Date().toISOString().slice(0, 10);

  const { data: members, error } = await supabase
    .from("organization_members")
    .select("user_id, organization_id, profiles(email, full_name)");
  if (error) {
    console.error("Could not load members:", error.message);
    return new Response("Database error", { status: 500 });
  }

  let sent = 0;
  for (const member of members) {
    const { data: activities } = await supabase
      .from("activities")
      .select("subject, due_at")
      .eq("assigned_to", member.user_id)
      .is("completed_at", null)
      .lte("due_at", `${today}T23:59:59Z`);

    if (!activities?.length) continue;

    const res = await fetch("https://api.resend.com/emails", {
      method: "POST",
      headers: {
        Authorization: `Bearer ${Deno.env.get("RESEND_API_KEY")}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({
        from: "Leadloom <hello@leadloom.app>",
        to: (member.profiles as any).email,
        subject: `You have ${activities.length} tasks today`,
        text: activities.map((a) => `- ${a.subject}`).join("\n"),
      }),
    });
    if (res.ok) sent++;
  }

  return new Response(JSON.stringify({ sent }), { headers: { "Content-Type": "application/json" } });
});
