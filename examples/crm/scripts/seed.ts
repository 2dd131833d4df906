/* Fills a local Supabase with made-up demo people. Usage: see docs/SETUP.md */
import { createClient } from "@supabase/supabase-js";

const url = process.env.SUPABASE_URL ?? "http://127.0.0.1:54321";
const serviceKey = process.env.SUPABASE_SERVICE_ROLE_KEY;

if (!serviceKey) {
  console.error("SUPABASE_SERVICE_ROLE_KEY is not set, aborting.");
  process.exit(1);
}
if (!/127\.0\.0\.1|localhost/.test(url)) {
  console.error("Refusing to seed anything but a local database.");
  process.exit(1);
}

const supabase = createClient(url, serviceKey, { auth: { persistSession: false } });

const demoUsers = [
  { email: "olivia@demo.leadloom.test", password: "demo-password-1", full_name: "Olivia Demo" },
  { email: "noah@demo.leadloom.test", password: "demo-password-2", full_name: "Noah Demo" },
];

const demoLeads = [
  { first_name: "Ada", last_name: "Sample", email: "ada@sample.test", phone: "+1 555 0101", company_name: "Sample Ltd", source: "website" },
  { first_name: "Ben", last_name: "Sample", email: "ben@sample.test", phone: "+1 555 0102", company_name: "Sample Ltd", source: "referral" },
  { first_name: "Cleo", last_name: "Sample", email: "cleo@sample.test", phone: "+1 555 0103", company_name: "Demo GmbH", source: "event" },
];

async function main() {
  const { data: org, error: orgError } = await supabase
    .from("organizations")
    .insert({ name: "Demo Organisation", slug: "demo" })
    .select("id")
    .single();
  if (orgError) throw orgError;

  const created = await Promise.all(
    demoUsers.map((u) =>
      supabase.auth.admin.createUser({
        email: u.email,
        password: u.password,
        email_confirm: true,
        user_metadata: { full_name: u.full_name },
      }),
    ),
  );
  for (const result of created) {
    if (result.error) throw result.error;
  }

  const { error: memberError } = await supabase.from("organization_members").insert(
    created.map((result, i) => ({
      organization_id: org.id,
      user_id: result.data.user!.id,
      role: i === 0 ? "owner" : "member",
    })),
  );
  if (memberError) throw memberError;

  const { error: leadError } = await supabase
    .from("leads")
    .insert(demoLeads.map((lead) => ({ ...lead, organization_id: org.id })));
  if (leadError) throw leadError;

  console.log(`Seeded ${demoUsers.length} users and ${demoLeads.length} leads.`);
}

main().catch((error) => {
  console.error("Seeding failed:", error.message);
  process.exit(1);
});
