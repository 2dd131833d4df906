import { createClient } from "npm:@supabase/supabase-js@2";

const encoder = new TextEncoder();

function hexToBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(hex.length / 2));
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  }
  return bytes;
}

/** Compares without returning early, so that the time taken says nothing about the secret. */
function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

async function isSigned(payload: string, header: string | null, secret: string): Promise<boolean> {
  const parts = new Map((header ?? "").split(",").map((part) => part.split("=") as [string, string]));
  const timestamp = parts.get("t");
  const signature = parts.get("v1");
  if (!timestamp || !signature) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;

  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const expected = await crypto.subtle.sign("HMAC", key, encoder.encode(`${timestamp}.${payload}`));
  return timingSafeEqual(new Uint8Array(expected), hexToBytes(signature));
}

// verify_jwt is off for this function: the payment provider has no user token, it signs its requests instead
Deno.serve(async (req) => {
  const secret = Deno.env.get("PAYMENT_WEBHOOK_SECRET");
  if (!secret) {
    console.error("PAYMENT_WEBHOOK_SECRET is not set");
    return new Response("Not configured", { status: 500 });
  }

  const payload = await req.text();
  if (!(await isSigned(payload, req.headers.get("stripe-signature"), secret))) {
    return new Response("Invalid signature", { status: 400 });
  }

  const event = JSON.parse(payload);
  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);

  // Every step may run twice: the provider delivers again until it gets a 200
  if (event.type === "checkout.session.completed") {
    const session = event.data.object;
    const { error } = await supabase
      .from("invoices")
      .update({ status: "paid", paid_at: new Date().toISOString(), payment_reference: session.id })
      .eq("id", session.metadata?.invoice_id)
      .neq("status", "paid");
    if (error) {
      console.error("Could not mark the invoice as paid:", error.message);
      return new Response("Database error", { status: 500 });
    }
  }

  const { error: eventError } = await supabase.from("webhook_events").upsert(
    {
      provider: "stripe",
      event_type: event.type,
      external_id: event.id,
      payload: { object_id: event.data?.object?.id },
      processed: true,
    },
    { onConflict: "external_id", ignoreDuplicates: true },
  );
  if (eventError) {
    console.error("Could not record the event:", eventError.message);
    return new Response("Database error", { status: 500 });
  }

  return new Response("ok", { status: 200 });
});
