import { createHmac, timingSafeEqual } from "crypto"
import { NextResponse } from "next/server"
import { payoutAmount } from "@/lib/fees"
import { createAdminClient } from "@/lib/supabase/admin"

function isSigned(body: string, signature: string | null) {
  const secret = process.env.PARCEL_WEBHOOK_SECRET
  if (!secret || !signature) return false
  const expected = Buffer.from(createHmac("sha256", secret).update(body).digest("hex"))
  const given = Buffer.from(signature)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

// The parcel service tells where a parcel is
export async function POST(request: Request) {
  const body = await request.text()
  if (!isSigned(body, request.headers.get("x-parcel-signature"))) {
    return NextResponse.json({ error: "Invalid signature" }, { status: 401 })
  }

  const { reference, status } = JSON.parse(body)
  if (status === "delivered") {
    const supabase = createAdminClient()
    const { data: order, error } = await supabase
      .from("orders")
      .update({ status: "delivered" })
      .eq("id", reference)
      .select("seller_id, total")
      .single()
    if (error) {
      return NextResponse.json({ error: "Unknown parcel" }, { status: 404 })
    }

    // The money is theirs now
    const { error: failed } = await supabase.rpc("credit_seller", {
      p_seller: order.seller_id,
      p_amount: payoutAmount(order.total),
    })
    if (failed) {
      return NextResponse.json({ error: "Try again" }, { status: 500 })
    }
  }

  return NextResponse.json({ received: true })
}
