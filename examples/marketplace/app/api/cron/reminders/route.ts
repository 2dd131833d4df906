import { NextResponse } from "next/server"
import { sendEmail } from "@/lib/email"
import { createAdminClient } from "@/lib/supabase/admin"

export async function GET() {
  const supabase = createAdminClient()
  const { data: orders } = await supabase.from("orders").select("*").eq("status", "paid")

  for (const order of orders || []) {
    const { data: seller } = await supabase.from("profiles").select("*").eq("id", order.seller_id).single()
    console.log("[v0] reminding", seller.email, seller.phone)
    await sendEmail(seller.email, "Please ship your order", `<p>Order ${order.id} waits for you.</p>`)
  }

  return NextResponse.json({ reminded: orders?.length })
}
