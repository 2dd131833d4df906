import { serve } from "https://deno.land/std@0.168.0/http/server.ts";

function cors(req: Request) {
  const origin = req.headers.get("Origin") ?? "*";
  return {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Headers": "authorization, x-client-info, apikey, content-type",
  };
}

serve(async (req) => {
  if (req.method === "OPTIONS") {
    return new Response(null, { headers: cors(req) });
  }

  try {
    const { invoiceId, amount, currency, description, returnUrl } = await req.json();
    const stripeKey = Deno.env.get("STRIPE_SECRET_KEY");
    if (!stripeKey) throw new Error("STRIPE_SECRET_KEY is not set");

    const params = new URLSearchParams({
      mode: "payment",
      success_url: `${returnUrl}?paid=1`,
      cancel_url: returnUrl,
      "line_items[0][quantity]": "1",
      "line_items[0][price_data][currency]": currency ?? "usd",
      "line_items[0][price_data][unit_amount]": String(Math.round(amount * 100)),
      "line_items[0][price_data][product_data][name]": description,
      "metadata[invoice_id]": invoiceId,
    });

    const response = await fetch("https://api.stripe.com/v1/checkout/sessions", {
      method: "POST",
      headers: {
        Authorization: `Bearer ${stripeKey}`,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: params,
    });
    const session = await response.json();
    if (!response.ok) throw new Error(session.error?.message ?? "Stripe refused the request");

    return new Response(JSON.stringify({ url: session.url }), {
      headers: { ...cors(req), "Content-Type": "application/json" },
    });
  } catch (error) {
    console.error("create-payment failed:", error);
    return new Response(JSON.stringify({ error: error instanceof Error ? error.message : "Unknown error" }), {
      status: 500,
      headers: { ...cors(req), "Content-Type": "application/json" },
    });
  }
});
