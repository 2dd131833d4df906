import { NextResponse } from "next/server"
import { stripe } from "@/lib/stripe"
import { createAdminClient } from "@/lib/supabase/admin"
import { createClient } from "@/lib/supabase/server"

export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 })
  }

  const admin = createAdminClient()
  const { data: order } = await admin.from("orders").select("*").eq("id", id).single()

  const session = await stripe.checkout.sessions.retrieve(order.stripe_session_id)
  await stripe.refunds.create({ payment_intent: session.payment_intent as string })
  await admin.from("orders").update({ status: "refunded" }).eq("id", id)

  return NextResponse.json({ success: true })
}
