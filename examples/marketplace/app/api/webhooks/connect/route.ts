import { NextResponse } from "next/server"
import type Stripe from "stripe"
import { stripe } from "@/lib/stripe"
import { createAdminClient } from "@/lib/supabase/admin"

export async function POST(request: Request) {
  const body = await request.text()
  const signature = request.headers.get("stripe-signature")
  const secret = process.env.STRIPE_CONNECT_WEBHOOK_SECRET
  if (!signature || !secret) {
    return NextResponse.json({ error: "Not configured" }, { status: 400 })
  }

  let event: Stripe.Event
  try {
    event = stripe.webhooks.constructEvent(body, signature, secret)
  } catch {
    return NextResponse.json({ error: "Invalid signature" }, { status: 400 })
  }

  const supabase = createAdminClient()
  const { error: seen } = await supabase.from("stripe_events").insert({ id: event.id, type: event.type })
  if (seen?.code === "23505") {
    return NextResponse.json({ received: true })
  }
  if (seen) {
    return NextResponse.json({ error: "Try again" }, { status: 500 })
  }

  if (event.type === "account.application.deauthorized") {
    const { error } = await supabase
      .from("profiles")
      .update({ stripe_account_id: null })
      .eq("stripe_account_id", event.account)
    if (error) {
      await supabase.from("stripe_events").delete().eq("id", event.id)
      return NextResponse.json({ error: "Try again" }, { status: 500 })
    }
  }

  return NextResponse.json({ received: true })
}
